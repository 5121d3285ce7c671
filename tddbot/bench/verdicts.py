"""The time to a verdict on one candidate: plain pytest, cold in the jail and warm in the jail, round by round."""

from collections.abc import Iterator, Mapping, Sequence

from tddbot.bench.bed import COLD, PLAIN, WARM, Bed
from tddbot.bench.measure import MEDIAN, Measure, median, spread

WAYS = (PLAIN, COLD, WARM)


def interleaved(bed: Bed, ways: Sequence[str], rounds: int) -> Mapping[str, list[float]]:
    """Return the seconds of each way; every round tries them all, each time beginning with another one.

    Raise WrongOutcomeError where a run does not end as it must, or does not see its candidate.
    """
    for way in ways:
        bed.refuse_blindness(way)
        bed.timed(way)
    times: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(rounds):
        first = number % len(ways)
        for way in (*ways[first:], *ways[:first]):
            times[way].append(bed.timed(way))
    return times


def verdicts(bed: Bed, rounds: int, target: float | None) -> Iterator[Measure]:
    """Yield the time of each way and how much quicker the jail is; `target` is for warm against plain."""
    subject = bed.subject
    times = interleaved(bed, WAYS, rounds)
    how = (
        f"{subject.title}: {subject.test} ({len(bed.expected)} tests), a new candidate in each run, {rounds} rounds"
        " of plain `python -m pytest FILE`, cold in the jail and warm in the jail in turn, outcomes equal"
    )
    for way in WAYS:
        milliseconds = [1000 * seconds for seconds in times[way]]
        yield from spread(f"runner.{subject.name}.{way}", milliseconds, "ms", how)
    plain = median(times[PLAIN])
    for way, goal in ((COLD, None), (WARM, target)):
        name = f"runner.{subject.name}.{way}_against_plain"
        yield Measure(name, plain / median(times[way]), "times as fast", how, "higher", goal)


def ratios(beds: Sequence[Bed], rounds: int, target: float) -> Iterator[Measure]:
    """Yield how much quicker warm is than plain over many test files: the worst, the middle, which bears the target,
    and the best.
    """
    found = []
    for bed in beds:
        times = interleaved(bed, (PLAIN, WARM), rounds)
        found.append((median(times[PLAIN]) / median(times[WARM]), bed.subject.test))
    found.sort()
    subject = beds[0].subject
    how = (
        f"{subject.title}: medians of {rounds} rounds on each of the {len(found)} test files that have a module of"
        f" their name; worst {found[0][1]}, best {found[-1][1]}"
    )
    values = [ratio for ratio, _ in found]
    for what, value, goal in (("worst", values[0], None), (MEDIAN, median(values), target), ("best", values[-1], None)):
        yield Measure(f"runner.{subject.name}.files.{what}", value, "times as fast", how, "higher", goal)
