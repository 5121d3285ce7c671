"""What a run says, in words for a model: the failures that matter, within a bound. Made of values, never of logs."""

import re
from collections.abc import Iterable, Iterator, Sequence

from tddbot.domain import Attempt, Ending, Failure, Frame, NodeId, Result, Target

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

_VOLATILE = (
    (re.compile(r"\b0x[0-9a-fA-F]{6,16}\b"), "0x…"),
    (re.compile(r"/[^\s'\"]*?/pytest-of-[^/\s'\"]+/pytest-\d+/[^/\s'\":,)]+"), "<tmp_path>"),
    (re.compile(r"/(?:[^\s'\"/:]+/)*tmp[a-z0-9_]{8}(?![a-z0-9_])"), "<temporary>"),
)


def steady(text: str) -> str:
    """Return `text` without what differs from run to run: memory addresses and the names of temporary directories."""
    for pattern, name in _VOLATILE:
        text = pattern.sub(name, text)
    return text


def of_target(target: Target) -> str:
    """Describe the red tests of a target as the baseline saw them."""
    failures = "\n\n".join(_failures(target.results))
    return _bounded(f"Red tests:\n{_listed(target.node_ids)}\n\nWhy they are red:\n{failures}")


def of_attempt(attempt: Attempt, target: Target) -> str:
    """Describe how an attempt went: its verdict's reasons and the failures of the run that decided."""
    verdict = attempt.verdict
    parts = [
        f"Verdict: {verdict.ruling.value}.",
        *(f"- {_short(reason, _MESSAGE_CHARS)}" for reason in verdict.reasons),
    ]
    if verdict.lost:
        parts.append(f"Tests that were green before your edits and are not any more:\n{_listed(verdict.lost)}")
    if attempt.run is not None:
        if attempt.run.ending is not Ending.COMPLETE:
            parts.append(f"The run did not end as it should: {_short(attempt.run.detail, _MESSAGE_CHARS)}")
        parts.extend(attempt.run.reached)
        wanted = dict.fromkeys((*target.node_ids, *verdict.lost))
        results = [attempt.run.results[node] for node in wanted if node in attempt.run.results]
        parts.extend(_failures(results))
    return _bounded("\n".join(parts))


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
    ]
    lines += [
        f"{name}: {_short(side, _SIDE_CHARS)}"
        for name, side in (("expected", failure.expected), ("actual", failure.actual))
        if side is not None
    ]
    ours = [frame for frame in failure.frames if not frame.path.startswith("/")]
    return "\n".join([*lines, *(_frame(frame) for frame in ours[-_FRAMES:])])


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


def _bounded(text: str) -> str:
    data = text.encode("utf-8", "replace")
    return text if len(data) <= MAX_BYTES else data[: MAX_BYTES - 20].decode("utf-8", "ignore") + "\n[shortened]"
