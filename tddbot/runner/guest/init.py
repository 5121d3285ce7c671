"""Process 1 of a jail: builds the root, gives every privilege up, starts the worker and reaps until it has ended.

It holds no descriptor of the worker's; when it ends, the kernel kills whatever is left.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import traceback
from typing import Any, Dict, NoReturn, Tuple

from tddbot.runner.guest import changes, limits, linux, locks, network, root, worker
from tddbot.runner.guest.wire import Wire

_FAILED = 70


def run(job: Dict[str, Any], control: Wire, worker_fds: Tuple[int, ...], lower_fd: "int | None", kept: int) -> int:
    """Return the worker's exit code. `kept` is at its end when the keeper is gone."""
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.geteuid() != job["uid"]:
        os.setgroups([])
    network.raise_loopback()
    network.set_host_name("tddbot")
    upper = root.enter(job, lower_fd)
    give_privileges_up(job)
    limits.set_limits(job["limits"])
    # Losing privileges cleared both of these.
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    if select.select([kept], [], [], 0)[0]:
        return _FAILED  # the keeper went while no death of its would have been told
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


def become_worker(job: Dict[str, Any], report_fd: int, output_fd: int, *more: int) -> NoReturn:
    """Leave only the report pipe, what `more` it needs and standard input, output and error open, then run pytest."""
    code = _FAILED
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.dup2(output_fd, 1)
        os.dup2(output_fd, 2)
        _keep_only(report_fd, *more)
        linux.prctl(linux.PR_SET_DUMPABLE, 1)
        wire = Wire(report_fd, os.getpid(), bytes.fromhex(job["pytest"].pop("seal", "")))
        code = worker.work(job["pytest"], job["root"], wire, *more)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code & 0xFF)


def _keep_only(*kept: int) -> None:
    """Close every descriptor above standard error but those."""
    for fd in map(int, os.listdir("/proc/self/fd")):
        if fd > 2 and fd not in kept:
            with contextlib.suppress(OSError):  # the listing's own
                os.close(fd)
