"""What a run says, in words for a model: the failures that matter, within a bound. Made of values, never of logs."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import unified_diff
from itertools import islice

from tddbot.domain import Attempt, Ending, Failure, Frame, NodeId, Result, Ruling, Target

MAX_BYTES = 8_000
"""The most that the failures of one run may take in a request, in bytes of UTF-8."""

_FAILURES = 3
_FRAMES = 5
_LOCALS = 12
_NODE_IDS = 20
_MESSAGE_CHARS = 1_200
_SIDE_CHARS = 600
_NAME_CHARS = 200
_VALUE_CHARS = 160

_OVERFIT = (
    "The withheld cases follow the same rule as those that you were shown, and stay withheld. "
    "Find the rule; do not tell the cases apart one by one."
)
_HEAD_BYTES = 5_000
_DIFFERENCE_LINES = 24
_BEFORE_CHARS = 40
_COMPARED_CHARS = 4_000
_INSTALLED = re.compile(r"\A[/<]|(?:\A|/)(?:site|dist)-packages/")

_VOLATILE = (
    (re.compile(r"(?<=\bat )0x[0-9a-fA-F]{6,16}\b"), "0x…"),
    # A quoted hexadecimal number is a value and no address.
    (re.compile(r"(<[^<>'\"\n]{1,200}\b)0x[0-9a-fA-F]{6,16}\b"), r"\g<1>0x…"),
    (re.compile(r"(<\w*Mock\b[^<>\n]{0,200}? id=)'\d{6,}'"), r"\g<1>'…'"),
    (re.compile(r"(<[^<>\n]{1,200}, started (?:daemon )?)\d{6,}"), r"\g<1>…"),
    (re.compile(r"/[^\s'\"]{0,200}?/pytest-of-[^/\s'\"]{1,64}/pytest-\d+/[^/\s'\":,)]+"), "<tmp_path>"),
    (re.compile(r"/(?:[^\s'\"/:]{1,64}/){0,12}tmp[a-z0-9_]{8}(?![a-z0-9_])"), "<temporary>"),
)


def steady(text: str) -> str:
    """Return `text` without what differs from run to run: memory addresses and the names of temporary directories."""
    for pattern, name in _VOLATILE:
        text = pattern.sub(name, text)
    return text


def of_target(target: Target) -> str:
    """Describe the red tests of a target as the baseline saw them."""
    return _composed(f"Red tests:\n{_listed(target.node_ids)}\n\nWhy they are red:", _failures(target.results))


def of_attempt(attempt: Attempt, target: Target) -> str:
    """Describe how an attempt went: its verdict's reasons and the failures of the run that decided."""
    verdict, run = attempt.verdict, attempt.run
    head = [
        f"Verdict: {verdict.ruling.value}.",
        *(f"- {_short(reason, _MESSAGE_CHARS)}" for reason in verdict.reasons),
    ]
    if verdict.ruling is Ruling.OVERFIT:
        head.append(_OVERFIT)
    if verdict.lost:
        head.append(f"Tests that were green before your edits and are not any more:\n{_listed(verdict.lost)}")
    if run is None:
        return _composed("\n".join(head), ())
    if run.ending is not Ending.COMPLETE:
        head.append(f"The run did not end as it should: {_short(run.detail, _MESSAGE_CHARS)}")
    head.extend(run.reached)
    wanted = dict.fromkeys((*target.node_ids, *verdict.lost))
    return _composed("\n".join(head), _failures(run.results[node] for node in wanted if node in run.results))


def _composed(head: str, failures: Iterable[str]) -> str:
    """Put a description together within the bound: no failure takes the room that another one needs."""
    parts = [_clipped(head, _HEAD_BYTES)]
    told = list(failures)
    room = MAX_BYTES - _size(parts[0]) - 2 * len(told)
    share = _share(sorted(map(_size, told)), room)
    return "\n\n".join([*parts, *(_clipped(text, share) for text in told)])


def _share(sizes: Sequence[int], room: int) -> int:
    """Return how large each text may be so that all fit; `sizes` are in ascending order."""
    for place, size in enumerate(sizes):
        left = len(sizes) - place
        if size * left > room:
            return room // left
        room -= size
    return max(sizes, default=0)


def _failures(results: Iterable[Result]) -> Iterator[str]:
    """Yield the first distinct failures; the same failure of several tests is told once."""
    seen: set[tuple[str, str]] = set()
    for result in results:
        if not result.outcome.is_red:
            continue
        failure = result.failure or Failure("call", result.outcome.value, "")
        key = (failure.kind, _short(failure.message, _MESSAGE_CHARS))
        if key not in seen and len(seen) < _FAILURES:
            seen.add(key)
            yield _told(result, failure)


def _told(result: Result, failure: Failure) -> str:
    said = f"{failure.kind}: {failure.message or failure.text[-_MESSAGE_CHARS:]}"
    lines = [
        f"{_short(result.node_id, _NAME_CHARS)}: {result.outcome.value} during {failure.phase}",
        _short(said, _MESSAGE_CHARS),
        *_sides(failure),
    ]
    ours = [frame for frame in failure.frames if not _INSTALLED.search(frame.path)]
    # A recursion repeats its frames; the innermost come first, since what is too long is cut at its end.
    places = {(frame.path, frame.line, frame.function): frame for frame in ours}
    return "\n".join([*lines, *(_frame(frame) for frame in [*places.values()][: -_FRAMES - 1 : -1])])


def _sides(failure: Failure) -> Iterator[str]:
    """Yield both sides of the comparison, and where they differ if they are too long to be shown whole."""
    expected, actual = failure.expected, failure.actual
    sides = [(name, side) for name, side in (("expected", expected), ("actual", actual)) if side is not None]
    for name, side in sides:
        yield f"{name}: {_short(side, _SIDE_CHARS)}"
    if expected is not None and actual is not None and max(len(expected), len(actual)) > _SIDE_CHARS:
        yield from _difference(steady(expected[:_COMPARED_CHARS]), steady(actual[:_COMPARED_CHARS]))


def _difference(expected: str, actual: str) -> Iterator[str]:
    """Yield a short difference of two representations, by lines and items; of a single long line, its first place."""
    if expected == actual:
        return
    before, after = (re.split(r"(?<=\\n)|(?<=, )|\n", side) for side in (expected, actual))
    if min(len(before), len(after)) > 1:
        lines = islice(unified_diff(before, after, n=1, lineterm=""), 2, 2 + _DIFFERENCE_LINES)
        yield from ("difference (- expected, + actual):", *(_short(line, _VALUE_CHARS) for line in lines))
    else:
        same = (one == other for one, other in zip(expected, actual, strict=False))
        at = next((place for place, is_same in enumerate(same) if not is_same), min(len(expected), len(actual)))
        cut = slice(max(0, at - _BEFORE_CHARS), at + _VALUE_CHARS)
        yield f"they differ from character {at} on: expected …{expected[cut]}…, actual …{actual[cut]}…"


def _frame(frame: Frame) -> str:
    values = [f"      {name} = {_short(value, _VALUE_CHARS)}" for name, value in frame.locals[:_LOCALS]]
    return "\n".join([f"  {frame.path}:{frame.line} in {frame.function}", *values])


def _listed(node_ids: Sequence[NodeId]) -> str:
    shown = [f"- {_short(node, _NAME_CHARS)}" for node in node_ids[:_NODE_IDS]]
    more = len(node_ids) - len(shown)
    return "\n".join([*shown, f"- and {more} more"] if more else shown)


def _short(text: str, chars: int) -> str:
    # Cut first: the patterns are applied to bounded text only.
    return steady(text if len(text) <= chars else f"{text[: chars * 2 // 3]} […] {text[-chars // 3 :]}")


def _clipped(text: str, most: int) -> str:
    if _size(text) <= most:
        return text
    mark = "\n[shortened]"
    return text.encode("utf-8", "replace")[: max(0, most - len(mark))].decode("utf-8", "ignore") + mark


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
