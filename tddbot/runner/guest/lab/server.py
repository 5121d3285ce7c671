"""The laboratory's first process in the jail: what can be swapped is the session's to do, the rest is its own."""

from __future__ import annotations

import gc
import os
import select
import time
from collections import deque
from typing import Any, Callable, Deque, Dict, FrozenSet, List, Optional, Sequence

from tddbot.runner.guest.lab.asking import Asking
from tddbot.runner.guest.lab.bench import Task
from tddbot.runner.guest.lab.crew import Crew, Ended
from tddbot.runner.guest.lab.examples import Demanding
from tddbot.runner.guest.lab.fresh import Fresh
from tddbot.runner.guest.lab.recording import Recording
from tddbot.runner.guest.lab.screening import Screening
from tddbot.runner.guest.lab.session import BEAT, Session
from tddbot.runner.guest.lab.streams import Stream
from tddbot.runner.guest.lab.suite import KEEP, TARGET, Suite

Running = Callable[[Sequence[str], List[Any]], int]
"""Runs pytest on node IDs with these plugins, and returns its exit code."""

_TICK = 0.05
_TASKS: Dict[str, Callable[[Dict[str, Any], Suite], Task]] = {
    "screen": Screening,
    "ask": Asking,
    "calls": Recording,
    "examples": Demanding,
}


def serve(channel: int, root: str, order: Dict[str, Any], running: Running) -> int:
    """Answer until the other end is closed; return the exit code."""
    gc.freeze()
    gc.enable()
    Server(channel, root, order, running).serve()
    return 0


class Server:
    """Everything that is asked, in the order in which it can be answered."""

    def __init__(self, channel: int, root: str, order: Dict[str, Any], running: Running) -> None:
        os.set_blocking(channel, False)
        self._host = Stream(channel, channel)
        self._root = root
        self._order = order
        self._running = running
        self._suite = Suite(order)
        self._session: Optional[Stream] = None
        self._is_ready = False
        self._swaps = False
        self._with_session: Dict[int, Dict[str, Any]] = {}
        self._beaten = 0.0
        self._waiting: Deque[Dict[str, Any]] = deque()
        self._anew: Deque[Task] = deque()
        self._scratch = os.environ.get("TMPDIR", "/tmp")
        self._crew: Crew = Crew(1, (channel,), self._scratch)
        self._fresh = Fresh(root, running)

    def serve(self) -> None:
        """Serve until the other end is closed."""
        self._start_session()
        while self._turn():
            self._go_on()
            self._beat()
        self._crew.kill()

    def _start_session(self) -> None:
        there, here_end = os.pipe()
        here, there_end = os.pipe()
        process = os.fork()
        if process == 0:
            try:
                for fd in (self._host.reading, here, here_end):
                    os.close(fd)
                self._be_session(Stream(there, there_end))
            finally:
                os._exit(1)
        for fd in (there, there_end):
            os.close(fd)
        for fd in (here, here_end):
            os.set_blocking(fd, False)
        self._session = Stream(here, here_end)
        self._crew = Crew(1, (self._host.reading, here, here_end), self._scratch)

    def _be_session(self, stream: Stream) -> None:
        crew = Crew(self._order["places"], (stream.reading, stream.writing), self._scratch)
        session = Session(self._root, self._suite, stream, crew, self._made)
        nodes = [*self._suite.nodes[TARGET], *self._suite.nodes[KEEP]]
        self._running(nodes, [session, session.trial])

    def _turn(self) -> bool:
        """Hear what there is to hear; return whether anybody still listens."""
        streams = [self._host] + ([self._session] if self._session else [])
        writing = [stream.writing for stream in streams if stream.is_waiting]
        reading = [stream.reading for stream in streams]
        ready, writable, _ = select.select([*reading, *self._crew.fds()], writing, [], self._patience())
        for stream in streams:
            if stream.writing in writable:
                stream.flush()
        for ended in self._crew.attend(ready):
            self._take(ended)
        if self._session is not None and self._session.reading in ready:
            self._hear_session(self._session.receive())
        if self._host.reading in ready:
            messages = self._host.receive()
            if messages is None:
                return False
            for message in messages:
                self._hear(message)
        return True

    def _patience(self) -> Optional[float]:
        return None if self._crew.is_idle else _TICK

    def _hear(self, message: Dict[str, Any]) -> None:
        if message["do"] == "drop":
            self._drop(frozenset(message["ids"]))
        if message["do"] in ("text", "drop"):
            if self._session is not None:
                self._session.send(message)
        else:
            self._waiting.append(message)

    def _hear_session(self, messages: Optional[List[Dict[str, Any]]]) -> None:
        if messages is None:
            self._session_ended()
            return
        for message in messages:
            if "ready" in message:
                self._become_ready(message["ready"])
            elif "unfit" in message:
                job = self._with_session.pop(message["unfit"], None)
                self._anew += [self._made(job)] if job else []
            else:
                self._with_session.pop(message.get("id", 0), None)
                self._host.send(message)

    def _drop(self, numbers: FrozenSet[int]) -> None:
        """Forget jobs that nobody waits for any more."""
        self._waiting = deque(job for job in self._waiting if job["id"] not in numbers)
        self._anew = deque(task for task in self._anew if task.job["id"] not in numbers)
        self._with_session = {id: job for id, job in self._with_session.items() if id not in numbers}
        self._crew.kill(lambda task: task.job["id"] in numbers)
        if self._crew.is_idle:
            self._fresh.restore()

    def _beat(self) -> None:
        """Show now and then that there is life, while a child of its own is waited for."""
        if not self._crew.is_idle and time.monotonic() - self._beaten > BEAT:
            self._beaten = time.monotonic()
            self._host.send({"beat": True})

    def _become_ready(self, told: Dict[str, Any]) -> None:
        self._is_ready = True
        self._swaps = bool(told["swaps"])
        self._suite.nodes[KEEP] = told["keep"]
        self._suite.took = told["took"]
        self._crew.memory = told["memory"]
        self._suite.collecting = told["collecting"]
        self._host.send({"ready": {"green": told["green"]}})

    def _session_ended(self) -> None:
        """Without tests that can be collected there is none; but one that was there was killed, and that is told."""
        if self._is_ready:
            os._exit(1)
        self._session = None
        self._suite.nodes[KEEP] = []
        self._is_ready = True
        self._host.send({"ready": {"green": []}})

    def _go_on(self) -> None:
        """Begin what can be begun: what is imported anew has the files to itself."""
        while self._is_ready and self._crew.is_idle:
            if not self._anew and self._waiting:
                self._dispatch(self._waiting.popleft())
            elif self._anew and not self._with_session:
                self._try_anew(self._anew.popleft())
            else:
                return

    def _dispatch(self, message: Dict[str, Any]) -> None:
        task = self._made(message)
        is_there = self._session is not None and (self._swaps or not task.needs_tests)
        if self._session is not None and is_there and all(edit["before"] for edit in task.edits):
            self._with_session[message["id"]] = message
            self._session.send(message)
        else:
            self._anew.append(task)

    def _made(self, job: Dict[str, Any]) -> Task:
        return _TASKS[job["do"]](job, self._suite)

    def _try_anew(self, task: Task) -> None:
        try:
            self._fresh.lay(task.edits)
        except (OSError, ValueError):  # a path that cannot be written, a text that cannot be encoded
            self._fresh.restore()
            self._host.send({"id": task.job["id"], "fate": "unfit"})
            return
        self._crew.start(task, self._fresh.work(task), [self._suite.import_limit(), *task.limits()])

    def _take(self, ended: Ended) -> None:
        self._fresh.restore()
        task: Task = ended.key
        answer = task.take(ended._replace(step=max(0, ended.step - 1)))
        if answer is None:
            self._anew.appendleft(task)
        else:
            self._host.send(answer)
