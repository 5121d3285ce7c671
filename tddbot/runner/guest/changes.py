"""What a run changed in the repository: the upper layer of the overlay, listed by init when all else is dead."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import stat
from typing import Callable, Iterable, Iterator, List

MOST = 100_000
_MOST_LETTERS = 16 * 1024 * 1024
_CHUNK = 500
_DEEPEST = 40
_OPAQUE = ("user.overlay.opaque", "trusted.overlay.opaque")
_READABLE = stat.S_IRUSR | stat.S_IXUSR


def kill_the_rest() -> None:
    """As process 1: kill every other process of the namespace and wait until none is left."""
    if os.getpid() != 1:
        return  # where there is no such namespace, this would hit everybody
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def tell(send: Callable[..., None], upper: int, own: Iterable[str]) -> None:
    """Send the paths that were written, removed or given another mode; `own` are those that init itself wrote.

    A path stands for all that lies below it. Where they could not all be told, the last record says so.
    """
    left_out = frozenset(own)
    names = (os.fsencode(path).decode("utf-8", "replace") for path in _changed(upper, "", left_out))
    paths: List[str] = []
    is_whole, letters = False, 0
    with contextlib.suppress(OSError, MemoryError):  # our memory is bounded as the worker's is, and names are its own
        for path in itertools.islice(names, MOST):
            paths.append(path)
            letters += len(path)
            if letters > _MOST_LETTERS:
                break
        is_whole = len(paths) < MOST and letters <= _MOST_LETTERS
    for start in range(0, len(paths) or 1, _CHUNK):
        last = start + _CHUNK >= len(paths)
        send("changed", paths=paths[start : start + _CHUNK], last=last, more=last and not is_whole)


def _changed(top: int, above: str, left_out: "frozenset[str]") -> Iterator[str]:
    """Walk one directory. What lies too deep for our limits of descriptors and recursion is told by where it starts."""
    for entry in _entries(top):
        path = above + entry.name
        if not entry.is_dir(follow_symlinks=False):
            if path not in left_out:
                yield path
            continue
        if path.count("/") >= _DEEPEST:
            yield path
            continue
        with _opened(top, entry.name) as directory:
            if _is_opaque(directory):
                yield path
            yield from _changed(directory, path + "/", left_out)


def _entries(directory: int) -> "List[os.DirEntry[str]]":
    with os.scandir(directory) as entries:
        return list(entries)


@contextlib.contextmanager
def _opened(above: int, name: str) -> Iterator[int]:
    """Open a directory, also one that a test has closed: we are its owner."""
    try:
        directory = _open(above, name)
    except PermissionError:
        os.chmod(name, _READABLE, dir_fd=above)
        directory = _open(above, name)
    try:
        yield directory
    finally:
        os.close(directory)


def _open(above: int, name: str) -> int:
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)


def _is_opaque(directory: int) -> bool:
    """Whether what lay there before is hidden as a whole: it was removed, and made anew."""
    for name in _OPAQUE:
        with contextlib.suppress(OSError):
            if os.getxattr(directory, name) == b"y":
                return True
    return False
