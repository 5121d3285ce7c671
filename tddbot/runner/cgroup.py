"""cgroup v2, where a part of its tree is delegated to us: one cap on memory and processes for all of a jail.

Delegated is a group that systemd made with `Delegate=yes` (`systemd-run --user --scope -p Delegate=yes tddbot watch`),
or the root of a container's own namespace. A group with processes in it may not hand controllers on, so tddbot moves
itself into a group of its own below first.
"""

import contextlib
import errno
import itertools
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CONTROLLERS = ("memory", "pids")
_DELEGATED = ("user.delegate", "trusted.delegate")
_PATIENCE = 2.0
_TICK = 0.005
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Events:
    """How often the kernel killed for want of memory, and refused to fork for want of a number."""

    oom_kills: int = 0
    refused_forks: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """The group of one jail, which the jail's first process enters by being written to it from outside."""

    path: Path

    def events(self) -> Events:
        """Return what happened in it so far."""
        memory, pids = _counts(self.path / "memory.events"), _counts(self.path / "pids.events")
        return Events(memory.get("oom_kill", 0), pids.get("max", 0))

    def remove(self) -> None:
        """Kill what is left in it and take it away; one that will not go is left, for the end of tddbot's own group."""
        with contextlib.suppress(OSError):  # before Linux 5.14 there is no such file
            _write(self.path / "cgroup.kill", "1")
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            try:
                self.path.rmdir()
            except FileNotFoundError:
                return
            except OSError as error:
                if error.errno != errno.EBUSY:
                    return
                time.sleep(_TICK)
            else:
                return


def caps(memory_bytes: int, processes: int) -> dict[str, str]:
    """Return what is written to the files of a jail's group."""
    return {
        "memory.max": str(memory_bytes),
        "memory.swap.max": "0",
        "memory.oom.group": "1",
        "pids.max": str(processes),
    }


def make(home: Path, limits: Mapping[str, str]) -> Group:
    """Make a group below `home`. Raise OSError where that is not possible; without swap, its limit is left out."""
    group = Group(home / f"tddbot-{os.getpid()}-{next(_numbers)}")
    group.path.mkdir()
    try:
        for name, value in limits.items():
            with contextlib.suppress(FileNotFoundError) if "swap" in name else contextlib.nullcontext():
                _write(group.path / name, value)
    except OSError:
        group.remove()
        raise
    return group


@contextmanager
def capped(memory_bytes: int, processes: int) -> Iterator[Group | None]:
    """A group for one jail, taken away in the end; None where nothing is delegated. Raise OSError where it fails."""
    found = home()
    if isinstance(found, str):
        yield None
        return
    group = make(found, caps(memory_bytes, processes))
    try:
        yield group
    finally:
        group.remove()


@cache
def home() -> Path | str:
    """Return the group in which jails may have theirs, or why there is none; asked once, since it moves tddbot."""
    own = own_group(_read("/proc/self/cgroup"), _read("/proc/self/mountinfo"))
    if own is None:
        return "no cgroup v2 is mounted here"
    return unfitness(own) or settle(own)


def probe() -> str | None:
    """Say why no cap holds for a whole jail here, or None where it does."""
    found = home()
    return found if isinstance(found, str) else None


def own_group(cgroup: str, mountinfo: str) -> Path | None:
    """Return the directory of our own group by the texts of /proc/self/cgroup and mountinfo, or None."""
    line = next((line for line in cgroup.splitlines() if line.startswith("0::/")), None)
    if line is None or "/.." in line:  # which lies outside of our namespace
        return None
    path = line.removeprefix("0::")
    for mount in mountinfo.splitlines():
        before, _, after = mount.partition(" - ")
        fields = before.split(" ")
        if not after.startswith("cgroup2 ") or len(fields) < 5:
            continue
        root, place = _plain(fields[3]), _plain(fields[4])
        if f"{path}/".startswith(root.rstrip("/") + "/"):
            return Path(place, path[len(root.rstrip("/")) :].lstrip("/"))
    return None


def unfitness(own: Path, controllers: tuple[str, ...] = CONTROLLERS) -> str | None:
    """Say why our own group cannot be divided, or None."""
    held = _words(own / "cgroup.controllers")
    if missing := [name for name in controllers if name not in held]:
        return f"cgroup {own} has no controller for {' and '.join(missing)}"
    if not all(os.access(own / name, os.W_OK) for name in (".", "cgroup.procs", "cgroup.subtree_control")):
        return f"cgroup {own} is not delegated to this user"
    if os.geteuid() == 0 and not _is_handed_over(own):
        return f"cgroup {own} is not delegated to tddbot"
    return None


def settle(own: Path, controllers: tuple[str, ...] = CONTROLLERS) -> Path | str:
    """Move ourselves one level down and hand the controllers on; return `own`, or why that was not possible."""
    leaf = own / f"tddbot-{os.getpid()}"
    try:
        leaf.mkdir(exist_ok=True)
        _write(leaf / "cgroup.procs", str(os.getpid()))
        _write(own / "cgroup.subtree_control", " ".join(f"+{name}" for name in controllers))
    except OSError as error:
        with contextlib.suppress(OSError):
            _write(own / "cgroup.procs", str(os.getpid()))
            leaf.rmdir()
        if error.errno == errno.EBUSY:
            return f"cgroup {own} has other processes in it than tddbot"
        return f"cgroup {own} cannot be divided ({error.strerror})"
    return own


def _is_handed_over(own: Path) -> bool:
    """Whether root was given this group: as root everything can be written, but the rest belongs to systemd."""
    if not (own / "cgroup.events").exists():  # the root of the whole machine
        return False
    for name in _DELEGATED:
        with contextlib.suppress(OSError):
            if os.getxattr(own, name) == b"1":
                return True
    return _read("/proc/self/cgroup").rstrip().endswith("0::/")


def _counts(path: Path) -> dict[str, int]:
    pairs = (line.split() for line in _read(str(path)).splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def _words(path: Path) -> list[str]:
    return _read(str(path)).split()


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def _write(path: Path, text: str) -> None:
    """Write to a file that the kernel has made; one that is not there is not made, which would be forbidden."""
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text.encode("ascii"))
    finally:
        os.close(fd)


def _plain(field: str) -> str:
    """Undo mountinfo's way to write blanks."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), field)
