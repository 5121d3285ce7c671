"""What came of the trials: a table for people, and one object per measure for programs. Nothing here runs anything."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from tests.real.trial import GREEN, IDENTICAL, SAME, Trial

Results = Mapping[str, Sequence[Trial] | str]
"""By project (name and version): its trials, or why there are none."""

_COLUMNS = "{:<22} {:<17} {:<34} {:>5} {:<5} {:<9} {:>7} {:>8} {:>8}  {}"
_HEAD = ("project", "kind", "place", "reds", "fixed", "right", "seconds", "baseline", "attempts", "slip → repair")


def rows(results: Results) -> Iterator[str]:
    """Yield the table's lines: each trial, a line of totals for each project, and one for all."""
    yield _COLUMNS.format(*_HEAD)
    for project, trials in results.items():
        if isinstance(trials, str):
            yield f"{project:<22} not tried: {trials}"
            continue
        yield from (_row(project, trial) for trial in trials)
        yield from _total(project, trials)
    yield from _total("all", _all(results))


def measures(results: Results, count: int, how: str) -> Iterator[dict[str, Any]]:
    """Yield the measures of each project and of all, in the shape that every benchmark of tddbot has.

    `count` is how many slips were asked for in each project: as many are to be fixed.
    """
    for project, trials in results.items():
        found, why = ([], f"{how}; not tried: {trials}") if isinstance(trials, str) else (trials, how)
        yield from _measures(project.partition(" ")[0], found, count, why)
    yield from _measures("all", _all(results), count * len(results), how)


def _measures(name: str, trials: Sequence[Trial], target: int, how: str) -> Iterator[dict[str, Any]]:
    for what, value in _counts(trials):
        goal = None if what == IDENTICAL else target
        yield {
            "name": f"real.{name}.{what}", "value": value, "unit": "slips", "target": goal, "better": "higher",
            "met": None if goal is None else value >= goal, "how": how,
        }  # fmt: skip
    for what, unit, values in _costs(trials):
        yield {
            "name": f"real.{name}.{what}.median", "value": median(values), "unit": unit, "target": None,
            "better": "lower", "met": None, "how": how,
        }  # fmt: skip


def _all(results: Results) -> list[Trial]:
    return [trial for trials in results.values() if not isinstance(trials, str) for trial in trials]


def _row(project: str, trial: Trial) -> str:
    slip = trial.slip
    place = f"{slip.path.rpartition('/')[2]}:{slip.line} {slip.function}"
    fixed = "yes" if trial.fixed else "NO"
    return _COLUMNS.format(
        project, slip.kind, place[:34], trial.reds, fixed, trial.right, f"{trial.seconds:.1f}",
        f"{trial.baseline:.1f}", trial.attempts, f"{slip.note} → {trial.note}",
    )  # fmt: skip


def _total(name: str, trials: Sequence[Trial]) -> Iterator[str]:
    counts = ", ".join(f"{value} {what}" for what, value in _counts(trials))
    costs = " and ".join(f"{median(values):.3g} {unit}" for _, unit, values in _costs(trials))
    yield f"{name}: {counts} of {len(trials)}" + (f"; median {costs}" if costs else "")


def _counts(trials: Iterable[Trial]) -> list[tuple[str, int]]:
    ends = [(trial.fixed, trial.right) for trial in trials]
    return [
        ("fixed", sum(fixed for fixed, _ in ends)),
        (IDENTICAL, sum(right == IDENTICAL for _, right in ends)),
        (GREEN, sum(right in (IDENTICAL, SAME, GREEN) for _, right in ends)),
    ]


def _costs(trials: Sequence[Trial]) -> list[tuple[str, str, list[float]]]:
    """What it took, by name and unit; nothing where nothing was tried."""
    seconds = ("seconds", "s", [trial.seconds for trial in trials])
    return [seconds, ("attempts", "attempts", [trial.attempts for trial in trials])] if trials else []
