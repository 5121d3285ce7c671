"""Candidates per second with several tried side by side, on threads, as the loop tries them."""

import os
import time
from collections.abc import Iterator, Mapping

from tddbot.bench.bed import WARM, Bed
from tddbot.bench.measure import Measure, median, spread
from tddbot.parallel import in_order

WIDTHS = (1, 2, 4)
_BATCH = 8
_TARGET = 1.6


def throughput(bed: Bed, rounds: int) -> Iterator[Measure]:
    """Yield candidates per second for each width, and four side by side against one after the other."""
    rates = _rates(bed, rounds)
    cores = len(os.sched_getaffinity(0))
    how = (
        f"{bed.subject.title}: batches of {_BATCH} warm candidates on threads, {rounds} rounds of each width in turn;"
        f" {cores} core{'' if cores == 1 else 's'}, so at most {min(cores, max(WIDTHS))} times as many"
    )
    for width, found in rates.items():
        yield from spread(f"runner.{bed.subject.name}.side_by_side.{width}", found, "candidates/s", how, "higher")
    gain = median(rates[4]) / median(rates[1])
    yield Measure(f"runner.{bed.subject.name}.side_by_side.gain_of_4", gain, "times as many", how, "higher", _TARGET)


def _rates(bed: Bed, rounds: int) -> Mapping[int, list[float]]:
    """Return candidates per second by width, round by round. Raise WrongOutcomeError as a single run does."""
    rates: dict[int, list[float]] = {width: [] for width in WIDTHS}
    for number in range(-1, rounds):
        for width in WIDTHS:
            started = time.perf_counter()
            for _ in in_order(lambda _: bed.timed(WARM), range(_BATCH), width):
                pass
            if number >= 0:  # the first round is for whatever is made when it is first needed
                rates[width].append(_BATCH / (time.perf_counter() - started))
    return rates
