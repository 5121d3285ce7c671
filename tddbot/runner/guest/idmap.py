"""For root only: a view of a directory in which another user owns what its owner owns (idmapped mounts, Linux 5.19)."""

from __future__ import annotations

import os
import signal

from tddbot.runner.guest import linux

_LAST_ID = 4294967294


def swapping(owner: int, user: int) -> int:
    """Return a descriptor of a user namespace in which `owner` and `user` are swapped."""
    return _namespace(_swap(owner, user))


def clone_as(path: str, namespace: int) -> int:
    """Return a detached mount of `path` with its owners as that namespace maps them."""
    mount = linux.clone_mount(path)
    try:
        linux.map_mount(mount, namespace)
    except OSError:
        os.close(mount)
        raise
    return mount


def _swap(one: int, other: int) -> str:
    """The identity map with two entries exchanged, in the lines of uid_map(5)."""
    low, high = sorted((one, other))
    spans = [(0, 0, low), (low, high, 1), (low + 1, low + 1, high - low - 1), (high, low, 1)]
    spans.append((high + 1, high + 1, _LAST_ID - high))
    return "".join("%d %d %d\n" % span for span in spans if span[2] > 0)


def _namespace(mapping: str) -> int:
    """Return a descriptor of a new user namespace with `mapping` for users and groups."""
    ready, ready_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            linux.unshare(linux.CLONE_NEWUSER)
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
            os.write(ready_end, b"1")
            signal.pause()
        finally:
            os._exit(1)
    try:
        os.close(ready_end)
        if not os.read(ready, 1):
            raise OSError(1, "user namespaces are not allowed", "idmapped mount")
        for name in ("uid_map", "gid_map"):
            with open("/proc/%d/%s" % (child, name), "w", encoding="ascii") as file:
                file.write(mapping)
        return os.open("/proc/%d/ns/user" % child, os.O_RDONLY)
    finally:
        os.close(ready)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
