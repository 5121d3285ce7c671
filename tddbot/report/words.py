"""Counts, sums and records in the words that every display uses. Pure."""

import re
import textwrap
from collections import Counter
from collections.abc import Iterable

from tddbot.domain import Candidate, Evidence, Failure, Kind, Question, Resolution, Run, Usage

MOST_NAMED = 10
DECIDES = "one more test decides it"
_MOST_LINES, _LONGEST_LINE = 6, 160
_MOST_OPTIONS, _LONGEST_TEST = 6, 2000
_HEADING = re.compile(r"\A\*\*([^*]+)\*\*\s*\Z")
"""Markdown's bold over a whole line, as OpenAI's summaries begin each part."""


def count(number: int, noun: str) -> str:
    """Return "1 test", "2 tests"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def outcomes(run: Run) -> str:
    """Return how many tests ended how, the most important first: "2 failed, 10 passed, 1 skipped"."""
    counts = Counter(result.outcome for result in run.results.values())
    parts = [f"{counts[outcome]:,} {outcome.value}" for outcome in sorted(counts, key=lambda each: not each.is_red)]
    return ", ".join(parts) or "no tests"


def first_few(names: Iterable[str], most: int = MOST_NAMED) -> list[str]:
    """Return at most `most` names, each cut to 200 characters, and how many more there are."""
    every = [visible(name if len(name) <= 200 else f"{name[:199]}…") for name in names]
    return every if len(every) <= most else [*every[:most], f"… and {len(every) - most:,} more"]


def visible(text: str, keep: str = "") -> str:
    """Return the text with what moves a cursor, turns the writing round or is no character as Python's escapes.

    What tests, models and file systems say goes to a terminal only so; `keep` holds characters that may pass.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else ascii(char)[1:-1] for char in text)


def failure_lines(failure: Failure) -> list[str]:
    """Return a failure's message, its middle left out where it is long, and where in the project it happened."""
    lines = [line.rstrip() for line in failure.message.splitlines() if line.strip()]
    if len(lines) > _MOST_LINES:
        # The first line says what was compared, the last ones what an import or a plugin stumbled over.
        lines = [lines[0], "…", *lines[2 - _MOST_LINES :]]
    shown = [visible(line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…") for line in lines]
    inside = [frame for frame in failure.frames if not frame.path.startswith(("/", "<"))]
    place = f"{inside[-1].path}:{inside[-1].line}: " if inside else ""
    return [*shown, visible(f"{place}{failure.kind}")]


def one_line(text: str, most: int = _LONGEST_LINE) -> str:
    """Return the text on one line, cut where it is longer than `most` characters."""
    joined = " ".join(text.split())
    return joined if len(joined) <= most else f"{joined[: most - 1].rstrip()}…"


def wrapped(text: str, width: int, most: int = 10) -> list[str]:
    """Return the text in at most `most` lines of `width` characters, its own line breaks kept; the last is … if cut."""
    # A model may write megabytes, of which nobody sees more than this.
    paragraphs = [_HEADING.sub(r"\1", line) for line in text[: width * most * 2].splitlines()]
    lines = [line for each in paragraphs for line in textwrap.wrap(visible(each), max(width, 20))]
    return lines if len(lines) <= most else [*lines[: most - 1], "…"]


def bill(usage: Usage) -> str:
    """Return what was paid: nothing, an amount, or tokens where no price is known."""
    if not usage.calls:
        return "no model was asked"
    tokens = f"{count(usage.calls, 'call')}, {usage.input_tokens + usage.output_tokens:,} tokens"
    return f"{tokens}, {price(usage)}"


def price(usage: Usage) -> str:
    """Return what is known of the price: all of it, a part of it, or nothing."""
    if not usage.unpriced_calls:
        return f"{usage.usd:.4f} USD"
    return f"at least {usage.usd:.4f} USD" if usage.usd else "price unknown"


def paid(usage: Usage) -> str:
    """Return in short what was paid: how many calls where there are several, and the price, or else the tokens."""
    known = not usage.unpriced_calls or usage.usd
    worth = price(usage) if known else f"{usage.input_tokens + usage.output_tokens:,} tokens"
    return worth if usage.calls == 1 else f"{count(usage.calls, 'call')}, {worth}"


_CLAIMS = {
    Kind.SCAFFOLD: "scaffolded: what was missing is there, and yet to be written; proven is only that nothing is lost",
    Kind.ROLLBACK: "a suggestion: it takes back a change that may have been meant, which no test can tell",
}

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


def question_lines(question: Question) -> list[str]:
    """Return what one more test would decide: lines to paste, what each would mean, and what to do with them."""
    differ = f" and differ on {one_line(question.call)}" if question.call else ", and no call is known that parts them"
    lines = [f"{DECIDES}: {len(question.options)} patches pass all tests{differ}"]
    for option in question.options[:_MOST_OPTIONS]:
        lines += [f"  {line}" for line in _short(option.test).splitlines()]
        lines.append(f"{'    ' if option.test else '  '}{one_line(option.note)} (`tddbot show {option.patch.id}`)")
    if len(question.options) > _MOST_OPTIONS:
        lines.append(f"  … and {len(question.options) - _MOST_OPTIONS} more")
    has_lines = any(option.test for option in question.options)
    what = "the line that is right" if has_lines else "a test that only the right one passes"
    place = f" to {question.path}" if question.path else ""
    return [*(visible(line) for line in lines), visible(f"add {what}{place}, then run `tddbot fix` again")]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TEST else f"{text[: _LONGEST_TEST - 1]}…"


def evidence_lines(evidence: Evidence) -> list[tuple[str, str]]:
    """Return the record of a patch that was accepted, or is offered, as pairs of a label and a text."""
    return [
        ("patch", evidence.patch_id),
        *([("kind", _CLAIMS[evidence.kind])] if evidence.kind in _CLAIMS else []),
        ("target", evidence.cause),
        *([("won", ", ".join(first_few(evidence.won, 5)))] if evidence.won else []),
        ("kept", count(evidence.kept, "green test")),
        ("proof", f"{count(evidence.proofs, 'cold run')} of the whole suite, on tree {evidence.tree[:12]}"),
        ("jail", evidence.jail),
        *([("held", ", ".join(evidence.held))] if evidence.held else []),
        ("by", f"{evidence.generator}: {evidence.note}" if evidence.note else evidence.generator),
        ("cost", f"{evidence.seconds:.1f} s, {bill(evidence.usage)}"),
    ]
