"""The limits that the kernel holds each process of a jail to, and what is left to see of them when it is over."""

from __future__ import annotations

import os
import resource
from typing import Any, Dict

_GRACE = 5
_A_PAGE = 4096


def set_limits(limits: Dict[str, int]) -> None:
    """Set each limit (the name of an RLIMIT without the prefix), as far as we may, for this process and all below."""
    for name, value in limits.items():
        number = getattr(resource, "RLIMIT_" + name)
        hard = resource.getrlimit(number)[1]
        # Past the first bound of CPU time the kernel tells by a signal; past the second it kills.
        last = value + _GRACE if name == "CPU" else value
        bound = last if hard == resource.RLIM_INFINITY else min(last, hard)
        resource.setrlimit(number, (min(value, bound), bound))


def spent(status: int, usage: Any, scratch: str = "/tmp") -> Dict[str, Any]:
    """Return what the worker's end tells of limits: the signal, seconds of CPU, peak memory, whether the disk is full.

    `status` and `usage` are what wait4 returned; `scratch` lies in the one file system that tests write to.
    """
    room = os.statvfs(scratch)
    return {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
        "is_disk_full": room.f_bavail * room.f_frsize < _A_PAGE or (room.f_files > 0 and room.f_favail == 0),
    }
