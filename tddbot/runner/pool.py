"""Places for jails to run in: so many at once, and fair between the lanes that wait."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tddbot.stop import Stop

_TICK = 0.05


@dataclass
class Pool:
    """`places` jails may run at once. Who waits in one lane comes in turn, and lanes take turns."""

    places: int
    _free: int = field(init=False)
    _waiting: dict[str, deque[object]] = field(default_factory=dict, init=False)
    _changed: threading.Condition = field(default_factory=threading.Condition, init=False)

    def __post_init__(self) -> None:
        self._free = self.places

    @contextmanager
    def place(self, lane: str, stop: Stop) -> Iterator[bool]:
        """Wait for a place and hold it; False where `stop` was set first, and then there is none."""
        ticket = object()
        with self._changed:
            self._waiting.setdefault(lane, deque()).append(ticket)
            while not (held := self._is_next(lane, ticket)) and not stop.is_set():
                self._changed.wait(_TICK)
            self._leave(lane, ticket, held)
        try:
            yield held
        finally:
            if held:
                with self._changed:
                    self._free += 1
                    self._changed.notify_all()

    def _is_next(self, lane: str, ticket: object) -> bool:
        first = next(iter(self._waiting))
        return self._free > 0 and lane == first and self._waiting[lane][0] is ticket

    def _leave(self, lane: str, ticket: object, held: bool) -> None:
        """Take the ticket out; a lane that got a place goes to the end of the line."""
        line = self._waiting.pop(lane) if held else self._waiting[lane]
        line.remove(ticket)
        if held and line:
            self._waiting[lane] = line
        elif not line:
            self._waiting.pop(lane, None)
        self._free -= held
        self._changed.notify_all()
