"""Scratch repositories and real jails for the tests of the runner, and what is looked at when a run is over."""

import functools
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest

from tddbot.domain import Edit, Outcome, Patch, Run, Snapshot
from tddbot.ports import RunRequest
from tddbot.runner.interpreter import Interpreter, ask
from tddbot.runner.jailed_runner import JailedRunner
from tddbot.runner.settings import RunnerSettings
from tddbot.stop import Stop

_trees = itertools.count()


@functools.cache
def require_namespaces() -> None:
    """Skip where the kernel lets nobody make a user namespace."""
    probe = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x10000000) != 0)"
    if subprocess.run([sys.executable, "-c", probe], check=False).returncode != 0:
        pytest.skip("the kernel allows no user namespaces here")


@functools.cache
def interpreter(executable: str = sys.executable) -> Interpreter:
    found = ask(Path(executable))
    assert isinstance(found, Interpreter), found
    return found


def git(where: Path, *arguments: str) -> bytes:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false", *arguments]
    return subprocess.run(command, cwd=where, env=environment, check=True, capture_output=True).stdout


@dataclass
class Project:
    """A git repository with tests, and a runner on it."""

    root: Path
    settings: RunnerSettings = field(default_factory=RunnerSettings)
    environment: Mapping[str, str] = field(default_factory=lambda: {"PATH": os.environ["PATH"]})
    python: Interpreter = field(default_factory=interpreter)

    def __post_init__(self) -> None:
        require_namespaces()
        self.root.mkdir(parents=True, exist_ok=True)
        if not (self.root / ".git").exists():
            git(self.root, "init", "--quiet")
        self.runner = JailedRunner(self.root, self.settings, lambda: self.python, self.files, self.environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.runner.close()

    def prime(self) -> None:
        """Make ready what runs of this kind need; the tests that are there now are run for it."""

    @property
    def zygote(self) -> int | None:
        """The process ID of the warm zygote, which is waited for."""
        self.runner.warmth.wait(60)
        return self.runner.warmth.process

    def files(self) -> tuple[str, ...]:
        listed = git(self.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split(b"\0")
        return tuple(sorted({os.fsdecode(path) for path in listed if path}))

    def write(self, files: Mapping[str, str]) -> "Project":
        for path, text in files.items():
            place = self.root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        return self

    def request(self, *nodes: str, **more: object) -> RunRequest:
        """All tests, or those that are named; the tree is a new one each time."""
        snapshot = Snapshot(self.root, f"tree {next(_trees)}")
        return RunRequest(snapshot, node_ids=nodes or None, **more)  # type: ignore[arg-type]

    def run(self, *nodes: str, stop: Stop | None = None, **more: object) -> Run:
        return self.runner.run(self.request(*nodes, **more), stop or Stop())

    def patch(self, **files: str | None) -> Patch:
        """A patch of modules at the top, named without `.py`."""
        return Patch(tuple(self.edit(f"{name}.py", after) for name, after in files.items()))

    def edit(self, path: str, after: str | None) -> Edit:
        place = self.root / path
        return Edit(path, place.read_text() if place.is_file() else None, after)


class WarmProject(Project):
    """One whose runs are forks of a warm zygote."""

    def prime(self) -> None:
        assert super().run().greens()
        assert self.zygote

    def run(self, *nodes: str, stop: Stop | None = None, **more: object) -> Run:
        return super().run(*nodes, stop=stop, **{"warm": True, **more})


def outcomes(run: Run) -> dict[str, Outcome]:
    """Each test's outcome by the last part of its node ID (a file's: its path)."""
    return {node.rpartition("::")[2]: result.outcome for node, result in run.results.items()}


def children(but: Project | None = None) -> set[int]:
    """The processes that are this one's children, but for the zygote of a project."""
    return {process for process, parent in _parents().items() if parent == os.getpid()} - {but.zygote if but else None}


def descendants(but: Project) -> set[int]:
    """The processes that are this one's children, and theirs, and so on, but for the zygote of a project and the one
    jail that stands by for its next job: a child of its own in which nothing runs yet.
    """
    zygote, parents, found = but.zygote, _parents(), {os.getpid()}
    while more := {process for process, parent in parents.items() if parent in found} - found:
        found |= more
    spares = {process for process, parent in parents.items() if parent == zygote}
    in_use = spares & set(parents.values())
    return found - {os.getpid(), zygote} - (spares if len(spares) == 1 and not in_use else set())


def _parents() -> dict[int, int]:
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path("/proc", entry, "stat").read_text()
            except OSError:
                continue
            parents[int(entry)] = int(stat.rpartition(")")[2].split()[1])
    return parents


def left_over(token: str) -> list[int]:
    """Processes with `token` on their command line."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                words = Path("/proc", entry, "cmdline").read_bytes()
            except OSError:
                continue
            if token.encode() in words:
                found.append(int(entry))
    return found


def wait_for(condition: Callable[[], object], seconds: float = 30.0) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
