"""What the warm runner takes in memory, and whether anything grows over many runs in a row."""

import gc
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields

from tddbot.bench.bed import WARM, Bed
from tddbot.bench.measure import Measure, spread
from tddbot.bench.processes import Holdings, Memory, below, holdings, memory
from tddbot.stop import Stop

_MEGABYTE = 1024 * 1024
_NAP = "__import__('time').sleep(1)"
_TICK = 0.05
_SETTLING = 5.0
_GROWTH = 8.0
"""Megabytes that may come and go with the allocator; a leak of 4 kB a run would be as much after 2,000 runs."""

_MINE, _ZYGOTE = "tddbot", "zygote"


def footprint(bed: Bed) -> Iterator[Measure]:
    """Yield the memory of the processes that stay between warm runs, and of the jail of one run on top of it."""
    bed.timed(WARM)
    before = _settled()
    staying = {pid: found for pid in before if (found := memory(pid)) is not None}
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(bed.runner.run, bed.request(bed.candidate(_NAP), WARM), Stop())
        passing = _peaks(before, run.done)
    bed.check(run.result(), WARM)
    how = f"{bed.subject.title}: processes that stay between warm runs, from /proc/PID/smaps_rollup"
    yield from _sizes(f"runner.{bed.subject.name}.memory.zygote", staying, how)
    how = f"{bed.subject.title}: processes of one warm run, at their most while the module under test is imported"
    yield from _sizes(f"runner.{bed.subject.name}.memory.run", passing, how)


def _peaks(before: frozenset[int], is_done: Callable[[], bool]) -> dict[int, Memory]:
    """Return the most that each process took that was not there `before`, until the run is done."""
    peaks: dict[int, Memory] = {}
    while not is_done():
        for pid in below(os.getpid()) - before:
            found = memory(pid)
            if found is not None and (pid not in peaks or found.rss >= peaks[pid].rss):
                peaks[pid] = found
        time.sleep(_TICK)
    return peaks


def _sizes(name: str, found: dict[int, Memory], how: str) -> Iterator[Measure]:
    yield Measure(f"{name}.processes", len(found), "processes", how)
    yield Measure(f"{name}.rss_largest", max((each.rss for each in found.values()), default=0) / _MEGABYTE, "MB", how)
    for what in ("pss", "uss"):
        sizes = [getattr(each, what) for each in found.values()]
        if sizes and None not in sizes:
            yield Measure(f"{name}.{what}", sum(sizes) / _MEGABYTE, "MB", how)


def endurance(bed: Bed, runs: int) -> Iterator[Measure]:
    """Yield what tddbot and the zygote hold at the start, after a tenth and at the end of many warm runs in a row."""
    bed.timed(WARM)
    early = max(1, runs // 10)
    start = _reading()
    times = [bed.timed(WARM) for _ in range(early)]
    tenth = _reading()
    times += [bed.timed(WARM) for _ in range(runs - early)]
    end = _reading()
    how = f"{bed.subject.title}: {runs} warm runs in a row, each with a candidate of its own"
    for label, part in (("first_tenth", times[:early]), ("last_tenth", times[-early:])):
        yield from spread(f"runner.endurance.{label}", [1000 * seconds for seconds in part], "ms", how)
    for who in (_MINE, _ZYGOTE):
        yield from _growth(who, [reading[who] for reading in (start, tenth, end)], how)


def _growth(who: str, readings: list[Holdings], how: str) -> Iterator[Measure]:
    start, tenth, end = readings
    for field in fields(Holdings):
        values = [getattr(reading, field.name) for reading in (start, tenth, end)]
        name, unit, target, scale = f"runner.endurance.{who}.{field.name}", field.name, 0.0, 1
        if field.name == "rss":
            unit, target, scale = "MB", _GROWTH, _MEGABYTE
        for label, value in zip(("start", "tenth", "end"), values, strict=True):
            yield Measure(f"{name}.{label}", value / scale, unit, how)
        yield Measure(f"{name}.growth", (values[2] - values[1]) / scale, unit, how, "lower", target)


def _reading() -> dict[str, Holdings]:
    staying = _settled()
    gc.collect()
    return {_MINE: holdings([os.getpid()]), _ZYGOTE: holdings(staying)}


def _settled() -> frozenset[int]:
    """Return the processes below this one, once the last run's are gone: when no more of them go for a while."""
    end = time.monotonic() + _SETTLING
    pids = below(os.getpid())
    while time.monotonic() < end:
        time.sleep(4 * _TICK)
        before, pids = pids, below(os.getpid())
        if before == pids:
            break
    return pids
