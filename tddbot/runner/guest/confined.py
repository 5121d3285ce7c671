"""A jail that makes no namespaces: a steward that starts the worker behind its locks and buries all that is left.

It serves where something else has made the namespaces already, and where nothing can. The steward itself is not locked:
whatever it buries can neither signal, trace nor limit it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import sys
from typing import Any, Dict, Iterator, List, NoReturn, Optional, Set, Tuple

from tddbot.runner.guest import init, limits, linux, locks, root
from tddbot.runner.guest.wire import Wire

_SUBREAPER = 36
_PIDFD_OPEN = 434


def run(job: Dict[str, Any], control: Wire, worker_fds: Tuple[int, ...], life: int) -> NoReturn:
    """Be the steward of one worker until it has ended, `life` is at its end, or the zygote is gone."""
    init.exit_with(control, lambda: _keep(job, control, worker_fds, life))


def _keep(job: Dict[str, Any], control: Wire, worker_fds: Tuple[int, ...], life: int) -> int:
    os.setsid()  # who kills the zygote's group leaves the steward the time to bury
    os.umask(0o022)
    linux.prctl(_SUBREAPER, 1)
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    gone, going = os.pipe()
    signal.signal(signal.SIGTERM, lambda *_: os.close(going))
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGTERM)
    worker = os.fork()
    if worker == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        init.exit_with(control, lambda: _work(job, control, worker_fds))
    for fd in worker_fds:
        os.close(fd)
    ended = linux.syscall(_PIDFD_OPEN, worker, 0, what="pidfd_open")
    select.select([life, gone, ended], [], [])
    status = _status(worker)
    _bury_all()
    if status is not None:
        control.send("exit", code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
    return 0


def _work(job: Dict[str, Any], control: Wire, worker_fds: Tuple[int, ...]) -> NoReturn:
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.geteuid() == 0:
        os.setgroups([])
        init.give_privileges_up(job)
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    _see_python()
    os.chdir(job["root"])
    root.write_edits(job, "")
    limits.set_limits(job["limits"])
    _move_finders(job)
    control.send("ready", locks=[] if job.get("unlocked") else locks.close(job))
    init.become_worker(job, *worker_fds)


def _see_python() -> None:
    """As root, the tests become somebody who may not get to where this Python lies."""
    if not os.access(os.__file__, os.R_OK):
        reason = "user %d cannot read %s" % (os.getuid(), os.__file__)
        raise OSError(errno.EACCES, reason, "the project's Python")


def _move_finders(job: Dict[str, Any]) -> None:
    """Point what editable installs have put on the path to the copy, where the repository is run from one."""
    old, new = job.get("original", ""), job["root"]
    for finder in sys.meta_path if old else ():
        places: Any = getattr(sys.modules.get(getattr(finder, "__module__", "")), "MAPPING", None)
        if not isinstance(places, dict):
            continue
        for name, place in places.items():
            if isinstance(place, str) and (place + "/").startswith(old + "/"):
                places[name] = new + place[len(old) :]


def _status(worker: int) -> Optional[int]:
    """Return how the worker ended, or None where it goes on."""
    pid, status = os.waitpid(worker, os.WNOHANG)
    return status if pid else None


def _bury_all() -> None:
    """Stop everybody first, so that nobody can start another one any more; then kill and wait."""
    stopped: Set[int] = set()
    while True:
        new = [pid for pid in _offspring() if pid not in stopped]
        if not new:
            break
        for pid in new:
            _signal(pid, signal.SIGSTOP)
        stopped.update(new)
    for pid in stopped:
        _signal(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _offspring() -> Iterator[int]:
    """All that descend from this process and are not dead; orphans are its children."""
    children: Dict[int, List[int]] = {}
    for pid, parent in _processes():
        children.setdefault(parent, []).append(pid)
    waiting = [os.getpid()]
    while waiting:
        found = children.pop(waiting.pop(), [])
        waiting += found
        yield from found


def _processes() -> Iterator[Tuple[int, int]]:
    """Every process that is not dead, with its parent."""
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name, "rb") as file:
                words = file.read().rpartition(b")")[2].split()
        except OSError:  # it has just ended
            continue
        if words[0] not in (b"Z", b"X"):
            yield int(name), int(words[1])
