"""What the guest's plugin does not meet where pytest-xdist spreads the tests over processes of its own.

There, pytest's own process collects and runs nothing: it only hears what its workers say. What they know of a failure
comes over as an attribute of their reports (see tddbot_carrier.py).
"""

from __future__ import annotations

import json
from typing import Any, Sequence

import pytest

from tddbot.runner.guest.describer import untold
from tddbot.runner.guest.wire import Wire

CARRIER = "tddbot_carrier"
"""The plugin for the workers."""

_CHUNK = 500


class Overseer:
    """Hooks in pytest's own process; they are silent where xdist starts no workers."""

    def __init__(self, wire: Wire, root: str, detail: bool, seed: int | None = None) -> None:
        self._wire = wire
        self._order = {"root": root, "detail": detail, "seed": seed}
        self._workers: list[str] = []
        self._collected: Sequence[str] | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_setupnodes(self, specs: Sequence[Any]) -> None:
        """Tell that from here on several tests are under way at a time."""
        self._wire.send("distributed", workers=len(specs))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker what it has to know."""
        node.workerinput["tddbot"] = self._order
        self._workers.append(str(node.gateway.id))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Tell all tests that are going to run; xdist sees to it that all workers have the same."""
        if self._collected is None:
            self._collected = ids
            for start in range(0, len(ids) or 1, _CHUNK):
                self._wire.send("collected", nodes=list(ids[start : start + _CHUNK]))

    def pytest_collectreport(self, report: Any) -> None:
        """Tell a file that could not be collected, or was skipped; what bears a worker's name is no file."""
        if self._workers and report.outcome != "passed" and report.nodeid not in self._workers:
            fields = {"failure": told(report) or untold(report)} if report.outcome == "failed" else {}
            self._wire.send("report", node=report.nodeid, when="collect", outcome=report.outcome, seconds=0.0, **fields)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Tell the conftests that took part in a worker."""
        for path in getattr(node, "workeroutput", {}).get("tddbot_conftests", ()):
            self._wire.send("conftest", path=path)


def told(report: Any) -> Any:
    """What a worker knew of a failure, or None."""
    known = getattr(report, "tddbot_failure", None)
    return None if known is None else json.loads(known)


def has_raised(report: Any) -> bool:
    """Whether a worker saw an exception in this phase, whatever has become of its report."""
    return bool(getattr(report, "tddbot_raised", False))


def is_crash(report: Any) -> bool:
    """Whether xdist made up a report for a worker that died: the test is to tell by itself, in a process of its own."""
    return bool(report.when == "???")
