"""Jobs for a laboratory and their answers, whatever becomes of its process: what ends it is found out and left out."""

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tddbot.domain import NodeId
from tddbot.errors import TddbotError
from tddbot.runner import records
from tddbot.runner.backends import Backend, NoJailError
from tddbot.runner.lab_process import GoneError, LabProcess
from tddbot.runner.lab_records import Message, read_message
from tddbot.stop import Stop

_SILENCE = 60.0
_MOST_ENDS = 40

GONE = Message(fate="died")
"""Stands for the answer to a job that ended the process."""


@dataclass
class Line:
    """Sends jobs to a process that is started when it is first needed, and again when it has ended.

    `start` makes one; `retreat` takes the next best jail or raises. `seconds` bound its setting up, and how long who
    waits may hear no answer. Where all of the `target` is green without a patch, there is nothing to be found out.
    """

    start: Callable[[], LabProcess]
    retreat: Callable[[Backend, NoJailError], None]
    seconds: float
    target: frozenset[NodeId]
    fault: str = ""
    _process: LabProcess | None = None
    _is_ready: bool = False
    _heard: float = 0.0
    _answered: float = 0.0
    _ends: int = 0
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _jobs: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    _sent: dict[int, None] = field(default_factory=dict)
    _suspects: set[int] = field(default_factory=set)
    _answers: dict[int, Message] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    def begin(self) -> LabProcess:
        """Have a process started, if there is none; what becomes of it shows when an answer is waited for."""
        if self._process is None:
            self._process = self.start()
            self._heard = time.monotonic()
        return self._process

    def tell(self, key: str, text: str) -> None:
        """Have a text known there under a key."""
        self._texts[key] = text

    def submit(self, job: Mapping[str, Any]) -> int:
        """Take a job; return its number."""
        number = next(self._numbers)
        self._jobs[number] = {**job, "id": number}
        return number

    def answer(self, number: int, stop: Stop) -> Message | None:
        """Wait for the answer to a job; None where `stop` is set before, or there is a fault."""
        self._answered = time.monotonic()
        while number not in self._answers:
            if self.fault or stop.is_set():
                return None
            try:
                self._turn(stop)
            except GoneError as error:
                self._end(error.reason, stop.is_set())
            except NoJailError as error:
                self._retreat(error)
        return self._answers.pop(number)

    def drop(self, numbers: "list[int]") -> None:
        """Forget jobs, be they under way."""
        sent = [number for number in numbers if number in self._sent]
        for number in numbers:
            for known in (self._jobs, self._answers, self._sent):
                known.pop(number, None)
        self._suspects.difference_update(numbers)
        if sent and self._process is not None:
            try:
                self._process.send({"do": "drop", "ids": sent}, Stop())
            except (GoneError, TddbotError):  # as whoever asks next will be told
                self.close()

    def close(self) -> None:
        """End the process; what is still to be answered is asked of the next one."""
        process, self._process = self._process, None
        self._is_ready = False
        self._sent.clear()
        self._told.clear()
        if process is not None:
            process.close()

    def _turn(self, stop: Stop) -> None:
        """Send what may be sent and hear what there is; raise GoneError where it has ended."""
        process = self.begin()
        if not self._sent:  # that it has ended meanwhile is nobody's fault
            self._take(process.receive(0))
        for number in list(self._jobs):
            if number not in self._sent and self._may_send(number):
                self._send(process, number, stop)
        self._take(process.receive())
        if self._sent and self._is_ready and time.monotonic() - self._answered > self.seconds:
            self.fault = f"it answered nothing for {self.seconds:g} s"  # whatever signs of life it gives
            self.close()
        elif time.monotonic() - self._heard > (_SILENCE if self._is_ready else self.seconds) and self._sent:
            raise GoneError("it tells nothing" if self._is_ready else f"it was not set up within {self.seconds:g} s")

    def _take(self, contents: list[bytes]) -> None:
        for content in contents:
            self._hear(content)

    def _may_send(self, number: int) -> bool:
        """Who is suspected of having ended the process goes alone."""
        if not self._suspects:
            return True
        return number in self._suspects and not self._sent

    def _send(self, process: LabProcess, number: int, stop: Stop) -> None:
        job = self._jobs[number]
        for key in (edit["before"] for edit in job["edits"] if edit["before"]):
            if key not in self._told:
                self._told.add(key)
                process.send({"do": "text", "key": key, "text": self._texts[key]}, stop)
        if not self._sent:
            self._heard = time.monotonic()
        self._sent[number] = None
        process.send(job, stop)

    def _hear(self, content: bytes) -> None:
        self._heard = time.monotonic()
        try:
            message = read_message(content)
        except records.NO_RECORD:
            raise GoneError("it says what makes no sense") from None
        if message.ready is not None:
            self._is_ready = True
            self._answered = time.monotonic()
            if self.target and self.target <= set(message.ready.green):
                self.fault = "the target is green there without a patch"
        elif message.id in self._sent:
            self._answered = time.monotonic()
            self._settle(message.id, message)

    def _settle(self, number: int, message: Message) -> None:
        self._sent.pop(number, None)
        self._suspects.discard(number)
        if self._jobs.pop(number, None) is not None:
            self._answers[number] = message

    def _end(self, reason: str, is_cancelled: bool) -> None:
        """It has ended: by a job that went alone, or by one of those that each go alone from now on."""
        was_ready, sent = self._is_ready, list(self._sent)
        self.close()
        if is_cancelled:
            return
        self._ends += 1
        if not was_ready or self._ends > _MOST_ENDS:
            self.fault = reason
        elif len(sent) == 1 and sent[0] in self._suspects:
            self._settle(sent[0], GONE)
        else:
            self._suspects.update(sent)

    def _retreat(self, error: NoJailError) -> None:
        backend = self._process.backend if self._process else None
        self.close()
        if backend is None:
            raise error
        self.retreat(backend, error)
