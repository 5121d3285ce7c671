"""One writer in a repository, by flock: the kernel takes the lock back however its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tddbot.errors import UnfitError

_LONGEST = 4096


@contextmanager
def writer_lock(state: Path, command: str) -> Iterator[None]:
    """Hold the repository's lock within the block; `command` is what another tddbot is told of this one.

    Raise UnfitError where another process, or this one, holds it already, and where the lock cannot be taken at all.
    """
    descriptor = _open(state / "lock")
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _taken(descriptor) from None
        _sign(descriptor, f"{os.getpid()}\n{command}\n")
        yield
        # The file stays: to unlink it would let two others each lock one of their own.
        _sign(descriptor, "")
    finally:
        os.close(descriptor)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock on `path` within the block, waiting for it. Raise OSError where it cannot be made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise UnfitError(
            f"The lock {path} cannot be taken: {error.strerror}.",
            "Make its directory readable and writable for this user.",
        ) from error


def _sign(descriptor: int, text: str) -> None:
    # The lock holds without a signature, on a full disk too.
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode("utf-8", "surrogateescape")[:_LONGEST], 0)


def _taken(descriptor: int) -> UnfitError:
    """Name the holder as far as it has signed: between its lock and its signature there is a moment."""
    lines = os.pread(descriptor, _LONGEST, 0).decode("utf-8", "replace").splitlines()
    pid = lines[0] if lines and lines[0].isdecimal() else ""
    command = "".join(char for char in " ".join(lines[1:]) if char.isprintable())
    who = f" (pid {pid}, `{command}`)" if pid else ""
    stop = f", or stop it with `kill {pid}`" if pid else ""
    return UnfitError(f"another tddbot{who} is working in this repository", f"Wait for it to end{stop}.")
