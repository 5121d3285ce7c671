"""What a child is given at its start, what the kernel tells of it, and what is left to do at its end."""

from __future__ import annotations

import mmap
import os
import resource
import shutil

_MEMORY = 1024 * 1024 * 1024
"""Bytes that a child may take besides what is loaded already."""


def leave_streams() -> None:
    """What is printed reaches nobody."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    os.close(null)


def limit_memory(most: int) -> None:
    """Bound this process's address space, in bytes; what is bounded more tightly stays so."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    for known in (soft, hard):
        most = most if known == resource.RLIM_INFINITY else min(most, known)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def enough_memory() -> int:
    """What a process may have that has loaded as much as this one, in bytes; 0 where this jail does not show it."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * mmap.PAGESIZE + _MEMORY
    except OSError:
        return 0


def could_run(process: int) -> bool:
    """Whether it waits for nothing but its turn, as far as this jail shows that."""
    try:
        with open("/proc/%d/stat" % process, "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] == b"R"
    except OSError:
        return False


def is_dead(process: int) -> bool:
    """Whether it has ended, and is only to be buried."""
    try:
        return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def bury(process: int) -> int:
    """Wait for a child that ends; return the signal that ended it, or 0."""
    try:
        status = os.waitpid(process, 0)[1]
    except ChildProcessError:
        return 0
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def remove_room(room: str) -> None:
    """Remove a directory, whatever is in it and as far as that may be."""
    try:
        os.rmdir(room)
    except OSError:
        shutil.rmtree(room, ignore_errors=True)
