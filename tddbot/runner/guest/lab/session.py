"""The process that has collected the tests, and forks itself for each candidate whose functions can be exchanged."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
import time
import types
from collections import deque
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple

import pytest

from tddbot.runner.guest.lab import swap
from tddbot.runner.guest.lab.bench import Bench, Task
from tddbot.runner.guest.lab.crew import At, Crew, Ended, Tell, Work
from tddbot.runner.guest.lab.streams import Stream
from tddbot.runner.guest.lab.suite import KEEP, TARGET, Suite
from tddbot.runner.guest.lab.trial import Trial, run

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
        self._begun = time.monotonic()
        self._called = Called(root + "/")
        self._waiting: Deque[Task] = deque()
        self._codes: Dict[Tuple[str, str], types.CodeType] = {}
        self._texts: Dict[str, str] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        """Serve until nobody asks any more."""
        called = self._called.stop()
        self._suite.collecting = time.monotonic() - self._begun
        self._bench = Bench(self._root, self.trial, session.items)
        self._bench.know([*self._suite.nodes[TARGET], *self._suite.nodes[KEEP]])
        self._index = swap.Index(self._root + "/", called)
        self._tell_ready()
        while self._turn():
            pass
        self._crew.kill()
        os._exit(0)

    def _tell_ready(self) -> None:
        """Run all tests as they are, and tell which candidates may be tried on."""
        green = {stage: self._as_it_is(stage) for stage in (TARGET, KEEP)}
        self._suite.nodes[KEEP] = green[KEEP]
        is_there = all(entry.items for entry in self._bench.entries(self._suite.nodes[TARGET]))
        told = {
            "green": green[TARGET],
            "keep": green[KEEP],
            "took": self._suite.took,
            "collecting": self._suite.collecting,
        }
        self._stream.send({"ready": {**told, "swaps": is_there and not self.trial.unread}})

    def _as_it_is(self, stage: str) -> List[str]:
        """Run the tests of a stage without a patch; return those that are green."""
        nodes, skip = self._suite.nodes[stage], 0
        green: List[str] = []
        while skip < len(nodes):
            self._crew.start(None, self._plain(stage, skip), self._suite.first_limits(stage))
            ended = self._wait()
            for told in ended.told:
                node, skip = nodes[told["n"]], told["n"] + 1
                self._suite.took[node] = told["took"]
                green += [] if told["red"] else [node]
            skip += ended.how != "done"
        return green

    def _plain(self, stage: str, skip: int) -> Work:
        entries = self._bench.entries(self._suite.nodes[stage])
        return lambda tell, at: run(self.trial, entries, True, skip, tell, at)

    def _wait(self) -> Ended:
        while True:
            ended = self._crew.attend(select.select(self._crew.fds(), [], [], _TICK)[0])
            if ended:
                return ended[0]

    def _turn(self) -> bool:
        """Do what there is to do; return whether there may be more."""
        while self._waiting and self._crew.has_room:
            self._try(self._waiting.popleft())
        patience = None if self._crew.is_idle else _TICK
        ready = select.select([self._stream.reading, *self._crew.fds()], [], [], patience)[0]
        for ended in self._crew.attend(ready):
            self._take(ended)
        messages = self._stream.receive() if self._stream.reading in ready else []
        for message in messages or ():
            self._hear(message)
        return messages is not None

    def _hear(self, message: Dict[str, Any]) -> None:
        if message["do"] == "text":
            self._texts[message["key"]] = message["text"]
        else:
            self._waiting.append(self._made(message))

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
            if old is None or edit["after"] is None:
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
