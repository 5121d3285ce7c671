"""The process that has collected the tests and forks itself for each candidate whose functions can be exchanged."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
import types
from collections import deque
from typing import Any, Deque, Dict, List, Optional, Tuple

import pytest

from tddbot.runner.guest.lab import swap
from tddbot.runner.guest.lab.crew import At, Crew, Ended, Tell, Work
from tddbot.runner.guest.lab.streams import Stream
from tddbot.runner.guest.lab.suite import KEEP, TARGET, Screening, Suite
from tddbot.runner.guest.lab.trial import Entry, Trial, run

_TICK = 0.05


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
        threading.setprofile(None)  # type: ignore[arg-type]
        return list(self.codes.values())


class Session:
    """A plugin that serves `stream` in the place of the loop that runs the tests."""

    def __init__(self, root: str, suite: Suite, stream: Stream, places: int, scratch: str) -> None:
        self._root = root
        self._suite = suite
        self._stream = stream
        self._places = places
        self._scratch = scratch
        self.trial = Trial()
        self._begun = time.monotonic()
        self._called = Called(root + "/")
        self._entries: Dict[str, List[Entry]] = {}
        self._waiting: Deque[Screening] = deque()
        self._codes: Dict[Tuple[str, str], types.CodeType] = {}
        self._texts: Dict[str, str] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        """Serve until nobody asks any more."""
        called = self._called.stop()
        self._suite.collecting = time.monotonic() - self._begun
        for stage, nodes in self._suite.nodes.items():
            self._entries[stage] = self.trial.entries(nodes, session.items)
        self._index = swap.Index(self._root + "/", called)
        self._crew = Crew(self._places, (self._stream.reading, self._stream.writing), self._scratch)
        self._tell_ready()
        while self._turn():
            pass
        self._crew.kill()
        os._exit(0)

    def _tell_ready(self) -> None:
        """Run all tests as they are, and tell which candidates may be tried on."""
        green = {stage: self._as_it_is(stage) for stage in (TARGET, KEEP)}
        self._suite.nodes[KEEP] = green[KEEP]
        self._entries[KEEP] = [entry for entry in self._entries[KEEP] if entry.node in set(green[KEEP])]
        is_there = all(entry.items for entry in self._entries[TARGET]) and not self.trial.unread
        told = {"green": green[TARGET], "keep": green[KEEP], "took": self._suite.took, "swaps": is_there}
        self._stream.send({"ready": {**told, "collecting": self._suite.collecting}})

    def _as_it_is(self, stage: str) -> List[str]:
        """Run the tests of a stage without a patch; return those that are green."""
        nodes, skip, green = self._suite.nodes[stage], 0, []
        while skip < len(nodes):
            self._crew.start(None, self._work(stage, skip, True), self._suite.first_limits(stage))
            (ended,) = self._wait()
            for told in ended.told:
                node, skip = nodes[told["n"]], told["n"] + 1
                self._suite.took[node] = told["took"]
                green += [] if told["red"] else [node]
            skip += ended.how != "done"
        return green

    def _wait(self) -> List[Ended]:
        while True:
            ended = self._crew.attend(select.select(self._crew.fds(), [], [], _TICK)[0])
            if ended:
                return ended

    def _turn(self) -> bool:
        """Do what there is to do; return whether there may be more."""
        while self._waiting and self._crew.has_room:
            self._try(self._waiting.popleft())
        ready = select.select([self._stream.reading, *self._crew.fds()], [], [], None if self._crew.is_idle else _TICK)[
            0
        ]
        for ended in self._crew.attend(ready):
            self._take(ended)
        if self._stream.reading in ready:
            messages = self._stream.receive()
            if messages is None:
                return False
            for message in messages:
                self._hear(message)
        return True

    def _hear(self, message: Dict[str, Any]) -> None:
        if message["do"] == "text":
            self._texts[message["key"]] = message["text"]
        else:
            self._waiting.append(Screening(message))

    def _try(self, screening: Screening) -> None:
        stage = screening.stage
        edits = [
            (edit["path"], self._texts.get(edit["before"] or ""), edit["after"]) for edit in screening.job["edits"]
        ]
        for path, before, _ in edits:
            self._know(path, before)
        limits = self._suite.limits(stage)[screening.skip :]
        self._crew.start(screening, self._work(stage, screening.skip, screening.whole, edits), limits)

    def _know(self, path: str, before: Optional[str]) -> None:
        if before is not None and (path, before) not in self._codes:
            try:
                self._codes[path, before] = swap.compiled(before, os.path.join(self._root, path))
            except swap.Unfit:
                pass

    def _work(self, stage: str, skip: int, whole: bool, edits: Any = ()) -> Work:
        def work(tell: Tell, at: At) -> None:
            try:
                self._lay(edits)
            except swap.Unfit:
                tell({"unfit": True})
                return
            run(self.trial, self._entries[stage], whole, skip, tell, lambda number: at(number - skip))

        return work

    def _lay(self, edits: Any) -> None:
        """Put the edits in place, in this process."""
        for path, before, after in edits:
            old = self._codes.get((path, before))
            if old is None or after is None:
                raise swap.Unfit
            new = swap.compiled(after, os.path.join(self._root, path))
            self._index.take(swap.pairs(old, new))

    def _take(self, ended: Ended) -> None:
        screening: Screening = ended.key
        if {"unfit": True} in ended.told:
            self._stream.send({"unfit": screening.job["id"]})
            return
        answer = screening.take(ended, self._suite.nodes[screening.stage])
        if answer is None and screening.stage == KEEP and not self._suite.nodes[KEEP]:
            answer = screening.passed()
        if answer is None:
            self._waiting.appendleft(screening)
        else:
            self._stream.send(answer)
