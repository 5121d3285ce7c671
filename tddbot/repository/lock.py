"""The lock of one worktree: appliers exclude everybody, snapshots only appliers. It dies with its holder."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 20.0


@contextmanager
def held(desk: Path, shared: bool = False, seconds: float = SECONDS) -> Iterator[None]:
    """Hold the lock in the directory `desk`; raise TimeoutError when others hold it for longer than `seconds`."""
    descriptor = os.open(desk / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, time.monotonic() + seconds)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, kind: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError("another tddbot has been writing to this working tree for too long") from None
            time.sleep(0.01)
