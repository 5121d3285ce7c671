"""Work on a thread that its caller can cut off at any moment, by shutting down the sockets that the work reads from.

Needed because a client library's timeout bounds the wait for each byte and not the call: one set to 2 s was seen to
hold a call for 66 s against a server that drips.
"""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from tddbot.stop import Stop

T = TypeVar("T")

_LOOK_SECONDS = 0.05
_JOIN_SECONDS = 1.0


class Sockets:
    """The sockets that one piece of work has opened; once cut, every later one is shut down at once."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._is_cut = False
        self._lock = threading.Lock()

    def add(self, opened: socket.socket) -> None:
        """Take note of a socket that the work may block on."""
        with self._lock:
            self._sockets.append(opened)
            if self._is_cut:
                _shut(opened)

    def cut(self) -> None:
        """Wake whoever waits for these sockets: reading from them ends as if the other side had hung up."""
        with self._lock:
            self._is_cut = True
            for opened in self._sockets:
                _shut(opened)


def interruptible(work: Callable[[Sockets], T], seconds: float, stop: Stop) -> T | None:
    """Return what `work` returns, or None if it has not ended after `seconds` of wall clock or when `stop` is set.

    An exception of the work is raised here. Work that was cut off is waited for only briefly.
    """
    sockets = Sockets()
    results: list[T] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            results.append(work(sockets))
        except BaseException as error:
            errors.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=run, name="tddbot-call", daemon=True)
    thread.start()
    try:
        ended = _wait(done, time.monotonic() + seconds, stop)
    finally:
        if not done.is_set():
            sockets.cut()
        thread.join(_JOIN_SECONDS)
    if not ended:
        return None
    if errors:
        raise errors[0]
    return results[0]


def _wait(done: threading.Event, deadline: float, stop: Stop) -> bool:
    while not stop.is_set():
        left = deadline - time.monotonic()
        if done.wait(max(0.0, min(left, _LOOK_SECONDS))):
            return True
        if left <= 0:
            return False
    return done.is_set()


def _shut(opened: socket.socket) -> None:
    with suppress(OSError):
        # The plain method also for TLS, whose own one changes the state under the reading thread.
        socket.socket.shutdown(opened, socket.SHUT_RDWR)
