"""That a service was of no use a moment ago is remembered, so that not every target finds it out by itself."""

import threading
import time

from tddbot.generator.wire.endings import End
from tddbot.ports import Clock

_SECONDS = 60.0
_FOR_ALL = frozenset({
    End.AUTHENTICATION, End.QUOTA, End.UNKNOWN_MODEL, End.CAPABILITY, End.PROTOCOL, End.TRANSIENT, End.RATE_LIMIT,
})  # fmt: skip


class Outage:
    """What was said of a service that failed, for a minute: a day's watch is to notice when it is back."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._said, self._until = "", 0.0

    def note(self, end: End, said: str) -> None:
        """Remember how all calls of a round ended, where those of other targets would end so, too."""
        if end in _FOR_ALL:
            with self._lock:
                self._said, self._until = said, self._clock() + _SECONDS

    def now(self) -> str:
        """Return what was said, empty where there is nothing that speaks against a call."""
        with self._lock:
            return self._said if self._clock() < self._until else ""
