"""What cannot be swapped: the files are written, everything is imported anew, and the files are put back."""

from __future__ import annotations

import contextlib
import os
import stat
import zlib
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import pytest

from tddbot.runner.guest.lab.bench import Bench, Task
from tddbot.runner.guest.lab.crew import At, Tell, Work
from tddbot.runner.guest.lab.trial import Trial

_LONG_PAST = 100_000_000


class Fresh:
    """Lays one candidate's edits over the files below `root`, and runs pytest from its start."""

    def __init__(self, root: str, running: Callable[[Sequence[str], List[Any]], int]) -> None:
        self._root = root
        self._running = running
        self._files: List[Tuple[str, Optional[bytes], int, Tuple[int, int]]] = []
        self._directories: List[str] = []

    def lay(self, edits: List[Dict[str, Any]]) -> None:
        """Write the edits. Raise OSError where one cannot be; `restore` is to follow all the same."""
        for edit in edits:
            self._write(edit["path"], edit["after"], edit["encoding"])

    def restore(self) -> None:
        """Put back what was there before."""
        while self._files:
            path, content, mode, times = self._files.pop()
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            _forget_compiled(path)
            if content is not None:
                _put(path, content, mode, times)
        while self._directories:
            with contextlib.suppress(OSError):  # somebody has left something there
                os.rmdir(self._directories.pop())

    def _write(self, path: str, text: Optional[str], encoding: str) -> None:
        target = os.path.join(self._root, path)
        self._refuse_links(path)
        content, mode, times = None, 0o644, (0, 0)
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            status = os.stat(target)
            mode, times = stat.S_IMODE(status.st_mode), (status.st_atime_ns, status.st_mtime_ns)
            with open(target, "rb") as file:
                content = file.read()
        self._make_directories(os.path.dirname(target))
        self._files.append((target, content, mode, times))
        with contextlib.suppress(FileNotFoundError):
            os.unlink(target)
        _forget_compiled(target)
        if text is not None:
            data = text.encode(encoding)
            stamp = (_LONG_PAST + zlib.crc32(data) % _LONG_PAST) * 10**9
            _put(target, data, mode, (stamp, stamp))

    def _refuse_links(self, path: str) -> None:
        parts = path.split("/")
        if any(os.path.islink(os.path.join(self._root, *parts[:depth])) for depth in range(1, len(parts) + 1)):
            raise PermissionError(1, "a symbolic link is on the way", path)

    def _make_directories(self, path: str) -> None:
        if not os.path.isdir(path):
            self._make_directories(os.path.dirname(path))
            os.mkdir(path)
            self._directories.append(path)

    def work(self, task: Task) -> Work:
        """Return what a child does: collect the tests for a task, and then do it. The first step is the collection."""

        def work(tell: Tell, at: At) -> None:
            loop = _Loop(self._root, task, tell, lambda step: at(1 + step))
            self._running(task.nodes(), [loop, loop.trial])
            # It came to no loop: a conftest fails, for one.
            task.run(Bench(self._root, loop.trial, ()), tell, lambda step: at(1 + step))

        return work


class _Loop:
    """Takes the place of the loop that runs the tests."""

    def __init__(self, root: str, task: Task, tell: Tell, at: At) -> None:
        self.trial = Trial()
        self._root = root
        self._task = task
        self._tell = tell
        self._at = at

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        """Do the task."""
        self._task.run(Bench(self._root, self.trial, session.items), self._tell, self._at)
        self._tell(None)
        os._exit(0)  # what pytest does at its end is of no use


def _put(path: str, content: bytes, mode: int, times: Tuple[int, int]) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    with contextlib.suppress(OSError):  # some jails allow neither; what was compiled from it is gone at any rate
        os.chmod(path, mode)
        os.utime(path, ns=times)


def _forget_compiled(source: str) -> None:
    """Remove what Python compiled from it: there is a kind that is never checked against the source."""
    directory, name = os.path.split(source)
    cache, stem = os.path.join(directory, "__pycache__"), os.path.splitext(name)[0] + "."
    with contextlib.suppress(OSError):  # in a directory of somebody else's, or there is none
        for compiled in os.listdir(cache):
            if compiled.startswith(stem) and compiled.endswith(".pyc"):
                os.unlink(os.path.join(cache, compiled))
