"""What /proc says of tddbot and of the processes below it: their number, and what each of them holds."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

_KILOBYTE = 1024
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Memory:
    """In bytes: the share of a process (`pss`: pages that n processes have in common count as an nth), its own pages
    (`uss`), and all that it has mapped (`rss`). Share and own pages are None where the kernel does not tell us."""

    rss: int
    pss: int | None
    uss: int | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """What some processes hold together."""

    processes: int
    descriptors: int
    mounts: int
    threads: int
    rss: int


def below(pid: int) -> frozenset[int]:
    """Return the processes that `pid` started, and those that they did, and so on."""
    parents = {child: parent for child in _all() if (parent := _parent(child)) is not None}
    found: set[int] = set()
    grown = {pid}
    while grown:
        grown = {child for child, parent in parents.items() if parent in grown} - found
        found |= grown
    return frozenset(found)


def memory(pid: int) -> Memory | None:
    """Return what a process takes, or None where it is gone or has ended."""
    try:
        resident = int((_PROC / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None
    if not resident:
        return None
    try:
        rollup = (_PROC / str(pid) / "smaps_rollup").read_text()
    except OSError:  # a process that cannot be looked into by anybody but root
        return Memory(resident, None, None)
    sizes = {name: int(size.split()[0]) * _KILOBYTE for name, _, size in _lines(rollup) if size.endswith("kB")}
    return Memory(sizes["Rss"], sizes["Pss"], sizes["Private_Clean"] + sizes["Private_Dirty"])


def holdings(pids: Iterable[int]) -> Holdings:
    """Return what the processes hold together: one that has ended and was not buried counts as one that holds nothing,
    and what may not be looked into adds nothing.
    """
    found = [_holdings(pid) for pid in pids]
    sums = (sum(getattr(each, field.name) for each in found) for field in fields(Holdings))
    return Holdings(*sums)


def _holdings(pid: int) -> Holdings:
    place = _PROC / str(pid)
    if not place.exists():
        return Holdings(0, 0, 0, 0, 0)
    taken = memory(pid)
    return Holdings(1, _count(place / "fd"), _mounts(place), _count(place / "task"), 0 if taken is None else taken.rss)


def _count(directory: Path) -> int:
    try:
        return len(os.listdir(directory))
    except OSError:
        return 0


def _mounts(place: Path) -> int:
    try:
        return len((place / "mountinfo").read_text().splitlines())
    except OSError:
        return 0


def _lines(text: str) -> list[tuple[str, str, str]]:
    return [line.partition(":") for line in text.splitlines()]


def _all() -> list[int]:
    return [int(name) for name in os.listdir(_PROC) if name.isdigit()]


def _parent(pid: int) -> int | None:
    try:
        stat = (_PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    return int(stat.rpartition(b")")[2].split()[1])
