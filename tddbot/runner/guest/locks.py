"""The last locks of a jail, closed before any test runs: Landlock, then the filter on system calls."""

from __future__ import annotations

from typing import Any

from tddbot.runner.guest import landlock, seccomp

_SIGNALS_SCOPED = 6


def close(job: dict[str, Any]) -> list[str]:
    """Lock this process, which has one thread, and all that it starts; return the names of the locks.

    Raise OSError naming the lock that cannot be closed. Where mounts are the first wall, Landlock is the second, and a
    kernel without it is fit; where `rules` stand in the job, there is no other wall.
    """
    rules = job.get("rules")
    if rules is None:
        names = _second_wall(job)
    else:
        abi = landlock.restrict(rules["writable"], rules["readable"], tcp=False, least=_SIGNALS_SCOPED)
        names = ["Landlock %d" % abi]
    seccomp.install(shared=rules is not None)
    return [*names, "seccomp"]


def _second_wall(job: dict[str, Any]) -> list[str]:
    # Below `/dev` there are none but a few harmless devices. Only where /proc is our own making, its /sys is read-only.
    proc = "/proc/self" if job.get("confined") else "/proc"
    writable = (job["root"], "/tmp", "/var/tmp", job["home"], "/dev", proc)
    try:
        return ["Landlock %d" % landlock.restrict(writable)]
    except OSError:
        return []
