"""Slips put into functions that are right: how many the offline generator mends, and how many of these are right."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tddbot.bench.measure import Measure, spread
from tddbot.bench.offline_cases import Case
from tddbot.bench.offline_judging import Came, Trial, differing, tried
from tddbot.bench.offline_seat import NoFigureError, OfflineSeat, replaced
from tddbot.bench.slips import Slip, in_random_order, slips
from tddbot.domain import Patch
from tddbot.lab import Lab
from tddbot.stop import Stop

A_CASE = 2
"""Slips that are put into each function, one at a time, as a rule of two kinds."""

_LOOKED_AT = 8
_RIGHT, _RIGHT_OF_OFFERED, _VERIFIED = 95.0, 98.0, 100.0
_AT_ONCE = 3

Say = Callable[[str], None]


@dataclass
class Injected:
    """What became of the slips that were drawn: found by a test, or not although they matter, or without effect."""

    killed: int = 0
    survived: int = 0
    equivalent: int = 0


def repairs(seat: OfflineSeat, cases: Sequence[Case], keep: Callable[[Trial], None], say: Say) -> Iterator[Measure]:
    """Yield what was mended; `keep` is told of each trial."""
    injected, trials = Injected(), []
    for number, case in enumerate(cases, 1):
        for slip in drawn(seat, case, injected):
            trial = tried(seat, case, slip.injected(case.source), slip.kind, f"line {slip.line}: {slip.note}")
            if trial is not None:
                trials.append(trial)
                keep(trial)
        if number % 10 == 0:
            say(f"repair: {number} of {len(cases)} functions, {_count(trials, Came.RIGHT)} of {len(trials)} right")
    if trials:
        yield from _totals(trials, injected)
        yield from _by_kind(trials)


def drawn(seat: OfflineSeat, case: Case, injected: Injected) -> list[Slip]:
    """Return the first slips, in an order that follows from the case's name, that a test of the case finds.

    Of what no test finds, it is counted whether it makes no difference or the tests are too few for it.
    """
    order = list(in_random_order(slips(case.source, case.function), case.name))[:_LOOKED_AT]
    chosen: list[Slip] = []
    with seat.lab(case) as lab:
        for at in range(0, len(order), _AT_ONCE):
            for slip, patch, is_killed in _screened(lab, case, order[at : at + _AT_ONCE]):
                if is_killed:
                    chosen.append(slip)
                elif any(differing(case, lab, replaced(case, case.stub(), case.source), [patch])):
                    injected.survived += 1
                else:
                    injected.equivalent += 1
            if len(chosen) >= A_CASE:
                break
    injected.killed += len(chosen[:A_CASE])
    return chosen[:A_CASE]


def _screened(lab: Lab, case: Case, looked: Sequence[Slip]) -> Iterator[tuple[Slip, Patch, bool]]:
    patches = [replaced(case, case.stub(), slip.injected(case.source)) for slip in looked]
    found = list(lab.screen(patches, Stop()))
    if len(found) < len(patches):
        raise NoFigureError(f"{case.name}: the laboratory ended early: {lab.fault}")
    for slip, patch, screened in zip(looked, patches, found, strict=True):
        yield slip, patch, not screened.passed


def _count(trials: Sequence[Trial], *came: Came) -> int:
    return sum(trial.came in came for trial in trials)


def _share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _totals(trials: Sequence[Trial], injected: Injected) -> Iterator[Measure]:
    count = len(trials)
    offered = [trial for trial in trials if trial.offered]
    how = (
        f"{count} slips of {len({trial.kind for trial in trials})} kinds, one at a time, in functions that are right; "
        "right is equal to the original on fresh inputs, green is all tests of the function passed"
    )
    name = "offline.repair"
    yield Measure(f"{name}.right", _share(_count(trials, Came.RIGHT), count), "%", how, "higher", _RIGHT)
    yield Measure(f"{name}.green", _share(sum(trial.green for trial in trials), count), "%", how, "higher")
    right_of_offered = _share(_count(offered, Came.RIGHT), len(offered))
    yield Measure(f"{name}.right_of_offered", right_of_offered, "%", how, "higher", _RIGHT_OF_OFFERED)
    yield Measure(f"{name}.wrong", _count(trials, Came.WRONG), "fixes", how)
    questions = _count(trials, Came.ASKED, Came.ASKED_AMISS)
    yield Measure(f"{name}.questions", questions, "cases", how)
    yield Measure(f"{name}.questions_with_the_right_one", _count(trials, Came.ASKED), "cases", how, "higher")
    yield Measure(f"{name}.missed", _count(trials, Came.MISSED), "cases", how)
    yield from _times(trials)
    drawn_how = "slips that were drawn: found by a test and used, not found although they matter, without any effect"
    for what in ("killed", "survived", "equivalent"):
        yield Measure(f"offline.injected.{what}", getattr(injected, what), "slips", drawn_how)


def _times(trials: Sequence[Trial]) -> Iterator[Measure]:
    how = (
        "from the request until a candidate passed in the laboratory, which is set up as in `tddbot fix` while the "
        "red tests run again; of this until the first came back, then until one passed; and until a fix leaves"
    )
    passed = [
        (1000 * trial.answered, 1000 * trial.verified)
        for trial in trials
        if trial.answered is not None and trial.verified is not None
    ]
    if passed:
        yield from spread("offline.repair.verified", [both for _, both in passed], "ms", how, target=_VERIFIED)
        yield from spread("offline.repair.verified.first", [first for first, _ in passed], "ms", how)
        yield from spread("offline.repair.verified.search", [both - first for first, both in passed], "ms", how)
    if leaving := [1000 * trial.seconds for trial in trials if trial.offered]:
        yield from spread("offline.repair.leaves", leaving, "ms", how)


def _by_kind(trials: Sequence[Trial]) -> Iterator[Measure]:
    how = "the same by the kind of slip: right, and what became of the others"
    for kind, count in sorted(Counter(trial.kind for trial in trials).items()):
        those = [trial for trial in trials if trial.kind == kind]
        name = f"offline.repair.{kind}"
        yield Measure(f"{name}.right", _share(_count(those, Came.RIGHT), count), f"% of {count}", how, "higher")
        others = {
            "wrong": _count(those, Came.WRONG),
            "asked": _count(those, Came.ASKED, Came.ASKED_AMISS),
            "missed": _count(those, Came.MISSED),
        }
        yield from (Measure(f"{name}.{what}", value, "cases", how) for what, value in others.items() if value)
