"""Whether an exception says that a limit of the jail was reached. Only what the interpreter itself raised counts."""

from __future__ import annotations

import errno
import opcode
import resource
from types import CodeType
from typing import Iterator, Tuple

_MOST = 50
_RAISE = opcode.opmap["RAISE_VARARGS"]
_NO_THREAD = "can't start new thread"
_STARTERS = frozenset(
    {
        "fork", "forkpty", "fork_exec", "_fork_exec", "posix_spawn", "posix_spawnp", "start_new_thread",
        "_start_new_thread", "_start_joinable_thread",
    }
)  # fmt: skip
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_STACK = 64 * 1024 * 1024


def breach(error: BaseException) -> "str | None":
    """Return the name of the limit that `error`, or what it came from, ran into: memory, processes or disk."""
    return next((name for one in _chain(error) for name in [_own(one)] if name), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [error]
    while waiting and len(seen) < _MOST:
        one = waiting.pop(0)
        if id(one) in seen or not isinstance(one, BaseException):
            continue
        seen.add(id(one))
        yield one
        before = one.__cause__ if one.__suppress_context__ else one.__cause__ or one.__context__
        group = getattr(one, "exceptions", ()) if type(one).__name__.endswith("ExceptionGroup") else ()
        waiting.extend(found for found in (before, *group) if found is not None)


def _own(error: BaseException) -> "str | None":
    if not isinstance(error, (MemoryError, OSError, RuntimeError)) or _is_by_hand(error):
        return None
    if isinstance(error, MemoryError):
        return "memory"
    number = error.errno if isinstance(error, OSError) else None
    if number in _DISK:
        return "disk"
    if number == errno.ENOMEM:
        return "memory"
    if number == errno.EAGAIN or (type(error) is RuntimeError and error.args == (_NO_THREAD,)):
        return _of_start(error)
    return None


def _of_start(error: BaseException) -> "str | None":
    """A thread that finds no room for its stack fails in the same way as one too many."""
    code = _last(error)
    if code is None or _STARTERS.isdisjoint(code[0].co_names):
        return None
    return "memory" if _is_crowded() else "processes"


def _is_crowded() -> bool:
    """Whether this process's address space was nearly used up at some time."""
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    if most == resource.RLIM_INFINITY:
        return False
    with open("/proc/self/status", encoding="ascii", errors="replace") as file:
        peak = next((int(line.split()[1]) for line in file if line.startswith("VmPeak:")), 0)
    return bool(peak * 1024 + _STACK > most)


def _is_by_hand(error: BaseException) -> bool:
    """Whether a `raise` statement made it: then it says what somebody wrote, and not what happened."""
    found = _last(error)
    if found is None:
        return True
    code, instruction = found
    return 0 <= instruction < len(code.co_code) and code.co_code[instruction] == _RAISE


def _last(error: BaseException) -> "Tuple[CodeType, int] | None":
    """Return the code that raised it, and at which instruction."""
    trace = error.__traceback__
    if trace is None:
        return None
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code, trace.tb_lasti
