"""What a search without a model has found, in a few words for a model that starts afresh. Pure.

A scaffold is told as text that is on no disk: a model must not take it for a file that it may search in.
"""

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

from tddbot.domain import Attempt, Candidate, Dud, Edit, Findings, Kind, Question, Ruling
from tddbot.generator.prompt.feedback import steady

MAX_TOKENS = 600
"""The most that this takes, as `billing.estimated_tokens` counts."""

_MAX_BYTES = 3 * MAX_TOKENS
_LINE_BYTES = 240
_OPTIONS = 4
_LINES = 8
_READ_CHARS = 2_000
_MOST_LINES = 20_000
_MORE = "[shortened]"

_ASKED = "These edits pass all tests and differ from each other. Which one is meant, no test says:"
_NEW = "A draft of {}, which is on no disk. If you use it, write the whole file:"
_ADDED = "A draft of lines that {} lacks. They are not in the file:"
_SUSPECTS = "Lines that may be at fault, likeliest first:"
_CALLS = "What the red tests call, and what comes of it:"
_REJECTED = "Single edits that were tried and do not do it:"


def handover(attempts: Sequence[Attempt], clean: Callable[[str], str]) -> str:
    """Return what a model may start from: edits that tie, a scaffold, suspects, calls, edits that were rejected.

    `attempts` are those of earlier rungs, oldest first; `clean` takes secrets out of a text, before any of it is cut,
    since half a key is one, too. Empty where nothing was found.
    """
    lines: list[str] = []
    room = _MAX_BYTES
    for title, body in _sections(attempts, clean):
        shown = _fitting(title, body, room)
        if not shown:
            break
        lines += shown
        room -= sum(len(line.encode("utf-8", "replace")) + 1 for line in shown)
    return "\n".join(lines)


def _sections(attempts: Sequence[Attempt], clean: Callable[[str], str]) -> Iterator[tuple[str, list[str]]]:
    duds = [each.proposal for each in reversed(attempts) if isinstance(each.proposal, Dud)]
    if question := next((dud.question for dud in duds if dud.question), None):
        yield _ASKED, list(_options(question, clean))
    for attempt in reversed(attempts):
        proposal = attempt.proposal
        if isinstance(proposal, Candidate) and proposal.kind is Kind.SCAFFOLD:
            if attempt.verdict.ruling is Ruling.OFFERED:
                yield from (_draft(edit, clean) for edit in proposal.patch.edits if edit.after)
            break
    findings = next((dud.findings for dud in duds if dud.findings), Findings())
    told = ((_SUSPECTS, findings.suspects), (_CALLS, findings.calls), (_REJECTED, findings.rejected))
    yield from ((title, [f"- {_clipped(clean(line))}" for line in lines[:_LINES]]) for title, lines in told if lines)


def _options(question: Question, clean: Callable[[str], str]) -> Iterator[str]:
    for option in question.options[:_OPTIONS]:
        yield f"- {_clipped(clean(option.note))}" + (f" (then {_clipped(clean(option.test))})" if option.test else "")


def _draft(edit: Edit, clean: Callable[[str], str]) -> tuple[str, list[str]]:
    after = clean(edit.after or "").splitlines()
    if edit.before is None:
        return _NEW.format(edit.path), after
    before = clean(edit.before).splitlines()
    if len(before) > _MOST_LINES:
        return _ADDED.format(edit.path), []
    places = SequenceMatcher(None, before, after).get_opcodes()
    return _ADDED.format(edit.path), [
        line for kind, _, _, start, end in places if kind != "equal" for line in after[start:end]
    ]


def _fitting(title: str, body: Sequence[str], room: int) -> list[str]:
    """Return a title with as many lines as there is room for; nothing where no line fits."""
    shown = [title]
    left = room - len(title.encode()) - len(_MORE) - 2
    for line in body:
        left -= len(line.encode("utf-8", "replace")) + 1
        if left < 0:
            return [*shown, _MORE] if len(shown) > 1 else []
        shown.append(line)
    return shown if body else []


def _clipped(text: str) -> str:
    """Return the beginning of a text, steady, on one line and in bounded bytes."""
    data = " ".join(steady(text[:_READ_CHARS]).split()).encode("utf-8", "replace")
    return data.decode() if len(data) <= _LINE_BYTES else data[: _LINE_BYTES - 3].decode("utf-8", "ignore") + "…"
