"""Process 1 of a jail: builds the root, gives every privilege up, starts the worker and reaps until it has ended.

It holds no descriptor of the worker's; when it ends, the kernel kills whatever is left.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import traceback
from typing import Any, Callable, Dict, NoReturn, Optional, Sequence, Tuple

from tddbot.runner.guest import changes, handover, limits, linux, locks, network, root, worker
from tddbot.runner.guest.wire import Wire

_FAILED = 70


def run(place: Dict[str, Any], channel: socket.socket, lower_fd: "int | None") -> NoReturn:
    """Build the jail at once, wait for its job on `channel`, do it; never return.

    A jail that stands by and cannot be built ends in silence: the next one is built when it is needed, and says why.
    """
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    word = channel.recv(16)
    problem = _problem(place, lower_fd) if word else None
    if problem is not None and word == b"stand by":
        os._exit(_FAILED)
    told, fds = handover.receive(channel)
    if not told:
        os._exit(_FAILED)
    job_fd, control_fd, *worker_fds = fds
    exit_with(Wire(control_fd), lambda: _do(job_fd, Wire(control_fd), worker_fds, channel, problem))


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
    finally:  # also where nobody reads that pipe any more
        os._exit(code)


def _problem(place: Dict[str, Any], lower_fd: "int | None") -> Optional[BaseException]:
    """Build what does not depend on the job; return what went wrong."""
    try:
        if os.geteuid() != place["uid"]:
            os.setgroups([])
        network.raise_loopback()
        network.set_host_name("tddbot")
        root.build(place, lower_fd)
    except Exception as error:
        return error
    return None


def _do(
    job_fd: int,
    control: Wire,
    worker_fds: Sequence[int],
    channel: socket.socket,
    problem: Optional[BaseException],
) -> int:
    """Do the job; return the worker's exit code."""
    if problem is not None:
        raise problem
    job = handover.content(job_fd)
    os.close(job_fd)  # no test may read it
    upper = root.enter(job)
    give_privileges_up(job)
    limits.set_limits(job["limits"])
    # Losing privileges cleared both of these.
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    if select.select([channel], [], [], 0)[0]:
        return _FAILED  # the zygote went while no death of its would have been told
    channel.close()
    # Of all signals from inside the jail, only one with a handler would reach process 1.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control.send("ready", locks=locks.close(job))
    child = os.fork()
    if child == 0:
        become_worker(job, *worker_fds)
    for fd in worker_fds:
        os.close(fd)
    status, usage = _reap_until(child)
    changes.kill_the_rest()
    changes.tell(control.send, upper, (edit["path"] for edit in job["edits"]))
    control.send("spent", **limits.spent(status, usage))
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def give_privileges_up(job: Dict[str, Any]) -> None:
    """Become the jail's user, for good: without capabilities, and without a way to get any."""
    linux.bound_capabilities()
    os.setresgid(job["gid"], job["gid"], job["gid"])
    os.setresuid(job["uid"], job["uid"], job["uid"])
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.drop_capabilities()


def _reap_until(child: int) -> Tuple[int, Any]:
    while True:
        pid, status, usage = os.wait4(-1, 0)
        if pid == child:
            return status, usage


def become_worker(job: Dict[str, Any], secret_fd: int, report_fd: int, output_fd: int, *more: int) -> NoReturn:
    """Leave only the report pipe, what `more` it needs and standard input, output and error open, then run pytest."""
    code = _FAILED
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.dup2(output_fd, 1)
        os.dup2(report_fd if "tool" in job["pytest"] else output_fd, 2)
        key, canaries = handover.secret(secret_fd)
        _keep_only(report_fd, *more)
        linux.prctl(linux.PR_SET_DUMPABLE, 1)
        wire = Wire(report_fd, os.getpid(), key)
        key[:] = bytes(len(key))
        code = worker.work(job["pytest"], job["root"], wire, canaries, *more)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code & 0xFF)


def _keep_only(*kept: int) -> None:
    """Close every descriptor above standard error but those, also what lies above a limit that came later."""
    for fd in map(int, os.listdir("/proc/self/fd")):
        if fd > 2 and fd not in kept:
            with contextlib.suppress(OSError):  # it was the list's own
                os.close(fd)
