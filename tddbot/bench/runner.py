"""`tddbot bench runner`: what a verdict in the jail costs, against plain pytest and by itself."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tddbot.bench.bed import Subject, bed_on
from tddbot.bench.crowd import throughput
from tddbot.bench.entering import entering
from tddbot.bench.footprint import endurance, footprint
from tddbot.bench.measure import Measure
from tddbot.bench.projects import UnfitProjectError
from tddbot.bench.subjects import Place, Say, bare_python, boltons, numpy_pandas, sqlparse, tiny
from tddbot.bench.verdicts import ratios, verdicts

_QUICK_ROUNDS = 5
_FEW = 3
_JOBS = 4
_FILES = (500, 5_000, 50_000)
_QUICK_FILES = _FILES[:2]


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure. `cache` keeps what is fetched; `runs` are those in a row, if any.

    `python` is for the made-up projects; None makes an environment with pytest alone.
    """

    cache: Path
    rounds: int = 20
    quick: bool = False
    runs: int = 0
    python: Path | None = None


@dataclass(frozen=True, slots=True)
class _Station:
    """A project with all that is measured on it.

    `target` is for warm against plain on the first of its test files, `range_target` for the middle one of them all.
    """

    subjects: Callable[[Place], tuple[Subject, ...]]
    target: float | None = None
    is_small: bool = False
    has_crowd: bool = True
    range_target: float | None = None


_STATIONS = {
    "tiny": _Station(tiny, is_small=True),
    "boltons": _Station(boltons, target=3.5, range_target=3.5),
    "sqlparse": _Station(sqlparse, has_crowd=False),
    "numpy_pandas": _Station(numpy_pandas, target=6.0),
}


def measured(options: Options, say: Say) -> Iterator[Measure]:
    """Yield each measure as soon as it is taken; what is left out, and why, is said.

    Raise WrongOutcomeError where a run is not what it must be, UnfitError where no jail is possible.
    """
    options.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=options.cache) as scratch:
        place = Place(options.cache.resolve(), Path(scratch).resolve(), say, options.python)
        for name, station in _STATIONS.items():
            if station.is_small or not options.quick:
                yield from _or_left_out(name, partial(_at, station, place, options), say)
        yield from _or_left_out("entering the jail", partial(_entering, place, options), say)


def _or_left_out(name: str, measure: Callable[[], Iterator[Measure]], say: Say) -> Iterator[Measure]:
    say(f"{name}: measuring")
    try:
        yield from measure()
    except UnfitProjectError as why:
        say(f"{name} is left out: {why}")


def _at(station: _Station, place: Place, options: Options) -> Iterator[Measure]:
    rounds = min(options.rounds, _QUICK_ROUNDS) if options.quick else options.rounds
    few = min(rounds, _FEW)
    subjects = station.subjects(place)
    with closing(bed_on(subjects[0], _JOBS)) as bed:
        yield from verdicts(bed, rounds, station.target)
        if station.range_target is not None:
            yield from ratios([bed.on(each.test, each.module) for each in subjects], few, station.range_target)
        if station.has_crowd:
            yield from throughput(bed, few)
        yield from footprint(bed)
        if station.is_small and options.runs:
            yield from endurance(bed, options.runs)


def _entering(place: Place, options: Options) -> Iterator[Measure]:
    python = bare_python(place)
    for count in _QUICK_FILES if options.quick else _FILES:
        place.say(f"entering the jail: {count:,} files")
        yield from entering(place.scratch, python, count, options.rounds)
