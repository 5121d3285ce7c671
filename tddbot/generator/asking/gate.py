"""How many calls may be under way at once; a server that complains of too many halves it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tddbot.stop import Stop

_LOOK_SECONDS = 0.05


class Gate:
    """Lets at most `limit` through at a time; the limit is halved, down to one, and never raised again."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._inside = 0
        self._change = threading.Condition()

    @contextmanager
    def passage(self, stop: Stop) -> Iterator[None]:
        """Wait for a place and hold it; let through at once what is to be stopped, since it will send nothing."""
        with self._change:
            while self._inside >= self.limit and not stop.is_set():
                self._change.wait(_LOOK_SECONDS)
            self._inside += 1
        try:
            yield
        finally:
            with self._change:
                self._inside -= 1
                self._change.notify_all()

    def halve(self) -> None:
        """Let only half as many through from now on."""
        with self._change:
            self.limit = max(1, self.limit // 2)
