"""A project's own suite under plain pytest, outside any jail: what passes, what is red, what the tests call."""

import json
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tddbot.bench.projects import Project, UnfitProjectError, environment
from tests.real.command import Done, run

_PLUGIN = Path(__file__).parent / "plugin"
_LONGEST = 600.0
_RED = (1, 2)


@dataclass(frozen=True, slots=True)
class Suite:
    """One run of everything; tests are named by class and name."""

    passed: frozenset[str]
    red: frozenset[str]
    seconds: float


def whole(project: Project) -> Suite:
    """Run all tests. Raise UnfitProjectError where pytest does not come to its end."""
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory, "report.xml")
        started = time.monotonic()
        done = _pytest(project, [f"--junitxml={report}"], _LONGEST)
        seconds = time.monotonic() - started
        if done.code not in (0, 1) or not report.exists():
            raise UnfitProjectError(f"plain pytest cannot run its tests: {_last_line(done.output + done.errors)}")
        cases = [(_name(case), {part.tag for part in case}) for case in ElementTree.parse(report).iter("testcase")]
    red = frozenset(name for name, tags in cases if tags & {"failure", "error"})
    passed = frozenset(name for name, tags in cases if not tags & {"failure", "error", "skipped"})
    return Suite(passed - red, red, seconds)


def called(project: Project) -> dict[tuple[str, int], list[str]]:
    """Return by path and first line of each function that tests call the test files that do so, sorted."""
    with tempfile.TemporaryDirectory() as directory:
        told = Path(directory, "called.json")
        _pytest(project, ["-p", "called"], _LONGEST, {"PYTHONPATH": str(_PLUGIN), "CALLED_TO": str(told)})
        by_test: dict[str, list[tuple[str, int]]] = json.loads(told.read_text(encoding="utf-8"))
    callers: dict[tuple[str, int], list[str]] = {}
    for test, functions in sorted(by_test.items()):
        for filename, line in functions:
            path = os.path.relpath(os.path.join(project.root, filename), project.root)
            callers.setdefault((path, line), []).append(test)
    return callers


def is_red(project: Project, files: Sequence[str], seconds: float) -> bool:
    """Whether a test in `files` is red; one that does not end within `seconds` does not count."""
    return _pytest(project, ["--exitfirst", *files], seconds).code in _RED


def _pytest(project: Project, arguments: Sequence[str], seconds: float, more: Mapping[str, str] | None = None) -> Done:
    command = [str(project.python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return run(command, project.root, environment(project.root, more), seconds)


def _name(case: ElementTree.Element) -> str:
    return f"{case.get('classname')}::{case.get('name')}"


def _last_line(output: str) -> str:
    return next((line for line in reversed(output.splitlines()) if line.strip()), "it printed nothing")
