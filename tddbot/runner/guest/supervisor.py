"""The processes of one jailed run: supervisor (outside), keeper (in the new user namespace), init (process 1), worker.

The supervisor writes the identity maps from outside and ends when its standard input does, so that
nothing outlives tddbot. Init holds no descriptor of the worker's and reaps; when it ends, the kernel kills the rest.
The exit status travels through processes that the worker cannot touch and comes out on the control pipe, standard
output.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import sys
import traceback
from typing import Any, Callable

from tddbot.runner.guest import idmap, linux, network, root, worker
from tddbot.runner.guest.wire import Wire

_NAMESPACES = (
    ("user namespace", linux.CLONE_NEWUSER),
    ("mount, pid, net, ipc, uts and cgroup namespaces",
     linux.CLONE_NEWNS | linux.CLONE_NEWPID | linux.CLONE_NEWNET
     | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS | linux.CLONE_NEWCGROUP),
)  # fmt: skip


def main(report_fd: int, output_fd: int, job_fd: int) -> int:
    """Run the one job that `job_fd` holds in a jail; return the supervisor's exit code."""
    job = json.loads(_read_whole(job_fd))
    os.umask(0o022)
    control = Wire(1)
    lower_fd = _owned_view(job) if os.geteuid() == 0 else None
    unshared, unshared_end = os.pipe()
    mapped, mapped_end = os.pipe()
    alive, alive_end = os.pipe()
    supervisor = os.getpid()
    keeper = os.fork()
    if keeper == 0:
        for fd in (unshared, mapped_end, alive):
            os.close(fd)
        _read_nothing()
        doors = (unshared_end, mapped)
        _exit_with(control, lambda: _keep(job, control, (report_fd, output_fd), lower_fd, doors, supervisor))
    for fd in (unshared_end, mapped, alive_end, report_fd, output_fd):
        os.close(fd)
    if os.read(unshared, 1):
        _map_identities(keeper, job)
        os.write(mapped_end, b"1")
    _wait_for_end(keeper, alive)
    return 0


def _read_whole(fd: int) -> bytes:
    """Return what a file holds, and let go of it: no test may read the job."""
    with open(fd, "rb") as file:
        return file.read()


def _read_nothing() -> None:
    """Let go of standard input, whose end is the sign that tddbot is gone."""
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)


def _owned_view(job: dict[str, Any]) -> int | None:
    """As root: the repository as the jail's user would own it, so that tests may write where their author may."""
    try:
        return idmap.clone_as(job["root"], os.stat(job["root"]).st_uid, job["uid"])
    except OSError:
        return None


def _map_identities(pid: int, job: dict[str, Any]) -> None:
    """Write the maps from outside: everybody as root (so that init can become the owner), else just ourselves."""
    everybody = os.geteuid() == 0
    if not everybody:
        _write("/proc/%d/setgroups" % pid, "deny")
    for name, own in (("uid_map", job["uid"]), ("gid_map", job["gid"])):
        _write("/proc/%d/%s" % (pid, name), "0 0 4294967295" if everybody else "%d %d 1" % (own, own))


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _wait_for_end(keeper: int, alive: int) -> None:
    """Wait until the keeper is gone; when tddbot closes our standard input, end the jail and wait for that."""
    ready, _, _ = select.select([0, alive], [], [])
    if alive not in ready:
        os.kill(keeper, signal.SIGTERM)
    os.waitpid(keeper, 0)


def _exit_with(control: Wire, work: Callable[[], int]) -> None:
    """End this process with what `work` returns; a control that fails is told on the control pipe."""
    code = 70
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
    job: dict[str, Any],
    control: Wire,
    worker_fds: tuple[int, int],
    lower_fd: int | None,
    doors: tuple[int, int],
    supervisor: int,
) -> int:
    """Enter the namespaces, start init in them, pass its exit status on; SIGTERM ends the whole jail."""
    if not _unshare(control, *doors):
        return 70
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:
        return 70
    life, life_end = os.pipe()
    init = os.fork()
    if init == 0:
        os.close(life_end)
        _exit_with(control, lambda: _init(job, control, worker_fds, lower_fd, life))
    for fd in (*worker_fds, life):
        os.close(fd)
    signal.signal(signal.SIGTERM, lambda *_: _kill(init))
    _, status = os.waitpid(init, 0)
    control.send("exit", code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status))
    return 0


def _kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
        os.kill(process, signal.SIGKILL)


def _unshare(control: Wire, unshared: int, mapped: int) -> bool:
    """Leave the host's namespaces, waiting for the supervisor to map our identities; return whether it went well."""
    for name, flags in _NAMESPACES:
        try:
            linux.unshare(flags)
        except OSError as error:
            control.send("refused", what=name, reason=error.strerror or "")
            return False
        if flags == linux.CLONE_NEWUSER:
            os.write(unshared, b"1")
            if not os.read(mapped, 1):
                return False
    os.close(unshared)
    os.close(mapped)
    return True


def _init(job: dict[str, Any], control: Wire, worker_fds: tuple[int, int], lower_fd: int | None, life: int) -> int:
    """Process 1: build the jail, lock it, start the worker, reap until the worker has ended. `life` is the keeper's."""
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.geteuid() != job["uid"]:
        os.setgroups([])
    network.raise_loopback()
    network.set_host_name("tddbot")
    root.enter(job, lower_fd)
    linux.bound_capabilities()
    _become_user(job)
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.drop_capabilities()
    _set_limits(job["limits"])
    # Losing privileges cleared both of these.
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    if select.select([life], [], [], 0)[0]:
        return 70  # the keeper went while no death of its would have been told
    # Of all signals from inside the jail, only one with a handler would reach process 1.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control.send("ready")
    child = os.fork()
    if child == 0:
        _become_worker(job, *worker_fds)
    for fd in worker_fds:
        os.close(fd)
    return _reap_until(child)


def _become_user(job: dict[str, Any]) -> None:
    os.setresgid(job["gid"], job["gid"], job["gid"])
    os.setresuid(job["uid"], job["uid"], job["uid"])


def _set_limits(limits: dict[str, int]) -> None:
    for name, value in limits.items():
        number = getattr(resource, "RLIMIT_" + name)
        hard = resource.getrlimit(number)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (bound, bound))


def _reap_until(child: int) -> int:
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def _become_worker(job: dict[str, Any], report_fd: int, output_fd: int) -> None:
    """Leave only the report pipe and standard input, output and error open, then run pytest."""
    code = 70
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.dup2(output_fd, 1)
        os.dup2(output_fd, 2)
        report_fd = _keep_only(report_fd)
        linux.prctl(linux.PR_SET_DUMPABLE, 1)
        code = worker.work(job["pytest"], job["root"], Wire(report_fd, os.getpid()))
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code & 0xFF)


def _keep_only(fd: int) -> int:
    """Close every descriptor above standard error but `fd`."""
    for other in map(int, os.listdir("/proc/self/fd")):
        if other > 2 and other != fd:
            with contextlib.suppress(OSError):  # the listing's own
                os.close(other)
    return fd
