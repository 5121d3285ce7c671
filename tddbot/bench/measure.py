"""What a benchmark found: one value with its unit, its target and how it was taken; as a table and as JSON lines."""

import json
import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

MEDIAN, P10, P90 = "median", "p10", "p90"
_AROUND = (P10, P90)
_MET = {True: "met", False: "NOT met"}


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. `how` says what was measured against what, and where; a `target` None makes it a mere report."""

    name: str
    value: float
    unit: str
    how: str
    better: Literal["lower", "higher"] = "lower"
    target: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached, or None where there is none."""
        if self.target is None:
            return None
        return self.value <= self.target if self.better == "lower" else self.value >= self.target


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value below which `part` (0 to 1) of the values lie, interpolated; raise ValueError for none."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def median(values: Sequence[float]) -> float:
    """Return the value in the middle; raise ValueError for none."""
    return percentile(values, 0.5)


def spread(
    name: str,
    values: Sequence[float],
    unit: str,
    how: str,
    better: Literal["lower", "higher"] = "lower",
    target: float | None = None,
) -> Iterator[Measure]:
    """Yield the median, which bears the target, and the tenth and ninetieth percentiles."""
    yield Measure(f"{name}.{MEDIAN}", median(values), unit, how, better, target)
    yield Measure(f"{name}.{P10}", percentile(values, 0.1), unit, how, better)
    yield Measure(f"{name}.{P90}", percentile(values, 0.9), unit, how, better)


def json_line(measure: Measure) -> str:
    """Return the measure as every benchmark of tddbot prints it, with its newline."""
    fields: dict[str, Any] = {
        "name": measure.name,
        "value": _rounded(measure.value),
        "unit": measure.unit,
        "target": measure.target,
        "better": measure.better,
        "met": measure.met,
        "how": measure.how,
    }
    return json.dumps(fields, ensure_ascii=False) + "\n"


def table(measures: Iterable[Measure]) -> Iterator[str]:
    """Yield the lines for people as the measures come: those of one `how` together, percentiles beside their median."""
    for how, together in groupby(measures, operator.attrgetter("how")):
        yield ""
        yield how
        rows = list(together)
        around = {measure.name: measure for measure in rows if measure.name.endswith(_AROUND)}
        yield from (_row(measure, around) for measure in rows if measure.name not in around)


def _row(measure: Measure, around: dict[str, Measure]) -> str:
    stem = measure.name.removesuffix(f".{MEDIAN}")
    low, high = (around.get(f"{stem}.{name}") for name in _AROUND)
    beside = f"{_said(low.value)} to {_said(high.value)}" if low and high else ""
    goal = ""
    if measure.target is not None and measure.met is not None:
        bound = "at most" if measure.better == "lower" else "at least"
        goal = f"{bound} {_said(measure.target)}: {_MET[measure.met]}"
    return f"  {stem:<50} {_said(measure.value):>9} {measure.unit:<13} {beside:<20} {goal}".rstrip()


def _rounded(value: float) -> float:
    """Five digits: nothing that is measured here is known to more."""
    return float(f"{value:.5g}")


def _said(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"
