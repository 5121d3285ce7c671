"""The pytest plugin of the guest: streams pytest's own report objects as records.

It never reads anything that pytest printed. Paths in records are relative to the repository where they lie in it.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import Any, Generator

import pytest

from tddbot.runner.guest.failures import describe, relative, safe_repr, shorten
from tddbot.runner.guest.trace import Tracer
from tddbot.runner.guest.warmup import loaded
from tddbot.runner.guest.wire import Wire

_CHUNK = 500
_ORDINARY = (0, 1, 5)  # all passed, some failed, no tests


class Reporter:
    """Hooks of one run."""

    def __init__(self, wire: Wire, root: str, detail: bool, trace: bool, modules: bool = False) -> None:
        self._wire = wire
        self._root = root
        self._pid = os.getpid()
        self._detail = detail
        self._modules = modules
        self._tracer = Tracer(root) if trace else None
        self._sides: tuple[str, str] | None = None
        self._failures: dict[str, dict[str, Any]] = {}
        self._raised: dict[str, bool] = {}

    def pytest_configure(self, config: Any) -> None:
        """Tell where pytest's root is, so that later runs name their tests alike."""
        # The names that pytest had for them before 6.1 come second.
        rootdir = getattr(config, "rootpath", None) or config.rootdir
        inipath = getattr(config, "inipath", None) or getattr(config, "inifile", None)
        self._wire.send("session", rootdir=str(rootdir), inipath=str(inipath) if inipath else None)

    def pytest_plugin_registered(self, plugin: Any) -> None:
        """Tell each conftest that takes part: the repository may have no such file."""
        path = relative(str(getattr(plugin, "__file__", None) or ""), self._root)
        if os.path.basename(path) == "conftest.py" and not os.path.isabs(path):
            self._wire.send("conftest", path=path)

    def pytest_sessionstart(self) -> None:
        """Collect garbage as usual from here on, but never again look through all that pytest is made of."""
        gc.freeze()
        gc.enable()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """End here after an ordinary run: nobody would see the summaries, and tidying up takes longer than a test."""
        if int(exitstatus) in _ORDINARY and os.getpid() == self._pid:
            if self._modules:
                self._wire.send("modules", names=loaded(self._root))
            self._wire.send("end", code=int(exitstatus))
            sys.stdout.flush()
            os._exit(int(exitstatus))

    def pytest_collectstart(self, collector: Any) -> None:
        """Tell which file is about to be imported: a hang in it can then be named."""
        if isinstance(collector, pytest.File):
            self._wire.send("collecting", node=collector.nodeid)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_make_collect_report(self, collector: Any) -> Generator[None, Any, None]:
        """Tell a file that could not be collected, with the error that was at the bottom of it."""
        with self._traced(isinstance(collector, pytest.Module)) as lines:
            outcome = yield
        report = outcome.get_result()
        if report.outcome == "skipped":
            self._wire.send("report", node=collector.nodeid, when="collect", outcome="skipped", seconds=0.0)
        if report.outcome != "failed":
            return
        error = report.call.excinfo.value
        failure = describe(error.__cause__ or error, "collect", self._root, self._detail)
        failure["text"] = shorten(report.longreprtext)
        self._wire.send("report", node=collector.nodeid, when="collect", outcome="failed", seconds=0.0, failure=failure)
        if lines:
            self._wire.send("trace", node=collector.nodeid, lines=lines)

    def pytest_collection_finish(self, session: Any) -> None:
        """Tell all tests that are going to run."""
        nodes = [item.nodeid for item in session.items]
        for start in range(0, len(nodes) or 1, _CHUNK):
            self._wire.send("collected", nodes=nodes[start : start + _CHUNK])

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Generator[None, None, None]:
        """Trace a test as a whole, fixtures included."""
        with self._traced() as lines:
            yield
        if lines:
            self._wire.send("trace", node=item.nodeid, lines=lines)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Tell that a test begins; the clock of its limit runs from here."""
        self._sides = None
        self._failures.clear()
        self._raised.clear()
        self._wire.send("start", node=nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Tell that a test is over, teardown included."""
        self._wire.send("finish", node=nodeid)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Generator[None, Any, None]:
        """Remember why a phase failed, which the exception tells better than the report does."""
        if call.excinfo is not None and not self._detail:
            item.repr_failure = item._repr_failure_py = _in_short
        self._raised[call.when] = call.excinfo is not None or (call.when == "call" and _left_a_trace(item))
        outcome = yield
        report = outcome.get_result()
        if report.outcome == "failed":
            self._failures[report.when] = self._failure(call, report)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        """Tell one phase of a test as every plugin has left it; a setup or teardown that passed says nothing."""
        if report.outcome == "passed" and report.when != "call":
            return
        fields = {"when": report.when, "outcome": report.outcome, "seconds": report.duration}
        if hasattr(report, "wasxfail"):
            fields["xfail"] = True
        elif report.outcome == "passed" and self._raised.get(report.when):
            fields["raised"] = True
        if report.outcome == "failed":
            fields["failure"] = self._failures.get(report.when) or _untold(report)
        self._wire.send("report", node=report.nodeid, **fields)

    def pytest_assertrepr_compare(self, left: object, right: object) -> None:
        """Remember the two sides of the comparison that pytest is about to explain."""
        if self._detail:
            self._sides = (safe_repr(left, 2000), safe_repr(right, 2000))

    def _failure(self, call: Any, report: Any) -> dict[str, Any]:
        if call.excinfo is None:  # a strict xfail that passed
            return {"phase": report.when, "type": "XPassStrict", "message": str(report.longrepr), "frames": []}
        failure = describe(call.excinfo.value, report.when, self._root, self._detail)
        if self._detail:
            failure["text"] = shorten(report.longreprtext)
            if self._sides and isinstance(call.excinfo.value, AssertionError):
                failure["actual"], failure["expected"] = self._sides
        return failure

    def _traced(self, whole: bool = True) -> Any:
        return self._tracer.recording() if self._tracer and whole else _Untraced()


def _in_short(excinfo: Any, *_: object, **__: object) -> Any:
    """Stand for a test's own long representation, a third of the time of a red test, where nobody will read it."""
    return excinfo.getrepr(style="line", tbfilter=False)


def _left_a_trace(item: Any) -> bool:
    """Whether pytest saw the test itself raise, which it keeps for debuggers, whatever has become of that since."""
    last = getattr(sys, "last_traceback", None)
    return last is not None and any(last.tb_frame.f_locals.get(name) is item for name in ("self", "item"))


def _untold(report: Any) -> dict[str, Any]:
    """What a report says of a failure that no exception of this process stands for."""
    return {"phase": report.when, "type": "Failed", "message": shorten(report.longreprtext, 2000), "frames": []}


class _Untraced:
    """Stands where a recording would, and records nothing."""

    def __enter__(self) -> dict[str, list[int]]:
        return {}

    def __exit__(self, *_: object) -> None:
        """Do nothing."""
