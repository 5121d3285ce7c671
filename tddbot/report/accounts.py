"""What was spent and what it was worth, in lines for people. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from tddbot.domain import Usage
from tddbot.report import curve, words
from tddbot.report.curve import RungLine, Worked

_SPEND = ("model", "calls", "input", "cached", "output", "reasoning", "USD")
_RUNGS = ("rung", "tried", "solved", "in all", "USD", "s", "USD so far")


def spend_lines(spent: Sequence[tuple[str, Usage]]) -> list[str]:
    """Return a table of usage by name, with a sum where there are several; one sentence where there is none."""
    if not spent:
        return ["no model was asked"]
    named = [*spent, ("together", sum((usage for _, usage in spent), Usage()))] if len(spent) > 1 else spent
    return _aligned([_SPEND, *((words.visible(name), *_numbers(usage)) for name, usage in named)])


def _numbers(usage: Usage) -> tuple[str, ...]:
    tokens = (usage.calls, usage.input_tokens, usage.cached_tokens, usage.output_tokens, usage.reasoning_tokens)
    return (*(f"{number:,}" for number in tokens), _dollars(usage.usd, usage.unpriced_calls > 0))


def worth_lines(works: Sequence[Worked], left_out: int, width: int, fine: bool = True) -> list[str]:
    """Return how many targets were solved on which rung, and the curves; `left_out` ended without an answer."""
    lines = [_rests_on(works, left_out)]
    if not works:
        return lines
    rungs = curve.by_rung(works)
    lines += ["", *_fitted([_RUNGS, *map(_rung, rungs)], width)]
    if any(line.solved for line in rungs):
        lines.append("USD and s: medians of the targets solved there")
    in_attempts = rungs[-1].usage.usd if rungs else Decimal(0)
    if (rest := sum((work.usage.usd for work in works), -in_attempts)) > 0:
        lines.append(f"and {rest:,.4f} USD for calls that came to no attempt, such as cancelled ones")
    for title, unit, points in (
        ("solved against money, each target", "USD", curve.against_usd(works)),
        ("solved against time, each target", "s", curve.against_seconds(works)),
    ):
        # One target makes no curve.
        if len(points) > 1 and (drawn := curve.plot(points, len(works), unit, min(width, 80), fine=fine)):
            lines += ["", title, *drawn]
    return lines


def _rests_on(works: Sequence[Worked], left_out: int) -> str:
    solved = sum(work.solved for work in works)
    if not works:
        return "no target was worked on to its end"
    low, high = curve.interval(solved, len(works))
    said = (
        f"{solved:,} of {words.count(len(works), 'target')} solved (95 % certain: {_percent(low)} to {_percent(high)})"
    )
    if unpriced := sum(work.solved and work.usage.unpriced_calls > 0 for work in works):
        said += f"; the price of {unpriced:,} is not wholly known"
    if left_out:
        said += f"; {left_out:,} cancelled or flaky left out"
    return said


def _rung(line: RungLine) -> tuple[str, ...]:
    return (
        words.visible(line.rung), f"{line.tried:,}", f"{line.solved:,}", _percent(line.share),
        "–" if line.usd is None else _dollars(line.usd, line.unpriced),
        "–" if line.seconds is None else f"{line.seconds:,.1f}",
        _dollars(line.usage.usd, line.usage.unpriced_calls > 0),
    )  # fmt: skip


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _dollars(usd: Decimal, unpriced: bool) -> str:
    if not unpriced:
        return f"{usd:,.4f}"
    return f"≥ {usd:,.4f}" if usd else "unknown"


def _fitted(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Align the rows; where that is too wide, each name goes on a line of its own."""
    lines = _aligned(rows)
    if max(map(len, lines)) <= width:
        return lines
    numbers = _aligned([("", *row[1:]) for row in rows])
    return [line for row, cells in zip(rows, numbers, strict=True) for line in (row[0], cells)]


def _aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    """Pad the first column to the left, the others to the right."""
    table = [tuple(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            (row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)))
        )
        for row in table
    ]
