"""A session with a model in a file: each request by its hash, with how the call ended. Replay: `replaying.py`.

One JSON object a line, after a header with the format's number. Requests are not in it, nor a key, a header or an
address; answers are, and they quote the code that they are about.
"""

import hashlib
import json
import os
import re
import stat
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from msgspec import Struct

from tddbot.errors import UsageError
from tddbot.generator.asking.pricing import Price
from tddbot.generator.wire.calls import Dial, Question
from tddbot.generator.wire.endings import CallEnd
from tddbot.stop import Stop

FORMAT = 1
Scrub = Callable[[str], str]
"""Takes the key out of a text."""

_DEEPEST = 60
_ADDRESS = re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s\"'<>]+")


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """The first line."""

    tddbot: str
    format: int


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """One call: the hash of its request, and how it ended."""

    key: str
    call: CallEnd


class Facts(Struct, frozen=True, forbid_unknown_fields=True):
    """What was known of a model from here on; requests depend on it."""

    model: str
    facts: dict[str, Any]


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """How a call that brought no answer was explained; `ended` is the hash of how it ended."""

    ended: str
    words: str


class Priced(Struct, frozen=True, forbid_unknown_fields=True):
    """What a model's tokens cost."""

    model: str
    price: Price | None

    def __post_init__(self) -> None:
        """Refuse a price that no sum can be made with."""
        price = self.price
        parts = () if price is None else (price.input, price.cached, price.output, price.cache_write)
        if not all(part.is_finite() and part >= 0 for part in parts):
            raise ValueError("a price is a number from 0")


def key_of(question: Question) -> str:
    """Return the hash that names a request: all that the model is told, and with which limits."""
    parts = [question.model, question.effort, question.output_cap, question.prompt.instructions, *question.prompt.input]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def ended_of(call: CallEnd, model: str) -> str:
    """Return the hash that names a way in which a call to a model ended."""
    return hashlib.sha256(json.dumps([model, call.end, call.detail]).encode()).hexdigest()


class Recording:
    """A file that calls are written to as they end, each with one write. Every method may be called from any thread.

    `fault` says why, in that case, the file does not hold everything. What it did not keep is answered all the same.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.fault = ""
        self._path = path
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._lock = threading.Lock()
        self._facts: dict[str, Mapping[str, Any]] = {}
        self._prices: dict[str, Price | None] = {}
        self._write({"tddbot": "recording", "format": FORMAT})

    @classmethod
    def create(cls, path: Path) -> "Recording":
        """Make the file, for its owner alone. Raise UsageError where it holds anything, or cannot be written."""
        return cls(path, _created(path))

    def __enter__(self) -> "Recording":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; calls that end later are not recorded."""
        with self._lock, suppress(OSError):
            self._file.close()

    def recorded(self, dial: Dial, scrub: Scrub) -> Dial:
        """Return a dial that keeps how each call ends, without the key, and returns what it has kept."""

        def call(question: Question, seconds: float, stop: Stop) -> CallEnd:
            ended = scrubbed(dial(question, seconds, stop), scrub)
            self._write({"key": key_of(question), "call": asdict(ended)})
            return ended

        return call

    def note(self, model: str, facts: Mapping[str, Any]) -> None:
        """Keep what is known of a model, where that is news."""
        with self._lock:
            is_known = self._facts.get(model, {}) == facts
            self._facts[model] = facts
        if not is_known:
            self._write({"model": model, "facts": dict(facts)})

    def charge(self, model: str, price: Price | None) -> None:
        """Keep what a model's tokens cost, where that is news."""
        with self._lock:
            is_known = model in self._prices and self._prices[model] == price
            self._prices[model] = price
        if not is_known:
            self._write({"model": model, "price": price and asdict(price)})

    def explain(self, call: CallEnd, model: str, words: str) -> None:
        """Keep how the end of a call was explained, which may have taken another call."""
        self._write({"ended": ended_of(call, model), "words": words})

    def _write(self, entry: Mapping[str, Any]) -> None:
        with self._lock:
            if self.fault or self._file.closed:
                return
            try:
                data = json.dumps(entry, default=str).encode() + b"\n"
                if self._file.write(data) != len(data):
                    self.fault = f"{self._path} could not be written on: the disk is full"
            except (OSError, TypeError, ValueError, RecursionError) as error:
                self.fault = f"{self._path} could not be written on: {error}"


def scrubbed(call: CallEnd, scrub: Scrub) -> CallEnd:
    """Return the ending without the key in any of its texts, and without addresses in the words of the server."""
    return replace(
        call,
        detail=_ADDRESS.sub("[address]", scrub(call.detail)),
        text=scrub(call.text),
        items=tuple(_scrubbed(item, scrub, 0) for item in call.items),
        usage=None if call.usage is None else _scrubbed(call.usage, scrub, 0),
        reasoning=scrub(call.reasoning),
        param=scrub(call.param),
    )


def _scrubbed(value: Any, scrub: Scrub, depth: int) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping | list) and depth > _DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {scrub(str(name)): _scrubbed(each, scrub, depth + 1) for name, each in value.items()}
    return [_scrubbed(each, scrub, depth + 1) for each in value] if isinstance(value, list) else value


def _created(path: Path) -> int:
    try:
        with suppress(FileExistsError):
            return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        _refuse_content(path)
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        os.fchmod(descriptor, 0o600)
        return descriptor
    except OSError as error:
        raise UsageError(
            f"{path} cannot be made: {error.strerror}", "Name a file in a directory that exists."
        ) from None


def _refuse_content(path: Path) -> None:
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(f"{path} is no regular file", "Name a file that does not exist yet.")
    if found.st_size:
        with path.open("rb") as file:
            what = "a recording" if file.read(12) == b'{"tddbot": "' else "no recording"
        raise UsageError(f"{path} exists and is {what}", "Nothing is overwritten: name a file that does not exist yet.")
