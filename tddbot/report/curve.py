"""What the ladder is worth: targets solved against money and seconds, rung by rung and as a curve. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from tddbot.domain import Usage

_BLOCKS = " ▁▂▃▄▅▆▇█"
_PLAIN = " " * 5 + "#" * 4
_NOT_KEPT = "(not kept)"


@dataclass(frozen=True, slots=True)
class Worked:
    """One piece of work on a target: whether it was solved, what it cost in all, and its rungs' attempts in order."""

    solved: bool
    usage: Usage
    seconds: float
    rungs: tuple[tuple[str, Usage], ...] = ()


@dataclass(frozen=True, slots=True)
class RungLine:
    """What one rung was worth. `tried` targets came to it and `solved` of them ended there; `share` (0 to 1) of all
    targets were solved here or before.

    The medians are of those solved here, from the target's start to its end; `usage` is what the attempts of this rung
    and those before have cost together.
    """

    rung: str
    tried: int
    solved: int
    share: float
    usd: Decimal | None
    unpriced: bool
    seconds: float | None
    usage: Usage


@dataclass(frozen=True, slots=True)
class Point:
    """So many targets were solved at `at` (US dollars or seconds) or below, each."""

    at: float
    solved: int


def by_rung(works: Sequence[Worked]) -> tuple[RungLine, ...]:
    """Return a line for each rung, in the order in which rungs were first come to."""
    names = dict.fromkeys(name for work in works for name, _ in _rungs(work))
    lines: list[RungLine] = []
    solved_before, usage = 0, Usage()
    for name in names:
        here = [work for work in works if work.solved and _rungs(work)[-1][0] == name]
        usage = sum((cost for work in works for rung, cost in _rungs(work) if rung == name), usage)
        solved_before += len(here)
        lines.append(
            RungLine(
                name or _NOT_KEPT,
                tried=sum(any(rung == name for rung, _ in _rungs(work)) for work in works),
                solved=len(here),
                share=solved_before / len(works),
                usd=median(work.usage.usd for work in here) if here else None,
                unpriced=any(work.usage.unpriced_calls for work in here),
                seconds=median(work.seconds for work in here) if here else None,
                usage=usage,
            )
        )
    return tuple(lines)


def _rungs(work: Worked) -> tuple[tuple[str, Usage], ...]:
    """A target that was solved was solved on some rung, be it that its name was not kept yet."""
    return work.rungs or ((("", Usage()),) if work.solved else ())


def against_usd(works: Iterable[Worked]) -> tuple[Point, ...]:
    """Return the curve over money; what was solved at a price that is not wholly known is left out."""
    return _curve(float(work.usage.usd) for work in works if work.solved and not work.usage.unpriced_calls)


def against_seconds(works: Iterable[Worked]) -> tuple[Point, ...]:
    """Return the curve over wall clock, the tests' own time included."""
    return _curve(work.seconds for work in works if work.solved)


def _curve(costs: Iterable[float]) -> tuple[Point, ...]:
    points = {at: Point(at, number) for number, at in enumerate(sorted(costs), 1)}
    return tuple(points.values())


def interval(solved: int, total: int) -> tuple[float, float]:
    """Return between which shares the true one lies with 95 % (Wilson's score interval, 1927)."""
    z, share = 1.96, solved / total
    middle = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def plot(points: Sequence[Point], total: int, unit: str, width: int, height: int = 6, fine: bool = True) -> list[str]:
    """Return the share of `total` targets that is solved, over 0 to the dearest one, as lines of at most `width`.

    `fine` draws with eighths of a character, which not every output can show. Nothing where there is nothing to draw,
    or no room for it.
    """
    columns = width - 8
    if not points or points[-1].at <= 0 or columns < 12:
        return []
    furthest = points[-1].at
    end = f"{furthest:,.4g} {unit}"
    if len(end) >= columns:
        return []
    shares = [_solved_at(points, furthest * (column + 1) / columns) / total for column in range(columns)]
    rows = []
    for row in reversed(range(height)):
        label = {height - 1: "100 %", 0: "0 %"}.get(row, "")
        cells = "".join(_cell(share * height - row, fine) for share in shares)
        rows.append(f"{label:>6} {cells}".rstrip())
    return [*rows, f"{'':>6} 0{end:>{columns - 1}}"]


def _solved_at(points: Sequence[Point], at: float) -> int:
    return max((point.solved for point in points if point.at <= at * (1 + 1e-9)), default=0)


def _cell(filled: float, fine: bool) -> str:
    eighths = round(8 * min(1.0, max(0.0, filled)))
    return (_BLOCKS if fine else _PLAIN)[eighths]
