"""Jails without namespaces: Landlock and a filter on system calls around a copy; and, where so told, none at all."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tddbot.runner.copies import Copy, private_copy
from tddbot.runner.jail import Jail
from tddbot.runner.place import Place, environments_in, moved, unprotected, written

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_READABLE = (
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/loadavg", "/proc/uptime", "/proc/version",
    "/proc/filesystems", "/proc/sys/kernel/cap_last_cap", "/proc/sys/kernel/osrelease", "/proc/sys/kernel/pid_max",
    "/proc/sys/kernel/random", "/proc/sys/vm/overcommit_memory", "/etc/passwd", "/etc/group", "/etc/hosts",
    "/etc/nsswitch.conf",
)  # fmt: skip


@contextmanager
def landlock(jail: Jail, job: bytes) -> Iterator[Place]:
    """Make a place for one job in which nothing but a copy can be written and nothing but the allow-list read."""
    with _copied(jail, job) as (order, copy):
        writable = [str(path) for path in (copy.tree, copy.home, copy.temporary)]
        shown = [path for path in order["binds"] if os.path.exists(path)]
        order["rules"] = {"writable": [*writable, *_DEVICES], "readable": [*shown, *_READABLE]}
        yield _place(order, copy, jail)


@contextmanager
def unlocked(jail: Jail, job: bytes) -> Iterator[Place]:
    """Make a place for one job that is no jail: a copy, limits, and the end of all that it starts."""
    with _copied(jail, job) as (order, copy):
        order["unlocked"] = True
        yield _place(order, copy, jail)


def _place(order: dict[str, Any], copy: Copy, jail: Jail) -> Place:
    return Place(json.dumps(order).encode("ascii"), (), order["pytest"]["env"], copy, jail.root, written(order))


@contextmanager
def _copied(jail: Jail, job: bytes) -> Iterator[tuple[dict[str, Any], Copy]]:
    order = json.loads(job)
    kept = environments_in(jail)
    user = order["uid"], order["gid"]
    with private_copy(jail.root, [*order["masked"], *kept], order["protected"], user) as copy:
        order.update(confined=True, original=str(jail.root), root=str(copy.tree), edits=unprotected(order))
        order["limits"]["NPROC"] += _threads_of(order["uid"])
        _move(order["pytest"], jail, copy, [f"{jail.root}/{path}" for path in kept])
        yield order, copy


def _move(order: dict[str, Any], jail: Jail, copy: Copy, kept: list[str]) -> None:
    """Have the tests look for the repository where the copy lies, and for environments where they are."""

    def to_copy(path: str) -> str:
        stays = any(path == place or path.startswith(place + "/") for place in kept)
        return path if stays else moved(path, str(jail.root), str(copy.tree))

    path = [to_copy(entry) for entry in order["path"]]
    own = [entry for entry in path[1:] if entry.startswith(str(copy.tree))]
    order["path"] = path
    order["rootdir"] = order["rootdir"] and to_copy(order["rootdir"])
    order["inipath"] = order["inipath"] and to_copy(order["inipath"])
    order["cache"] = str(copy.temporary / ".pytest_cache")
    order["env"].update(HOME=str(copy.home), TMPDIR=str(copy.temporary))
    if own:
        order["env"]["PYTHONPATH"] = os.pathsep.join(own)


def _threads_of(user: int) -> int:
    """What the user has running already counts against a limit that no namespace makes the jail's own."""
    count = 0
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and process.stat().st_uid == user:
                count += len(os.listdir(process / "task"))
        except OSError:  # it has just ended
            continue
    return count
