"""The hooks that learn why a test is red: from the exception, which tells it better than pytest's report does."""

from __future__ import annotations

import sys
from typing import Any, Callable, Dict, Generator, Optional

import pytest

from tddbot.runner.guest.failures import describe, safe_repr, shorten

Failure = Dict[str, Any]


class Describer:
    """Gives `keep` each report, the fields of its failure and whether an exception was raised.

    Locals and pytest's own long texts are told only with `detail`.
    """

    def __init__(self, root: str, detail: bool, keep: Callable[[Any, Optional[Failure], bool], None]) -> None:
        self._root = root
        self._detail = detail
        self._keep = keep
        self._sides: tuple[str, str] | None = None

    def pytest_runtest_logstart(self) -> None:
        """Forget what the last test compared."""
        self._sides = None

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Generator[None, Any, None]:
        """Describe why a phase of a test failed."""
        if call.excinfo is not None and not self._detail:
            item.repr_failure = item._repr_failure_py = _in_short
        raised = call.excinfo is not None or (call.when == "call" and _left_a_trace(item))
        outcome = yield
        report = outcome.get_result()
        self._keep(report, self._failure(call, report) if report.outcome == "failed" else None, raised)

    def pytest_assertrepr_compare(self, left: object, right: object) -> None:
        """Remember the two sides of the comparison that pytest is about to explain."""
        if self._detail:
            self._sides = (safe_repr(left, 2000), safe_repr(right, 2000))

    def _failure(self, call: Any, report: Any) -> Failure:
        if call.excinfo is None:  # a strict xfail that passed
            return {"phase": report.when, "type": "XPassStrict", "message": str(report.longrepr), "frames": []}
        failure = describe(call.excinfo.value, report.when, self._root, self._detail)
        if self._detail:
            failure["text"] = shorten(report.longreprtext)
            if self._sides and isinstance(call.excinfo.value, AssertionError):
                failure["actual"], failure["expected"] = self._sides
        return failure


def collect_failure(report: Any, root: str, detail: bool) -> Failure:
    """Describe the error at the bottom of a file that could not be collected."""
    error = report.call.excinfo.value
    failure = describe(error.__cause__ or error, "collect", root, detail)
    failure["text"] = shorten(report.longreprtext)
    return failure


def untold(report: Any) -> Failure:
    """What a report says of a failure that no exception of this process stands for."""
    phase = getattr(report, "when", None) or "collect"
    return {"phase": phase, "type": "Failed", "message": shorten(report.longreprtext, 2000), "frames": []}


def _in_short(excinfo: Any, *_: object, **__: object) -> Any:
    """Stand for a test's own long representation, a third of the time of a red test, where nobody will read it."""
    return excinfo.getrepr(style="line", tbfilter=False)


def _left_a_trace(item: Any) -> bool:
    """Whether pytest saw the test itself raise, which it keeps for debuggers, whatever has become of that since."""
    last = getattr(sys, "last_traceback", None)
    return last is not None and any(last.tb_frame.f_locals.get(name) is item for name in ("self", "item"))
