"""A recorded session instead of a server: requests are answered by their hash, in the recorded order."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tddbot.errors import UsageError
from tddbot.generator.asking.pricing import Price
from tddbot.generator.wire.calls import Question
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.generator.wire.recording import FORMAT, Entry, Facts, Header, Priced, Words, ended_of, key_of
from tddbot.stop import Stop

_LOOK_SECONDS = 0.05
_T = TypeVar("_T")
_UNRECORDED = "code, tests or settings differ from when it was made"


Kept = Entry | Facts | Priced | Words


class Replay:
    """A dial that answers from a recording, and asks nobody. Every method may be called from any thread.

    The same request asked again gets its next answer. Calls side by side are answered in the order in which they ended
    then: an entry waits for all that stand before it, since what ended earlier cannot have depended on it, so that a
    faithful replay never waits in vain. One that differs would: after `patience` seconds in which nothing is answered,
    what stands before and is not asked for is passed over, once and for all. Between two answers lies a `beat`, so that
    what follows from the first is done first. A call that was cancelled is one that waits to be.

    Waits that a server asked for are not repeated, where an answer stands after them.
    """

    def __init__(self, entries: Iterable[Kept], patience: float = 2.0, beat: float = 0.05) -> None:
        self._patience, self._beat = patience, beat
        self._calls: list[CallEnd] = []
        self._queues: dict[str, deque[int]] = {}
        self._facts: list[tuple[int, Facts]] = []
        self._words: dict[str, str] = {}
        self._prices: dict[str, Price | None] = {}
        for entry in entries:
            if isinstance(entry, Facts):
                self._facts.append((len(self._calls), entry))
            elif isinstance(entry, Words):
                self._words[entry.ended] = entry.words
            elif isinstance(entry, Priced):
                self._prices[entry.model] = entry.price
            else:
                self._queues.setdefault(entry.key, deque()).append(len(self._calls))
                self._calls.append(entry.call)
        self._claimed: set[int] = set()
        self._settled = {index for index, call in enumerate(self._calls) if call.end is End.CANCELLED}
        self._first = 0
        self._last_at = 0.0
        self._change = threading.Condition()

    @classmethod
    def of(cls, path: Path, patience: float = 2.0, beat: float = 0.05) -> "Replay":
        """Read a recording. Raise UsageError, with the line, for a file that is none, is damaged, or cannot be read."""
        return cls(_read(path), patience, beat)

    def __call__(self, question: Question, seconds: float, stop: Stop) -> CallEnd:
        """Return how the call ended when it was recorded, or that it was not."""
        if stop.is_set():
            return CallEnd(End.CANCELLED)
        with self._change:
            queue = self._queues.get(key_of(question))
            if not queue:
                return CallEnd(End.UNRECORDED, _UNRECORDED)
            index = queue.popleft()
            call, is_last = self._calls[index], not queue
            self._claimed.add(index)
            if call.end is not End.CANCELLED:
                self._wait_for_turn(index, time.monotonic() + seconds, stop)
                self._settle(index)
        if call.end is End.CANCELLED:
            self._wait_to_be_cancelled(time.monotonic() + seconds, stop)
        elif stop.is_set():
            return CallEnd(End.CANCELLED)
        return call if is_last or call.end is not End.RATE_LIMIT else replace(call, retry_after=0.0)

    def _wait_to_be_cancelled(self, deadline: float, stop: Stop) -> None:
        """Wait for the stop; in vain where the user had interrupted the session, so not for long once all is told."""
        last_open = time.monotonic()
        while not stop.wait(_LOOK_SECONDS) and time.monotonic() < min(deadline, last_open + self._patience):
            with self._change:
                if self._first_open() < len(self._calls):
                    last_open = time.monotonic()

    def facts(self, model: str) -> Mapping[str, Any]:
        """Return what was known of a model when the next call to answer was made."""
        with self._change:
            known = [each.facts for place, each in self._facts if each.model == model and place <= self._first]
        return known[-1] if known else {}

    def price(self, model: str) -> Price | None:
        """Return what a model's tokens cost then."""
        return self._prices.get(model)

    def words(self, call: CallEnd, model: str) -> str | None:
        """Return how this end of a call was explained, where it was."""
        return self._words.get(ended_of(call, model))

    def _wait_for_turn(self, index: int, deadline: float, stop: Stop) -> None:
        waited_since = time.monotonic()
        while self._first_open() < index and time.monotonic() < deadline and not stop.is_set():
            if time.monotonic() > max(waited_since, self._last_at) + self._patience:
                self._settled.update(set(range(self._first, index)) - self._claimed)
                self._change.notify_all()
                continue
            self._change.wait(_LOOK_SECONDS)
        while (left := self._last_at + self._beat - time.monotonic()) > 0 and not stop.is_set():
            self._change.wait(left)

    def _settle(self, index: int) -> None:
        self._settled.add(index)
        self._first_open()
        self._last_at = time.monotonic()
        self._change.notify_all()

    def _first_open(self) -> int:
        while self._first in self._settled:
            self._first += 1
        return self._first


def _read(path: Path) -> list[Kept]:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", "Name a file that --record has made.") from None
    header = _parsed(lines[0], Header)
    if header is None:
        raise UsageError(f"{path}, line 1: this is no recording", "Name a file that --record has made.")
    if header.format != FORMAT:
        raise UsageError(f"{path}, line 1: the recording has format {header.format}", f"This tddbot reads {FORMAT}.")
    entries: list[Kept] = []
    for number, line in enumerate(lines[1:], 2):
        if line or number < len(lines):
            entry = _parsed(line, Entry) or _parsed(line, Facts) or _parsed(line, Priced) or _parsed(line, Words)
            if entry is None:
                hint = "Without this line and what follows it, the file can be replayed up to there."
                raise UsageError(f"{path}, line {number}: this is no call of a recording", hint)
            entries.append(entry)
    return entries


def _parsed(line: bytes, kind: type[_T]) -> _T | None:
    try:
        return msgspec.convert(json.loads(line), kind)
    except (ValueError, RecursionError, msgspec.ValidationError):
        return None
