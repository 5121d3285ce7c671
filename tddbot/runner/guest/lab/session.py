"""The process that has collected the tests, and forks itself for each candidate whose functions can be exchanged."""

from __future__ import annotations

import contextlib
import math
import os
import select
import sys
import threading
import time
import types
from collections import deque
from typing import Any, Callable, Deque, Dict, FrozenSet, List, Optional, Tuple

import pytest

from tddbot.runner.guest.lab import direct, swap
from tddbot.runner.guest.lab.bench import Bench, Task
from tddbot.runner.guest.lab.crew import At, Crew, Ended, Tell, Work
from tddbot.runner.guest.lab.life import enough_memory
from tddbot.runner.guest.lab.streams import Stream
from tddbot.runner.guest.lab.suite import KEEP, TARGET, Suite
from tddbot.runner.guest.lab.trial import Trial, run

BEAT = 1.0
_TICK = 0.05
_UNFIT = {"unfit": True}


class Called:
    """Notes the code of the repository that runs while tests are collected, until it is told to `stop`."""

    def __init__(self, root: str) -> None:
        self._root = root
        self.codes: Dict[int, types.CodeType] = {}
        sys.setprofile(self._note)
        threading.setprofile(self._note)

    def _note(self, frame: Any, event: str, _: object) -> None:
        if event == "call":
            code = frame.f_code
            if code.co_filename.startswith(self._root):
                self.codes[id(code)] = code

    def stop(self) -> List[types.CodeType]:
        """Return what ran."""
        sys.setprofile(None)
        threading.setprofile(None)
        return list(self.codes.values())


class Session:
    """A plugin that serves `stream` in the place of the loop that runs the tests; `made` turns a job into a task."""

    def __init__(
        self, root: str, suite: Suite, stream: Stream, crew: Crew, made: Callable[[Dict[str, Any]], Task]
    ) -> None:
        self._root = root
        self._suite = suite
        self._stream = stream
        self._crew = crew
        self._made = made
        self.trial = Trial()
        self._begun = self._beaten = time.monotonic()
        self._called = Called(root + "/")
        self._waiting: Deque[Task] = deque()
        self._codes: Dict[Tuple[str, str], types.CodeType] = {}
        self._texts: Dict[str, str] = {}
        self._kinds: Dict[str, Optional[str]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        """Serve until nobody asks any more."""
        called = self._called.stop()
        self._suite.collecting = time.monotonic() - self._begun
        self._bench = Bench(self._root, self.trial, session.items)
        self._bench.know([*self._suite.nodes[TARGET], *self._suite.nodes[KEEP]])
        self._index = swap.Index(self._root + "/", called)
        self._crew.memory = enough_memory()
        self._tell_ready()
        while self._turn():
            pass
        self._crew.kill()
        os._exit(0)

    def _tell_ready(self) -> None:
        """Run all tests as they are, and tell which candidates may be tried on."""
        green = {stage: self._as_it_is(stage) for stage in (TARGET, KEEP)}
        self._find_direct()
        self._suite.nodes[KEEP] = green[KEEP]
        entries = self._bench.entries(self._suite.nodes[TARGET])
        is_there = all(entry.items and entry.node not in self.trial.unread for entry in entries)
        told = {
            "memory": self._crew.memory,
            "green": green[TARGET],
            "keep": green[KEEP],
            "took": self._suite.took,
            "collecting": self._suite.collecting,
        }
        self._stream.send({"ready": {**told, "swaps": is_there}})

    def _as_it_is(self, stage: str) -> List[str]:
        """Run the tests of a stage without a patch; return those that are green."""
        nodes, skip = self._suite.nodes[stage], 0
        green: List[str] = []
        while skip < len(nodes) and time.monotonic() - self._begun < self._suite.patience:
            self._crew.start(None, self._plain(stage, skip), self._suite.first_limits(stage))
            ended = self._wait(self._begun + self._suite.patience)
            for told in ended.told:
                node, skip = nodes[told["n"]], told["n"] + 1
                self._suite.took[node] = told["took"]
                green += [] if told["red"] else [node]
                self._kinds[node] = told["red"] and told["red"][0]
            skip += ended.how != "done"
        return green

    def _find_direct(self) -> None:
        """Find out which tests of the target may be called directly: they come out red in the same way."""
        entries = [entry for entry in self._bench.entries(self._suite.nodes[TARGET]) if self._kinds.get(entry.node)]
        calls = {entry.node: direct.call_of(entry, self._root) for entry in entries}
        known = {node: call for node, call in calls.items() if call is not None}
        if not known:
            return
        work: Work = lambda tell, at: direct.run(list(known.values()), True, 0, tell, at)  # noqa: E731
        self._crew.start(None, work, self._suite.first_limits(TARGET))
        for told, node in zip(self._wait(math.inf).told, known):  # noqa: B905  # Python 3.8 has no `strict`
            if told.get("red") and told["red"][0] == self._kinds[node]:
                self._bench.direct[node] = known[node]

    def _plain(self, stage: str, skip: int) -> Work:
        entries = self._bench.entries(self._suite.nodes[stage])
        return lambda tell, at: run(self.trial, entries, True, skip, tell, at)

    def _wait(self, end: float) -> Ended:
        """Wait for the only child, and no longer than that."""
        while True:
            ended = self._crew.attend(select.select(self._crew.fds(), [], [], _TICK)[0], time.monotonic() > end)
            if ended:
                return ended[0]

    def _turn(self) -> bool:
        """Do what there is to do; return whether there may be more."""
        while self._waiting and self._crew.has_room:
            self._try(self._waiting.popleft())
        self._beat()
        patience = None if self._crew.is_idle else _TICK
        ready = select.select([self._stream.reading, *self._crew.fds()], [], [], patience)[0]
        for ended in self._crew.attend(ready):
            self._take(ended)
        messages = self._stream.receive() if self._stream.reading in ready else []
        for message in messages or ():
            self._hear(message)
        return messages is not None

    def _beat(self) -> None:
        """Show now and then that there is life, while there is something to wait for."""
        if not self._crew.is_idle and time.monotonic() - self._beaten > BEAT:
            self._beaten = time.monotonic()
            self._stream.send({"beat": True})

    def _hear(self, message: Dict[str, Any]) -> None:
        if message["do"] == "text":
            self._texts[message["key"]] = message["text"]
        elif message["do"] == "drop":
            self._drop(frozenset(message["ids"]))
        else:
            self._waiting.append(self._made(message))

    def _drop(self, numbers: FrozenSet[int]) -> None:
        """Forget tasks that nobody waits for any more."""
        self._waiting = deque(task for task in self._waiting if task.job["id"] not in numbers)
        self._crew.kill(lambda task: task.job["id"] in numbers)

    def _try(self, task: Task) -> None:
        for edit in task.edits:
            self._know(edit["path"], edit["before"])
        self._crew.start(task, self._work(task), task.limits())

    def _know(self, path: str, before: Optional[str]) -> None:
        """Have the code of a file as it is, by its text: it is the same for many candidates."""
        if before is not None and (path, before) not in self._codes:
            with contextlib.suppress(swap.UnfitError):
                self._codes[path, before] = swap.compiled(self._texts[before], os.path.join(self._root, path))

    def _work(self, task: Task) -> Work:
        def work(tell: Tell, at: At) -> None:
            try:
                self._lay(task.edits)
            except swap.UnfitError:
                tell(_UNFIT)
                return
            task.run(self._bench, tell, at)

        return work

    def _lay(self, edits: List[Dict[str, Any]]) -> None:
        """Put the edits in place, in this process."""
        for edit in edits:
            old = self._codes.get((edit["path"], edit["before"]))
            if old is None or edit["after"] is None or not edit["path"].endswith(".py"):
                raise swap.UnfitError
            new = swap.compiled(edit["after"], os.path.join(self._root, edit["path"]))
            self._index.take(swap.pairs(old, new))

    def _take(self, ended: Ended) -> None:
        task: Task = ended.key
        if _UNFIT in ended.told:
            self._stream.send({"unfit": task.job["id"]})
            return
        answer = task.take(ended)
        if answer is None:
            self._waiting.appendleft(task)
        else:
            self._stream.send(answer)
