"""A real git repository and a watcher on it that notes what it is told."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tddbot.stop import Stop
from tddbot.watcher.observer import Watcher
from tddbot.watcher.settings import WatcherSettings

PATIENCE = 60.0
"""Seconds until a test gives up; never the time that anything should take."""

DEAF = WatcherSettings(rescan_seconds=3600.0)
"""Settings under which only inotify can have found a change."""


@dataclass
class Project:
    root: Path

    def git(self, *arguments: str) -> bytes:
        return subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments],
            cwd=self.root, check=True, capture_output=True,
        ).stdout  # fmt: skip

    def files(self) -> tuple[str, ...]:
        listed = self.git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        return tuple(sorted({path.decode("utf-8", "surrogateescape") for path in listed.split(b"\0") if path}))

    def write(self, path: str, text: str) -> Path:
        at = self.root / path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(text)
        return at


@dataclass
class Watched:
    """A running watcher, and all that it said."""

    watcher: Watcher
    alarm: threading.Event
    notices: list[str] = field(default_factory=list)

    def next(self) -> tuple[str, ...]:
        """The next change set; empty where none comes."""
        stop = Stop()
        timer = threading.Timer(PATIENCE, stop.set)
        timer.start()
        try:
            return self.watcher.wait(stop)
        finally:
            timer.cancel()
            timer.join()

    def until(self, path: str) -> set[str]:
        """All paths of the change sets up to the one that holds `path`."""
        seen: set[str] = set()
        while path not in seen:
            paths = self.next()
            assert paths, f"{path} was never seen, only {seen}"
            seen |= set(paths)
        return seen


@contextmanager
def watching(
    project: Project, settings: WatcherSettings = DEAF, files: Callable[[], tuple[str, ...]] | None = None
) -> Iterator[Watched]:
    alarm = threading.Event()
    notices: list[str] = []
    with Watcher(project.root, files or project.files, settings, alarm.set, notices.append) as watcher:
        yield Watched(watcher, alarm, notices)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "a project, größer")
    made.root.mkdir()
    made.git("init", "-q")
    made.write(".gitignore", "*.log\n/build/\n/env/\n")
    made.write("src/a.py", "a = 1\n")
    made.write("src/deep/er/b.py", "b = 1\n")
    made.write("tests/test_a.py", "def test_a(): pass\n")
    made.git("add", ".")
    made.git("commit", "-qm", "start")
    return made
