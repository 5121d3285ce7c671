"""The last locks of a jail, closed by its init before any test runs: Landlock, then the filter on system calls."""

from __future__ import annotations

from typing import Any

from tddbot.runner.guest import landlock, seccomp


def close(job: dict[str, Any]) -> list[str]:
    """Lock this process, which is to be alone in it, and all that it starts; return the names of the locks.

    Raise OSError where there is no filter on system calls. Landlock is a second wall where the mounts are the first, so
    a kernel without it is fit.
    """
    names = _restrict_files(job)
    seccomp.install()
    return [*names, "seccomp"]


def _restrict_files(job: dict[str, Any]) -> list[str]:
    # Landlock's rules for devices hold below `/dev` as a whole: nothing but the few harmless ones is there.
    writable = (job["root"], "/tmp", "/var/tmp", job["home"], "/dev", "/proc")
    try:
        return ["Landlock %d" % landlock.restrict(writable)]
    except OSError:
        return []
