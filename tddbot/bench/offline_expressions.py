"""Functions from their tests alone: how many the offline generator writes, and how many of these are right."""

from collections.abc import Callable, Iterator, Sequence

from tddbot.bench.measure import Measure, spread
from tddbot.bench.offline_cases import Case
from tddbot.bench.offline_judging import Came, Trial, tried
from tddbot.bench.offline_seat import OfflineSeat

STUB = "stub"
_OFFERED, _RIGHT_OF_OFFERED = 20.0, 90.0
_ENOUGH = 100
"""Of so many functions and more, the target of a count means something."""

Say = Callable[[str], None]


def expressions(seat: OfflineSeat, cases: Sequence[Case], keep: Callable[[Trial], None], say: Say) -> Iterator[Measure]:
    """Yield what was written for signatures without docstring and body; `keep` is told of each trial."""
    trials: list[Trial] = []
    for number, case in enumerate(cases, 1):
        trial = tried(seat, case, case.stub(), STUB, "")
        if trial is not None:
            trials.append(trial)
            keep(trial)
        if number % 10 == 0:
            offered = sum(each.offered for each in trials)
            say(f"expressions: {number} of {len(cases)} functions, {offered} offered")
    if trials:
        yield from _measures(trials)


def _measures(trials: Sequence[Trial]) -> Iterator[Measure]:
    how = (
        f"{len(trials)} functions with their signature and tests alone, neither docstring nor body; right is equal to "
        "the original on fresh inputs, green is all tests of the function passed"
    )

    def count(*came: Came) -> int:
        return sum(trial.came in came for trial in trials)

    name, offered = "offline.expressions", count(Came.RIGHT, Came.WRONG)
    goal = _OFFERED if len(trials) >= _ENOUGH else None
    yield Measure(f"{name}.offered", offered, "functions", how, "higher", goal)
    yield Measure(f"{name}.right", count(Came.RIGHT), "functions", how, "higher")
    yield Measure(f"{name}.green", sum(trial.green for trial in trials), "functions", how, "higher")
    if offered:
        share = 100 * count(Came.RIGHT) / offered
        yield Measure(f"{name}.right_of_offered", share, "%", how, "higher", _RIGHT_OF_OFFERED)
    wrong = sum(trial.green and trial.came is Came.WRONG for trial in trials)
    yield Measure(f"{name}.green_but_wrong", wrong, "functions", how)
    yield Measure(f"{name}.questions", count(Came.ASKED, Came.ASKED_AMISS), "functions", how)
    yield Measure(f"{name}.questions_with_the_right_one", count(Came.ASKED), "functions", how, "higher")
    yield Measure(f"{name}.handed_over", count(Came.MISSED), "functions", how)
    seconds = "from the request to a fix, a question, or the hand-over"
    yield from spread(f"{name}.time", [1000 * trial.seconds for trial in trials], "ms", seconds)
