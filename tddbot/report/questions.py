"""What is left to the user, in words: questions that one more test decides, what no test notices, and offers. Pure."""

from collections.abc import Iterable

from tddbot.domain import Candidate, Kind, Option, Question, Resolution
from tddbot.proof import Unpinned
from tddbot.report.words import one_line, visible

DECIDES = "one more test decides it"
_MOST_OPTIONS, _LONGEST_TEST = 6, 2000

_OFFERS = {
    Kind.FIX: ("offered", "writes it"),
    Kind.SCAFFOLD: ("scaffolded", "writes it"),
    Kind.ROLLBACK: ("suggestion", "takes this change back"),
}


def offer_line(candidate: Candidate) -> str:
    """Return what is offered, that it was not applied, and the command that does it."""
    claim, effect = _OFFERS[candidate.kind]
    return f"{claim}, not applied: `tddbot apply {candidate.patch.id}` {effect}"


def left_open(resolution: Resolution) -> str:
    """Return in a clause or two what a target that was not fixed leaves to the user, or ""."""
    proposals = (attempt.proposal for attempt in resolution.offers)
    kinds = dict.fromkeys(proposal.kind for proposal in proposals if isinstance(proposal, Candidate))
    decides = [DECIDES] if resolution.question and DECIDES not in resolution.reason else []
    return "; ".join([*decides, *(f"a {kind.value} is offered" for kind in kinds)])


def question_lines(question: Question, taken: str = "") -> list[str]:
    """Return what one more test would decide: lines to paste, what each would mean, and what to do with them.

    `taken` is the ID of the patch that is in the tree all the same, since the tests are green with it.
    """
    begins = "the tests leave it open" if taken else DECIDES
    differ = f" and differ on {one_line(question.call)}" if question.call else ", and no call is known that parts them"
    lines = [f"{begins}: {len(question.options)} patches pass all tests{differ}"]
    for option in question.options[:_MOST_OPTIONS]:
        lines += [f"  {line}" for line in _short(option.test).splitlines()]
        lines.append(f"{'    ' if option.test else '  '}{one_line(option.note)} ({_standing(option, taken)})")
    if len(question.options) > _MOST_OPTIONS:
        lines.append(f"  … and {len(question.options) - _MOST_OPTIONS} more")
    has_lines = any(option.test for option in question.options)
    what = "the line that is right" if has_lines else "a test that only the right one passes"
    place = f" to {question.path}" if question.path else ""
    return [*(visible(line) for line in lines), visible(f"add {what}{place}, then run `tddbot fix` again")]


def _standing(option: Option, taken: str) -> str:
    return "this one was taken" if option.patch.id == taken else f"`tddbot show {option.patch.id}`"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TEST else f"{text[: _LONGEST_TEST - 1]}…"


def unpinned_lines(unpinned: Iterable[Unpinned]) -> list[str]:
    """Return what no test notices of a patch, a line each, and after it the test that would."""
    lines = []
    for each in unpinned:
        lines.append(visible(f"no test notices if {one_line(each.change)} ({each.path}:{each.line})"))
        lines += [f"    {visible(line)}" for line in _short(each.test).splitlines()]
    return lines
