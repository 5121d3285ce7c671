"""Ctrl-C and a polite kill: the first one stops the work and leaves the tree whole, the second leaves at once."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from tddbot.errors import ExitCode
from tddbot.stop import Stop


@contextmanager
def stop_on_signal() -> Iterator[Stop]:
    """Yield a stop that SIGINT, SIGTERM and SIGHUP set."""
    stop = Stop()

    def on_signal(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        if stop.is_set():
            os._exit(ExitCode.INTERRUPTED)
        stop.set()

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, on_signal) for number in signals]
    try:
        yield stop
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
