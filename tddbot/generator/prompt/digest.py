"""What was tried on earlier rungs and why it failed, in a few words for a fresh start. Pure.

A fresh start without the transcript wins back what a long thread loses (arXiv:2506.18403); the digest keeps it from
going the same way again.
"""

from collections.abc import Iterator, Sequence

from tddbot.domain import Attempt, Candidate, Dud, Failure, Ruling
from tddbot.generator.prompt.feedback import steady
from tddbot.generator.prompt.thread import thread_of

MAX_TOKENS = 300
"""The most that a digest takes, as `billing.estimated_tokens` counts."""

_MAX_BYTES = 3 * MAX_TOKENS
_APPROACHES = 6
_IDEA_BYTES = 180
_PATHS_BYTES = 80
_WHY_BYTES = 160
_READ_CHARS = 2_000


def digest(attempts: Sequence[Attempt]) -> str:
    """Return a line for each distinct approach, the latest first; empty where a model has tried nothing yet.

    `attempts` are those of earlier rungs, oldest first. Neither code nor what was said is in it.
    """
    told: dict[str, str] = {}
    for attempt in filter(_is_of_use, reversed(attempts)):
        told.setdefault(_approach(attempt), _line(attempt))
    lines: list[str] = []
    for line in list(dict.fromkeys(told.values()))[:_APPROACHES]:
        if len("\n".join([*lines, line]).encode()) > _MAX_BYTES:
            break
        lines.append(line)
    return "\n".join(lines)


def _is_of_use(attempt: Attempt) -> bool:
    """Whether a model answered it; what is of another generator, or never came to an answer, says nothing."""
    return attempt.verdict.ruling is not Ruling.CANCELLED and bool(thread_of(attempt.proposal.replay))


def _approach(attempt: Attempt) -> str:
    proposal = attempt.proposal
    return proposal.patch.id if isinstance(proposal, Candidate) else proposal.reason


def _line(attempt: Attempt) -> str:
    proposal = attempt.proposal
    if isinstance(proposal, Dud):
        return f"- an answer that could not be used: {_clipped(_first_line(proposal.reason), _WHY_BYTES)}"
    idea = _clipped(_prose(proposal.note) or "an edit without a diagnosis", _IDEA_BYTES)
    return f"- {idea} ({_touched(proposal)}): {_why(attempt)}"


def _touched(candidate: Candidate) -> str:
    return _clipped(", ".join(candidate.patch.paths), _PATHS_BYTES) or "nothing"


def _why(attempt: Attempt) -> str:
    verdict = attempt.verdict
    said = next(_failures(attempt), "") or _first_line(next(iter(verdict.reasons), ""))
    return _clipped(f"{verdict.ruling.value}: {said}" if said else verdict.ruling.value, _WHY_BYTES)


def _failures(attempt: Attempt) -> Iterator[str]:
    """Yield what the failures that decided say: those of lost greens, else all."""
    if attempt.run is None:
        return
    results = attempt.run.results
    for node in attempt.verdict.lost or attempt.run.reds():
        if node in results and (failure := results[node].failure):
            yield _said(failure)


def _said(failure: Failure) -> str:
    return f"{failure.kind[:_READ_CHARS]}: {_first_line(failure.message)}"


def _prose(note: str) -> str:
    return note[:_READ_CHARS].partition("```")[0]


def _first_line(text: str) -> str:
    return text[:_READ_CHARS].strip().partition("\n")[0]


def _clipped(text: str, most: int) -> str:
    """Return the beginning of a text, steady, on one line and in at most so many bytes."""
    data = " ".join(steady(text).split()).encode("utf-8", "replace")
    return data.decode() if len(data) <= most else data[: most - 3].decode("utf-8", "ignore") + "…"
