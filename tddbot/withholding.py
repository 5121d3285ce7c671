"""What is left of results, and of texts, where cases are withheld. Which cases these are is decided in `context/`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tddbot.domain import Failure, Frame, NodeId, Result, Run
from tddbot.proof import PartlyShown, Withheld

KIND = "Withheld"
"""The kind of a failure of which nothing is told."""

_MESSAGE = "the case that fails is withheld"


def hides(node: NodeId, withheld: Withheld) -> bool:
    """Whether a test is a withheld case. Of a test with withheld cases, whatever is not known to be shown is hidden."""
    head, bracket, name = node.partition("[")
    if node in withheld.node_ids or not bracket:
        return node in withheld.node_ids
    name, function, path = name.removesuffix("]"), head.rpartition("::")[2], head.partition("::")[0]
    known = [test for test in withheld.tests if test.function == function and test.hidden]
    # An inherited test has its cases in another file.
    return any(name in test.hidden or (test.path == path and name not in test.shown) for test in known)


def is_withheld(result: Result) -> bool:
    """Whether a result, of which `blanked` has taken the failure, is that of a withheld case."""
    return result.failure is not None and result.failure.kind == KIND


def blanked(result: Result, withheld: Withheld) -> Result:
    """Return a result without what it would tell of withheld cases; of one that fails at such a case, nothing."""
    failure = result.failure
    if not withheld or failure is None:
        return result
    if hides(result.node_id, withheld) or any(_fails_there(failure, test) for test in withheld.tests):
        return replace(result, failure=Failure(failure.phase, KIND, _MESSAGE))
    text = "\n".join(untold(failure.text.split("\n"), withheld)) if tells(failure.text, withheld) else failure.text
    return replace(result, failure=replace(failure, text=text, frames=tuple(_frames(failure.frames, withheld))))


def without(run: Run, withheld: Withheld) -> Run:
    """Return a run, of blanked results, as if it had been of the shown cases alone.

    A test that got past all of its shown cases counts as green.
    """
    if not withheld:
        return run
    results = {node: result for node, result in run.results.items() if not hides(node, withheld)}
    return replace(run, results={node: _won(result) for node, result in results.items()})


def untold(lines: Iterable[str], withheld: Withheld) -> tuple[str, ...]:
    """Return those lines that tell nothing of withheld cases."""
    return tuple(line for line in lines if not tells(line, withheld))


def tells(text: str, withheld: Withheld) -> bool:
    """Whether a text holds what only withheld cases hold."""
    return names_any(text, withheld) or any(_stands_in(piece, text) for piece in withheld.telling)


def names_any(text: str, withheld: Withheld) -> bool:
    """Whether a text names a test that is a withheld case."""
    named = (f"{test.function}[{name}]" for test in withheld.tests for name in test.hidden)
    return any(node in text for node in named)


def _stands_in(piece: str, text: str) -> bool:
    if piece not in text:
        return False
    before = r"(?<![\w.])" if re.match(r"\w", piece) else ""
    after = r"(?!\w|\.\d)" if re.search(r"\w\Z", piece) else ""
    return bool(re.search(before + re.escape(piece) + after, text))


def _won(result: Result) -> Result:
    return replace(result, outcome=type(result.outcome).PASSED, failure=None) if is_withheld(result) else result


def _frames(frames: Iterable[Frame], withheld: Withheld) -> Iterable[Frame]:
    for frame in frames:
        locals_ = tuple((name, value) for name, value in frame.locals if not tells(value, withheld))
        yield frame if len(locals_) == len(frame.locals) else replace(frame, locals=locals_)


def _fails_there(failure: Failure, test: PartlyShown) -> bool:
    """Whether a failure went through a withheld assertion, or a turn of a loop that is not known to be shown."""
    own = [frame for frame in failure.frames if frame.path == test.path and frame.function == test.function]
    return any(frame.line in test.lines or _is_hidden_turn(frame, test) for frame in own)


def _is_hidden_turn(frame: Frame, test: PartlyShown) -> bool:
    if frame.line not in test.body:
        return False
    values: Mapping[str, str] = dict(frame.locals)
    return tuple(values.get(name, "") for name in test.names) not in test.rows
