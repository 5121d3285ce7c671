"""Children that do one thing each, within limits, and tell of it in lines of JSON; how they end is an outcome."""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import signal
import struct
import sys
import time
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Sequence, Tuple

from tddbot.runner.guest.lab.life import bury, could_run, is_dead, leave_streams, limit_memory, remove_room

Tell = Callable[[Any], None]
At = Callable[[int], None]
Work = Callable[[Tell, At], None]

DONE, TIMEOUT, DIED = "done", "timeout", "died"

_MOST_TOLD = 4 * 1024 * 1024
_READ = 1 << 16
_STARVED = 10
_SLOT = struct.Struct("i")
_TEMPORARY = "PYTEST_DEBUG_TEMPROOT"


class Limit(NamedTuple):
    """Seconds that one step of a child may take: of CPU, and by the clock on the wall."""

    cpu: float
    wall: float


class Ended(NamedTuple):
    """A child that is no more: what it told, how it ended, and at which step."""

    key: Any
    told: List[Any]
    how: str
    step: int


class _Child:
    def __init__(self, key: Any, process: int, slot: int, limits: Sequence[Limit], begun: float) -> None:
        self.key = key
        self.process = process
        self.slot = slot
        self.limits = limits
        self.step = 0
        self.begun = begun
        self.data = bytearray()

    def is_over(self, now: float) -> bool:
        """Whether it has had its time; on a machine that is overloaded, one that waits for its turn gets more."""
        took, most = now - self.begun, self.limits[min(self.step, len(self.limits) - 1)].wall
        return took > most and (took > _STARVED * most or not could_run(self.process))


class Crew:
    """At most `places` children at once. None gets the `private` descriptors, nor more bytes of `memory` than that."""

    def __init__(self, places: int, private: Iterable[int], scratch: str, memory: int = 0) -> None:
        self._children: Dict[int, _Child] = {}
        self._private = list(private)
        self._scratch = scratch
        self._board = mmap.mmap(-1, _SLOT.size * places)
        self._free = list(range(places))
        self.memory = memory

    @property
    def has_room(self) -> bool:
        """Whether one more may be started."""
        return bool(self._free)

    @property
    def is_idle(self) -> bool:
        """Whether there are none."""
        return not self._children

    def fds(self) -> List[int]:
        """What can be read when a child has told something, or ended."""
        return list(self._children)

    def start(self, key: Any, work: Work, limits: Sequence[Limit]) -> None:
        """Fork a child that does `work` with two functions: `tell` something, and say `at` which step it is now.

        `limits` are those of the steps; the last is that of all further ones.
        """
        slot = self._free.pop()
        _SLOT.pack_into(self._board, _SLOT.size * slot, 0)
        told, tell = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        process = os.fork()
        if process == 0:
            self._be_child(work, tell, slot, limits)
        with contextlib.suppress(OSError):  # it has done so itself, and may be gone
            os.setpgid(process, process)
        os.close(tell)
        os.set_blocking(told, False)
        self._children[told] = _Child(key, process, slot, limits, time.monotonic())

    def _be_child(self, work: Work, fd: int, slot: int, limits: Sequence[Limit]) -> None:
        code = 1
        try:
            os.setpgid(0, 0)
            leave_streams()
            for other in (*self._private, *self._children):
                os.close(other)
            if self.memory:
                limit_memory(self.memory)
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
            os.environ[_TEMPORARY] = self._room_of(os.getpid())
            os.mkdir(os.environ[_TEMPORARY])

            def tell(what: Any) -> None:
                view = memoryview(json.dumps(what).encode("ascii") + b"\n")
                while view:
                    view = view[os.write(fd, view) :]

            def at(step: int) -> None:
                _SLOT.pack_into(self._board, _SLOT.size * slot, step)
                signal.setitimer(signal.ITIMER_PROF, limits[min(step, len(limits) - 1)].cpu)

            at(0)
            work(tell, at)
            tell(None)
            code = 0
        finally:
            os._exit(code)

    def attend(self, ready: Iterable[int], is_late: bool = False) -> List[Ended]:
        """Take in what children tell on the descriptors that are `ready`, and end who is over the time, or all."""
        ended = []
        for fd in ready:
            if fd in self._children and not self._hear(fd):
                ended.append(self._end(fd))
        now = time.monotonic()
        for fd, child in list(self._children.items()):
            step = self._step(child)
            if step != child.step:
                child.step, child.begun = step, now
            if is_late or child.is_over(now) or len(child.data) > _MOST_TOLD:
                ended.append(self._end(fd, TIMEOUT))
            elif now - child.begun > 0.5 and is_dead(child.process):  # whose own children may hold the pipe open
                self._hear(fd)
                ended.append(self._end(fd))
        return ended

    def kill(self, which: Callable[[Any], bool] = lambda _: True) -> None:
        """End those of such keys, of whom nobody wants to know."""
        for fd, child in list(self._children.items()):
            if which(child.key):
                self._end(fd)

    def _hear(self, fd: int) -> bool:
        """Read what is there; return whether more may come."""
        child = self._children[fd]
        while True:
            try:
                data = os.read(fd, _READ)
            except BlockingIOError:
                return not child.data.endswith(b"null\n")
            child.data += data
            if not data:
                return False
            if len(child.data) > _MOST_TOLD:
                return True

    def _step(self, child: _Child) -> int:
        (step,) = _SLOT.unpack_from(self._board, _SLOT.size * child.slot)
        return max(0, int(step))

    def _end(self, fd: int, how: str = DIED) -> Ended:
        child = self._children.pop(fd)
        os.close(fd)
        step = self._step(child)
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(child.process, signal.SIGKILL)
        if bury(child.process) == signal.SIGPROF:
            how = TIMEOUT
        self._free.append(child.slot)
        remove_room(self._room_of(child.process))
        told, is_whole = _lines(child.data)
        return Ended(child.key, told, DONE if is_whole else how, step)

    def _room_of(self, process: int) -> str:
        return "%s/lab-%d" % (self._scratch, process)


def _lines(data: bytearray) -> Tuple[List[Any], bool]:
    """Return what was told, and whether that is all there was to tell."""
    told: List[Any] = []
    for line in bytes(data).split(b"\n")[:-1]:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):  # somebody else has written to the pipe
            break
        if message is None:
            return told, True
        told.append(message)
    return told, False
