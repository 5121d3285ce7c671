"""Which limits of its jail a run reached, and a sentence on each, from what is known when a process is over. Pure.

Nothing here is a proof of anything: it tells a generator why its candidate did not get as far as to be judged.
"""

import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass

from tddbot.domain import Breach
from tddbot.runner.cgroup import Events
from tddbot.runner.records import Spent
from tddbot.runner.settings import RunnerSettings

_NEARLY_ALL = 0.8
_FAULTS = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS})
_LAST_LINES = 60
_NO_ALLOCATION = re.compile(
    r"^(?:terminate called after throwing an instance of 'std::bad_alloc'|libc\+\+abi: .*std::bad_alloc.*"
    r"|memory allocation of \d+ bytes failed|Fatal Python error: .*(?:MemoryError|memory)\b.*"
    r"|OpenBLAS ?(?:error|warning)?: ?Memory allocation .*failed.*|\S+: malloc failed.*)$"
)


_NOTHING = Events()


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of one jailed process.

    `killed` is why the parent ended it: "test" (after `waited` seconds), "run", "output", or None for another reason.
    `told` are the limits that failures name, `spent` what process 1 saw, `output` the last that was printed.
    """

    killed: str | None = None
    waited: float = 0.0
    told: frozenset[str] = frozenset()
    spent: Spent | None = None
    output: str = ""
    events: Events = _NOTHING


def reached(signs: Signs, settings: RunnerSettings) -> dict[Breach, str]:
    """Return each limit that was reached with what is to be said of it."""
    found = (*_killed(signs, settings), *_group(signs, settings), *_died(signs, settings), *_told(signs, settings))
    return dict(reversed(found))  # the first to speak of a limit knows best


def _killed(signs: Signs, settings: RunnerSettings) -> Iterator[tuple[Breach, str]]:
    match signs.killed:
        case "test":
            yield Breach.TIMEOUT, f"A test gave no result within its limit of {signs.waited:.3g} s."
        case "run":
            yield Breach.TIMEOUT, f"The run of the tests passed its limit of {signs.waited:g} s."
        case "output":
            yield Breach.OUTPUT, f"The tests printed more than the limit of {settings.output_mb} MB."


def _group(signs: Signs, settings: RunnerSettings) -> Iterator[tuple[Breach, str]]:
    if signs.events.oom_kills:
        most = settings.most_tree_memory_mb
        yield Breach.MEMORY, f"The tests reached the memory limit of {most} MB for all their processes together."
    if signs.events.refused_forks:
        yield _too_many(settings)


def _died(signs: Signs, settings: RunnerSettings) -> Iterator[tuple[Breach, str]]:
    spent = signs.spent
    if spent is None:
        return
    if spent.signal == signal.SIGXCPU or (
        spent.signal == signal.SIGKILL and spent.cpu_seconds >= settings.most_cpu_seconds
    ):
        yield Breach.TIMEOUT, f"A process reached the limit of {settings.most_cpu_seconds} s of CPU time."
    if spent.is_disk_full:
        yield _full(settings)
    is_swollen = spent.peak_mb >= _NEARLY_ALL * settings.memory_mb
    is_faulty = spent.signal in _FAULTS
    if (is_swollen and (is_faulty or spent.signal == signal.SIGKILL)) or (is_faulty and _says_why(signs.output)):
        yield _too_large(settings)


def _says_why(output: str) -> bool:
    return any(_NO_ALLOCATION.match(line) for line in output.splitlines()[-_LAST_LINES:])


def _told(signs: Signs, settings: RunnerSettings) -> Iterator[tuple[Breach, str]]:
    sentences = {"memory": _too_large, "processes": _too_many, "disk": _full}
    for name in sorted(signs.told & sentences.keys()):
        yield sentences[name](settings)


def _too_large(settings: RunnerSettings) -> tuple[Breach, str]:
    return Breach.MEMORY, f"The tests reached the memory limit of {settings.memory_mb} MB."


def _too_many(settings: RunnerSettings) -> tuple[Breach, str]:
    return Breach.PROCESSES, f"The tests reached the limit of {settings.processes} processes and threads."


def _full(settings: RunnerSettings) -> tuple[Breach, str]:
    return Breach.DISK, f"The tests reached the limit of {settings.tmp_mb} MB for all that they write to files."
