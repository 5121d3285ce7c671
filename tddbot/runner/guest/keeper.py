"""The keeper of one jail: enters new namespaces, starts init in them and waits for its end.

It stands outside of the new pid namespace, so nothing in the jail sees it. The exit status travels through processes
that the worker cannot touch and comes out on the control pipe.
"""

from __future__ import annotations

import os
import select
import signal
import traceback
from typing import Any, Callable, Dict, NoReturn, Tuple

from tddbot.runner.guest import init, linux, root
from tddbot.runner.guest.wire import Wire

_NAMESPACES = (
    ("user namespace", linux.CLONE_NEWUSER),
    ("mount, pid, net, ipc, uts and cgroup namespaces",
     linux.CLONE_NEWNS | linux.CLONE_NEWPID | linux.CLONE_NEWNET
     | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS | linux.CLONE_NEWCGROUP),
)  # fmt: skip
_FAILED = 70


class Doors:
    """Two pipes between zygote and keeper: `I have left your user namespace`, and `your identities are mapped`."""

    def __init__(self) -> None:
        self._left, self._left_end = os.pipe()
        self._mapped, self._mapped_end = os.pipe()

    def enter(self) -> None:
        """In the keeper: keep its own ends."""
        os.close(self._left)
        os.close(self._mapped_end)

    def leave(self) -> None:
        """In the zygote: keep its own ends."""
        os.close(self._left_end)
        os.close(self._mapped)

    def knock(self) -> bool:
        """In the keeper: say so and wait; return whether the identities are mapped."""
        os.write(self._left_end, b"1")
        mapped = bool(os.read(self._mapped, 1))
        os.close(self._left_end)
        os.close(self._mapped)
        return mapped

    def knocked(self) -> bool:
        """In the zygote: wait for the keeper; return whether it got so far."""
        return bool(os.read(self._left, 1))

    def open(self) -> None:
        """In the zygote: tell the keeper to go on."""
        os.write(self._mapped_end, b"1")

    def close(self) -> None:
        """In the zygote: be done."""
        os.close(self._left)
        os.close(self._mapped_end)


def run(
    job: Dict[str, Any],
    control: Wire,
    worker_fds: Tuple[int, ...],
    lower_fd: "int | None",
    life: int,
    doors: Doors,
    zygote: int,
) -> NoReturn:
    """Be the keeper until init has ended, or `life` is at its end: then tddbot is gone, and the jail goes, too."""
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    exit_with(control, lambda: _keep(job, control, worker_fds, lower_fd, life, doors, zygote))


def exit_with(control: Wire, work: Callable[[], int]) -> NoReturn:
    """End this process with what `work` returns; a control that fails is told on the control pipe."""
    code = _FAILED
    try:
        code = work()
    except root.EditError as error:
        control.send("rejected", path=str(error.args[0]), reason=str(error.args[1]))
    except OSError as error:
        control.send("refused", what=str(error.filename2 or error.filename or "the jail"), reason=error.strerror or "")
    except BaseException:
        control.send("refused", what="the jail", reason=traceback.format_exc(limit=-4))
    os._exit(code)


def _keep(
    job: Dict[str, Any],
    control: Wire,
    worker_fds: Tuple[int, ...],
    lower_fd: "int | None",
    life: int,
    doors: Doors,
    zygote: int,
) -> int:
    if not _unshare(control, doors):
        return _FAILED
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)  # which entering a user namespace has cleared
    if os.getppid() != zygote:
        return _FAILED
    alive, alive_end = os.pipe()
    kept, kept_end = os.pipe()
    process = os.fork()
    if process == 0:
        for fd in (alive, kept_end, life):
            os.close(fd)
        exit_with(control, lambda: init.run(job, control, worker_fds, lower_fd, kept))
    for fd in (*worker_fds, alive_end, kept):
        os.close(fd)
    if life in select.select([life, alive], [], [])[0]:
        os.kill(process, signal.SIGKILL)  # not buried yet, so the number is still its own
    _, status = os.waitpid(process, 0)
    control.send("exit", code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status))
    return 0


def _unshare(control: Wire, doors: Doors) -> bool:
    """Leave the host's namespaces; return whether it went well."""
    for name, flags in _NAMESPACES:
        try:
            linux.unshare(flags)
        except OSError as error:
            control.send("refused", what=name, reason=error.strerror or "")
            return False
        if flags == linux.CLONE_NEWUSER and not doors.knock():
            return False
    return True
