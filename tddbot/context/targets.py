"""Red tests to targets: those that share a cause are worked on together. Nothing here reads a file."""

import builtins
import re
from collections.abc import Collection, Hashable
from pathlib import PurePosixPath

from tddbot.context.frames import file_of, project_frames, source_frames
from tddbot.domain import Failure, Frame, NodeId, Outcome, Result, Run, Target
from tddbot.missing import missing

_UNPARSABLE = ("SyntaxError", "IndentationError", "TabError")
_BROKEN_FILE = re.compile(r"\(([^()\n]+), line (\d+)\)")
_BROKEN_LINE = re.compile(r'File "([^"\n]+)", line (\d+)')
_CALLED = re.compile(r"where [^\n]* = (?:<(?:function|bound method) ([\w.]+)[^\n>]*>|([A-Za-z_][\w.]*))\(")
_METHOD = r"where {name} = <(?:\w+\.)*(\w+) object at 0x[0-9a-f]+>\.{name}\b"
_LOOKED_AT = 4000
_HOW = {Outcome.TIMEOUT: "does not end in time", Outcome.CRASHED: "crashes"}

Cause = tuple[Hashable, str]
"""What tests must have in common to be one target, and the sentence fragment that tells a person."""


def targets(run: Run, wanted: Collection[NodeId]) -> tuple[Target, ...]:
    """Cluster the wanted red results of a baseline by cause, in the order of the run.

    The cause is the first of these that a failure shows: the same missing module or name; the same source file that
    does not parse; the deepest frame in the project's source with the error's kind; the fixture that failed; the
    function that the assertion called; the test function itself. Node IDs that are not red in the run are left out.
    """
    chosen = frozenset(wanted)
    clusters: dict[Hashable, tuple[str, list[Result]]] = {}
    for result in run.results.values():
        if result.outcome.is_red and result.node_id in chosen:
            key, cause = _cause(result)
            clusters.setdefault(key, (cause, []))[1].append(result)
    return tuple(Target(cause, tuple(results)) for cause, results in clusters.values())


def _cause(result: Result) -> Cause:
    failure = result.failure
    if failure is None:
        return _own_cause(result)
    if absent := missing(failure):
        place = _deepest(failure) if not absent.module and "." not in absent.name else None
        return ("missing", absent, place and place.path), str(absent)
    return _broken(failure) or _raised(result, failure) or _fixture(failure) or _called(result) or _own_cause(result)


def _deepest(failure: Failure) -> Frame | None:
    return next(iter(reversed(source_frames(failure))), None)


def _broken(failure: Failure) -> Cause | None:
    """The file that does not parse; Python names it in the message alone."""
    said = f"{failure.kind} {failure.message[-_LOOKED_AT:]}\n{failure.text[-_LOOKED_AT:]}"
    by_kind = failure.kind in _UNPARSABLE
    if not by_kind and not (failure.phase == "collect" and any(kind in said for kind in _UNPARSABLE)):
        return None
    places = _BROKEN_LINE.findall(said) or _BROKEN_FILE.findall(said)
    if not places:
        return None
    path, line = places[-1]
    return ("syntax", path, line), f"{PurePosixPath(path).name} has a syntax error in line {line}"


def _raised(result: Result, failure: Failure) -> Cause | None:
    frame = _deepest(failure)
    if frame is None:
        return None
    how = _HOW.get(result.outcome, f"raises {failure.kind}" if failure.kind else "fails")
    where = f"`{frame.function}` in {frame.path}" if frame.function != "<module>" else f"the import of {frame.path}"
    return ("frame", frame.path, frame.function, failure.kind, result.outcome), f"{where} {how}"


def _fixture(failure: Failure) -> Cause | None:
    frames = project_frames(failure)
    if failure.phase not in ("setup", "teardown") or not frames:
        return None
    frame = frames[-1]
    return ("fixture", frame.path, frame.function, failure.kind), f"fixture `{frame.function}` in {frame.path} fails"


def _called(result: Result) -> Cause | None:
    """The function that the assertion called, from pytest's own explanation of it."""
    said = result.failure.message[:_LOOKED_AT] if result.failure else ""
    names = (described or plain for described, plain in _CALLED.findall(said))
    name = next((name for name in names if not hasattr(builtins, name)), None)
    if name is None:
        return None
    if owner := re.search(_METHOD.format(name=re.escape(name)), said):
        name = f"{owner[1]}.{name}"
    path = file_of(result.node_id)
    return ("called", path, name), f"`{name}` does not do what {path} expects"


def _own_cause(result: Result) -> Cause:
    path, separator, name = result.node_id.partition("::")
    name = name.partition("[")[0]
    how = _HOW.get(result.outcome, "fails")
    if separator:
        return ("test", path, name, how), f"`{name}` in {path} {how}"
    kind = f" ({result.failure.kind})" if result.failure and result.failure.kind else ""
    return ("file", result.node_id), f"{result.node_id} cannot be collected{kind}"
