"""Counts, sums and failures in the words that every display uses. Pure."""

import re
import textwrap
from collections import Counter
from collections.abc import Iterable

from tddbot.domain import Failure, Run, Usage

MOST_NAMED = 10
_MOST_LINES, _LONGEST_LINE = 6, 160
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
