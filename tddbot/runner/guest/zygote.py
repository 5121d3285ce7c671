"""The process outside the jails: loads pytest and, if told, what else the tests need, then forks a jail for each job.

It runs no code of the repository, starts no thread, and ends when its socket does; its jails end with it. A cold run
has one of its own that is told nothing and gets one job.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import time
from typing import Any, Dict, List, Optional

from tddbot.runner.guest import cgroup, confined, handover, keeper, linux, seccomp, worker
from tddbot.runner.guest.shortcuts import Shortcuts
from tddbot.runner.guest.warmup import Warmup
from tddbot.runner.guest.wire import Wire

_STANDS_BY = 30.0


def serve(socket_fd: int) -> int:
    """Do what the socket says until it is closed; return the exit code."""
    os.umask(0o022)
    Zygote(socket_fd).serve()
    return 0


class Zygote:
    """The jails that there are, and one that stands by for the next job, which will most likely be like the last."""

    def __init__(self, socket_fd: int) -> None:
        self._socket = socket.socket(fileno=socket_fd)
        self._jails: Dict[int, keeper.Kept] = {}
        self._spare: Optional[keeper.Kept] = None
        self._spare_since = 0.0
        self._is_warm = False
        self._ended, self._ended_end = os.pipe()
        for fd in (self._ended, self._ended_end):
            os.set_blocking(fd, False)
        self._listen()

    def _listen(self) -> None:
        """Be woken when a child ends."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._ended_end, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Serve until the socket is closed, and take every jail along."""
        while True:
            lives = [jail.life for jail in self._jails.values() if jail.life is not None]
            ready, _, _ = select.select([self._socket.fileno(), self._ended, *lives], [], [], self._patience())
            self._retire_the_spare()
            for jail in self._jails.values():
                if jail.life in ready:
                    jail.kill()
            if self._ended in ready:
                os.read(self._ended, 4096)
                self._bury(os.WNOHANG)
            if self._socket.fileno() in ready and not self._serve_one():
                break
        for jail in self._jails.values():
            jail.kill()
        self._bury(0)

    def _serve_one(self) -> bool:
        """Do one thing that is asked for; return whether there will be more."""
        word, fds = handover.receive(self._socket)
        answers = Wire(self._socket.fileno())
        if word == b"job":
            self._start(fds)
        elif word == b"warm":
            answers.send("warm", **_warm(handover.content(fds[0])))
            os.close(fds[0])
            self._listen()
            self._is_warm = True
        elif word == b"ping":
            answers.send("alive", threads=len(os.listdir("/proc/self/task")))
        return bool(word)

    def _start(self, fds: List[int]) -> None:
        """Give the job to a jail, and have another one stand by."""
        job_fd, control_fd, life_fd, *workers = fds
        job = handover.content(job_fd)
        if job.get("confined"):
            self._confine(job, fds)
            return
        place = keeper.place_of(job)
        try:
            jail = self._jail(place)
            cgroup.enter(job.get("cgroup"), jail.process)
            jail.order((job_fd, *workers), control_fd, life_fd)
        except OSError as error:
            what = str(error.filename or "the jail's process")
            Wire(control_fd).send("refused", what=what, reason=error.strerror or str(error))
            os.close(control_fd)
            os.close(life_fd)
        for fd in (job_fd, *workers):
            os.close(fd)
        if self._is_warm:
            self._have_a_spare(place)

    def _jail(self, place: Dict[str, Any]) -> keeper.Kept:
        spare, self._spare = self._spare, None
        if spare is not None and spare.place == place:
            return spare
        if spare is not None:
            spare.kill()
        return self._made(place, stands_by=False)

    def _made(self, place: Dict[str, Any], stands_by: bool) -> keeper.Kept:
        jail = keeper.Kept(place, self._forget, stands_by)
        self._jails[jail.process] = jail
        return jail

    def _have_a_spare(self, place: Dict[str, Any]) -> None:
        try:
            self._spare, self._spare_since = self._made(place, stands_by=True), time.monotonic()
        except OSError:  # which the next job will tell, if it comes to that
            self._spare = None

    def _patience(self) -> Optional[float]:
        return None if self._spare is None else max(0.0, self._spare_since + _STANDS_BY - time.monotonic())

    def _retire_the_spare(self) -> None:
        """What a jail was built from may be replaced outside, so none is kept for long."""
        if self._spare is not None and not self._patience():
            self._spare.kill()
            self._spare = None

    def _bury(self, options: int) -> None:
        """Bury what is dead; without options, wait until all is."""
        try:
            while True:
                process, status = os.waitpid(-1, options)
                if not process:
                    break
                jail = self._jails.pop(process, None)
                if jail is not None:
                    jail.ended(status)
                    self._spare = None if jail is self._spare else self._spare
        except ChildProcessError:  # no other is left
            pass

    def _confine(self, job: Dict[str, Any], fds: List[int]) -> None:
        """Fork the steward of a jail that somebody else has made the walls of, or that has none."""
        _, control_fd, life_fd, *workers = fds
        linux.prctl(linux.PR_SET_DUMPABLE, 0)  # the tests may see this process, and see into it without Landlock
        if os.fork() == 0:
            self._forget()
            confined.run(job, Wire(control_fd), tuple(workers), life_fd)
        for fd in fds:
            os.close(fd)

    def _forget(self) -> None:
        """In a child: be nobody's server any more."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        own = [fd for jail in self._jails.values() for fd in jail.fds()]
        for fd in (*own, *keeper.views(), self._ended, self._ended_end):
            os.close(fd)
        self._socket.close()


def _warm(order: Dict[str, Any]) -> Dict[str, Any]:
    told, worker.surroundings = Warmup(order).run()
    worker.shortcuts = Shortcuts()
    seccomp.compiled(os.uname().machine, False)
    gc.collect()
    gc.freeze()  # what is here now is shared with every fork, as long as nobody touches it
    return told
