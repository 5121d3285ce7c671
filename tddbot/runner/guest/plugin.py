"""The pytest plugin of the guest: streams pytest's own report objects as records.

It never reads anything that pytest printed. Paths in records are relative to the repository where they lie in it.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import Any, Generator

import pytest

from tddbot.runner.guest import distributed
from tddbot.runner.guest.describer import Describer, collect_failure, untold
from tddbot.runner.guest.failures import relative
from tddbot.runner.guest.trace import Recording, Tracer
from tddbot.runner.guest.warmup import loaded
from tddbot.runner.guest.wire import Wire

_CHUNK = 500
_ORDINARY = (0, 1, 5)  # all passed, some failed, no tests


class Reporter:
    """Hooks of one run; `describer` is a plugin that works for this one."""

    def __init__(self, wire: Wire, root: str, detail: bool, trace: bool, modules: bool = False) -> None:
        self._wire = wire
        self._root = root
        self._pid = os.getpid()
        self._detail = detail
        self._modules = modules
        self._tracer = Tracer(root) if trace else None
        self._failures: dict[str, dict[str, Any]] = {}
        self.describer = Describer(root, detail, self._keep)
        self._raised: dict[str, bool] = {}
        self._was_red = False

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
        with self._traced(isinstance(collector, pytest.Module)) as made:
            outcome = yield
        report = outcome.get_result()
        if report.outcome == "skipped":
            self._wire.send("report", node=collector.nodeid, when="collect", outcome="skipped", seconds=0.0)
        if report.outcome != "failed":
            return
        failure = collect_failure(report, self._root, self._detail)
        self._wire.send("report", node=collector.nodeid, when="collect", outcome="failed", seconds=0.0, failure=failure)
        if made.lines:
            self._wire.send("trace", node=collector.nodeid, lines=made.lines)

    def pytest_collection_finish(self, session: Any) -> None:
        """Tell all tests that are going to run."""
        nodes = [item.nodeid for item in session.items]
        for start in range(0, len(nodes) or 1, _CHUNK):
            self._wire.send("collected", nodes=nodes[start : start + _CHUNK])

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Generator[None, None, None]:
        """Trace a test as a whole, fixtures included; an assertion that failed and was seen has not been swallowed."""
        self._was_red = False
        with self._traced() as made:
            yield
        if made.lines:
            asserted = made.asserted if not self._was_red else None
            self._wire.send("trace", node=item.nodeid, lines=made.lines, asserted=asserted)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Tell that a test begins; the clock of its limit runs from here."""
        self._failures.clear()
        self._raised.clear()
        self._wire.send("start", node=nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Tell that a test is over, teardown included."""
        self._wire.send("finish", node=nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        """Tell one phase of a test as every plugin has left it; a setup or teardown that passed says nothing."""
        if (report.outcome == "passed" and report.when != "call") or distributed.is_crash(report):
            return
        fields = {"when": report.when, "outcome": report.outcome, "seconds": report.duration}
        if hasattr(report, "wasxfail"):
            fields["xfail"] = True
        elif report.outcome == "passed" and (self._raised.get(report.when) or distributed.has_raised(report)):
            fields["raised"] = True
        if report.outcome == "failed":
            fields["failure"] = self._failures.get(report.when) or distributed.told(report) or untold(report)
        self._wire.send("report", node=report.nodeid, **fields)

    def _keep(self, report: Any, failure: dict[str, Any] | None, raised: bool) -> None:
        self._raised[report.when] = raised
        self._was_red = self._was_red or raised
        if failure is not None:
            self._failures[report.when] = failure

    def _traced(self, whole: bool = True) -> Any:
        return self._tracer.recording() if self._tracer and whole else _Untraced()


class _Untraced:
    """Stands where a recording would, and records nothing."""

    def __enter__(self) -> Recording:
        return Recording()

    def __exit__(self, *_: object) -> None:
        """Do nothing."""
