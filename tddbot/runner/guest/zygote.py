"""The process outside the jails: loads pytest and, if told, what else the tests need, then forks a jail for each job.

It runs no code of the repository, starts no thread, and ends when its socket does; its jails end with it. A cold run
has one of its own that is told nothing and gets one job.
"""

from __future__ import annotations

import array
import gc
import json
import os
import select
import signal
import socket
from typing import Any, Dict, List, Tuple

from tddbot.runner.guest import cgroup, confined, idmap, keeper
from tddbot.runner.guest.warmup import Warmup
from tddbot.runner.guest.wire import Wire

_MOST_FDS = 8
_VIEWS: Dict[Tuple[int, int], int] = {}
"""User namespaces that swap two owners, as descriptors: making one takes a process, and each run as root needs it."""


def serve(socket_fd: int) -> int:
    """Do what the socket says until it is closed; return the exit code."""
    os.umask(0o022)
    ended, ended_end = os.pipe()
    os.set_blocking(ended_end, False)
    os.set_blocking(ended, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(ended_end, warn_on_full_buffer=False)
    channel = socket.socket(fileno=socket_fd)
    answers = Wire(socket_fd)
    while True:
        ready, _, _ = select.select([socket_fd, ended], [], [])
        if ended in ready:
            os.read(ended, 4096)
            _bury(os.WNOHANG)
        if socket_fd not in ready:
            continue
        word, fds = _receive(channel)
        if word == b"job":
            _start(fds, (socket_fd, ended, ended_end))
        elif word == b"warm":
            answers.send("warm", **_warm(fds[0]))
        elif word == b"ping":
            answers.send("alive", threads=len(os.listdir("/proc/self/task")))
        else:
            _bury(0)
            return 0


def _receive(channel: socket.socket) -> Tuple[bytes, List[int]]:
    """Return one message with the descriptors that came with it; nothing where the socket was closed."""
    fds = array.array("i")
    room = socket.CMSG_LEN(_MOST_FDS * fds.itemsize)
    word, ancillary, _, _ = channel.recvmsg(64, room, socket.MSG_CMSG_CLOEXEC)
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    return word, list(fds)


def _bury(options: int) -> None:
    """Bury keepers that are dead; without options, wait until all are."""
    try:
        while os.waitpid(-1, options)[0]:
            pass
    except ChildProcessError:  # no other is left
        pass


def _warm(order_fd: int) -> Dict[str, Any]:
    told = Warmup(json.loads(_read_whole(order_fd))).run()
    gc.collect()
    gc.freeze()  # what is here now is shared with every fork, as long as nobody touches it
    return told


def _start(fds: List[int], own: Tuple[int, ...]) -> None:
    """Fork the keeper of one jail and write its identity maps, which only somebody outside may do."""
    job_fd, report_fd, output_fd, control_fd, life_fd, *more = fds
    job = json.loads(_read_whole(job_fd))
    control = Wire(control_fd)
    try:
        if job.get("confined"):
            _confine(job, control, (report_fd, output_fd, *more), life_fd, own)
            return
        lower_fd = _owned_view(job)
        doors, zygote = keeper.Doors(), os.getpid()
        process = os.fork()
        if process == 0:
            _forget(own)
            doors.enter()
            keeper.run(job, control, (report_fd, output_fd, *more), lower_fd, life_fd, doors, zygote)
        if lower_fd is not None:
            os.close(lower_fd)
        doors.leave()
        try:
            if doors.knocked():
                cgroup.enter(job.get("cgroup"), process)
                _map_identities(process, job)
                doors.open()
        finally:
            doors.close()  # or the keeper would wait for ever
    except OSError as error:
        control.send("refused", what="the jail's process", reason=error.strerror or str(error))
    finally:
        for fd in fds[1:]:
            os.close(fd)


def _confine(job: Dict[str, Any], control: Wire, worker_fds: Tuple[int, ...], life: int, own: Tuple[int, ...]) -> None:
    """Fork the steward of a jail that somebody else has made the walls of, or that has none."""
    if os.fork() == 0:
        _forget(own)
        confined.run(job, control, worker_fds, life)


def _forget(own: Tuple[int, ...]) -> None:
    """In a child: be nobody's server any more."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for fd in (*own, *_VIEWS.values()):
        os.close(fd)


def _read_whole(fd: int) -> bytes:
    """Return what a file holds, and let go of it: no test may read the job."""
    with open(fd, "rb") as file:
        file.seek(0)
        return file.read()


def _owned_view(job: Dict[str, Any]) -> "int | None":
    """As root: the repository as the jail's user would own it, so that tests may write where their author may."""
    if os.geteuid() != 0:
        return None
    owner, user = os.stat(job["root"]).st_uid, job["uid"]
    if owner == user:
        return None
    try:
        if (owner, user) not in _VIEWS:
            _VIEWS[owner, user] = idmap.swapping(owner, user)
        return idmap.clone_as(job["root"], _VIEWS[owner, user])
    except OSError:
        return None


def _map_identities(pid: int, job: Dict[str, Any]) -> None:
    """Map everybody as root (so that init can become the owner), else just ourselves."""
    everybody = os.geteuid() == 0
    if not everybody:
        _write("/proc/%d/setgroups" % pid, "deny")
    for name, own in (("uid_map", job["uid"]), ("gid_map", job["gid"])):
        _write("/proc/%d/%s" % (pid, name), "0 0 4294967295" if everybody else "%d %d 1" % (own, own))


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
