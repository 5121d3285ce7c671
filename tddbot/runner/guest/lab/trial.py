"""Runs collected tests one by one, and tells which are red and why: pytest's own protocol, and its own reports."""

from __future__ import annotations

import time
from typing import Any, Dict, Generator, Iterable, List, NamedTuple, Optional, Sequence, Tuple

import pytest

from tddbot.runner.guest.lab.crew import At, Tell
from tddbot.runner.guest.selection import beginnings
from tddbot.runner.guest.wire import sayable

_LONGEST = 500


class Entry(NamedTuple):
    """A test, or all tests of a file or class, by the name that was asked for."""

    node: str
    items: Tuple[Any, ...]


Red = Tuple[str, str]
"""The exception's type name and the first line of its message."""


class Trial:
    """The plugin that takes in what is reported of the tests that it runs itself."""

    def __init__(self) -> None:
        self._red: Optional[Red] = None
        self._is_green = False
        self._raised: Optional[BaseException] = None
        self.unread: Dict[str, Red] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Generator[None, None, None]:
        """Keep the exception, which tells more than the report; and nobody reads the long text of it."""
        item.repr_failure = item._repr_failure_py = _in_short
        yield
        self._raised = None if call.excinfo is None else call.excinfo.value  # which unittest's tests have only now

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Take in one phase of a test."""
        if report.outcome == "failed":
            self._red = self._red or _why(self._raised, report)
        elif report.when == "call" and report.outcome == "passed":
            self._is_green = not hasattr(report, "wasxfail")
        elif report.outcome == "skipped":
            self._red = self._red or ("xfailed" if hasattr(report, "wasxfail") else "skipped", "")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_make_collect_report(self, collector: Any) -> Generator[None, Any, None]:
        """Keep why a file could not be collected."""
        outcome = yield
        report = outcome.get_result()
        if report.outcome == "failed":
            error = report.call.excinfo.value
            self.unread[sayable(collector.nodeid)] = _why(error.__cause__ or error, report)

    def entries(self, nodes: Iterable[str], items: Iterable[Any]) -> List[Entry]:
        """Return what of the collected items the names stand for, in the order of the names."""
        found: Dict[str, List[Any]] = {node: [] for node in nodes}
        for item in items:
            for name in beginnings(sayable(item.nodeid)):
                if name in found:
                    found[name].append(item)
        return [Entry(node, tuple(of_it)) for node, of_it in found.items()]

    def why_missing(self, node: str) -> Red:
        """Say why there is no such test."""
        for name in beginnings(node):
            if name in self.unread:
                return self.unread[name]
        return "missing", "no such test was collected"

    def one(self, entry: Entry, after: Any) -> Optional[Red]:
        """Run the tests of an entry, until one is red; return why, or None where all are green.

        `after` is what is run next, for which fixtures are kept.
        """
        if not entry.items or entry.node in self.unread:
            return self.why_missing(entry.node)
        for number, item in enumerate(entry.items):
            following = entry.items[number + 1] if number + 1 < len(entry.items) else after
            red = self.item(item, following)
            if red is not None:
                return red
        return None

    def item(self, item: Any, following: Any) -> Optional[Red]:
        """Run one item; return why it is not green, or None where it is."""
        self._red, self._is_green = None, False
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return self._red or (None if self._is_green else ("missing", "it told nothing"))


def _why(error: Optional[BaseException], report: Any) -> Red:
    return ("Failed", _first_line(getattr(report, "longreprtext", ""))) if error is None else why(error)


def why(error: BaseException) -> Red:
    """Return an exception's name and the first line of its message."""
    try:
        return type(error).__name__, _first_line(str(error))
    except BaseException:  # somebody else's code, and only to be looked at
        return type(error).__name__, ""


def _first_line(text: str) -> str:
    return sayable(next((line for line in text.splitlines() if line.strip()), "").strip()[:_LONGEST])


def _in_short(excinfo: Any, *_: object, **__: object) -> str:
    return str(excinfo.typename)


def run(trial: Trial, entries: Sequence[Entry], whole: bool, skip: int, tell: Tell, at: At) -> None:
    """Run entries but for the first `skip`, till the first that is red or all of them, telling of each what it took."""
    for number in range(skip, len(entries)):
        at(number)
        begun, cpu = time.monotonic(), time.process_time()
        red = trial.one(entries[number], _next_item(entries, number))
        took = (round(time.process_time() - cpu, 4), round(time.monotonic() - begun, 4))
        tell({"n": number, "red": red, "took": took})
        if red is not None and not whole:
            return


def _next_item(entries: Sequence[Entry], number: int) -> Any:
    return next((entry.items[0] for entry in entries[number + 1 :] if entry.items), None)
