"""The bounds of a search: time, and how much it may hold."""

import time
from collections.abc import Callable

from tddbot.stop import Stop


class OutOfTimeError(Exception):
    """The search has had its time, or holds all that it may."""


class Clock:
    """Counts steps and looks at the time now and then; `held` bounds the memory that all banks take together.

    Measured: 60,000 expressions of twelve values each take about 60 MB.
    """

    _STRIDE = 64
    _MOST_HELD = 120_000

    def __init__(self, seconds: float, stop: Stop, now: Callable[[], float] = time.monotonic) -> None:
        self._end = now() + seconds
        self._now = now
        self._stop = stop
        self._steps = 0
        self._held = 0

    def step(self) -> None:
        """Count a step; raise OutOfTimeError where there may be no more."""
        self._steps += 1
        if self._steps % self._STRIDE == 0 and (self._now() > self._end or self._stop.is_set()):
            raise OutOfTimeError

    def hold(self) -> None:
        """Count an expression that is kept; raise OutOfTimeError where there may be no more."""
        self._held += 1
        if self._held > self._MOST_HELD:
            raise OutOfTimeError
