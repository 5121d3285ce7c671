"""The plugin (`-p tddbot_carrier`) for the workers of pytest-xdist, which are processes of their own inside the jail.

Each report takes the fields of its failure along, and a worker tells at its end which conftests took part. The guest's
modules that this needs lie in the folder `guest` next to this file; their names are left to a project that is tddbot.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import types
from typing import Any, Callable, Generator

import pytest


def pytest_configure(config: Any) -> None:
    """Take part in a worker, and nowhere else."""
    order = getattr(config, "workerinput", {}).get("tddbot")
    if order is not None:
        describer = _guest("describer")
        config.pluginmanager.register(describer.Describer(order["root"], order["detail"], _attach))
        if order["seed"] is not None:
            config.pluginmanager.register(_guest("shuffling").Shuffling(order["seed"]))
        config.pluginmanager.register(_Collection(config, order, describer.collect_failure))


def _attach(report: Any, failure: dict[str, Any] | None, raised: bool) -> None:
    """As ASCII, since a report goes from process to process in a form that knows no half surrogate pairs."""
    report.tddbot_raised = raised
    if failure is not None:
        report.tddbot_failure = json.dumps(failure)


class _Collection:
    def __init__(self, config: Any, order: dict[str, Any], failure: Callable[..., Any]) -> None:
        self._order = order
        self._failure = failure
        self._conftests: list[str] = []
        config.workeroutput["tddbot_conftests"] = self._conftests

    def pytest_plugin_registered(self, plugin: Any) -> None:
        """Note a conftest of the repository."""
        path, root = str(getattr(plugin, "__file__", None) or ""), self._order["root"] + os.sep
        if os.path.basename(path) == "conftest.py" and path.startswith(root):
            self._conftests.append(path[len(root) :].encode("utf-8", "replace").decode())

    @pytest.hookimpl(hookwrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, Any, None]:
        """Describe a file that could not be collected."""
        outcome = yield
        report = outcome.get_result()
        if report.outcome == "failed" and getattr(report, "call", None) is not None:
            _attach(report, self._failure(report, self._order["root"], self._order["detail"]), True)


def _guest(name: str) -> types.ModuleType:
    """Import one of the guest's modules and leave no trace of its package."""
    known = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "tddbot"}
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest")
    for package, path in (("tddbot", []), ("tddbot.runner", []), ("tddbot.runner.guest", [folder])):
        sys.modules[package] = types.ModuleType(package)
        sys.modules[package].__path__ = path
    module = importlib.import_module("tddbot.runner.guest." + name)
    for own in [own for own in sys.modules if own.partition(".")[0] == "tddbot"]:
        del sys.modules[own]
    sys.modules.update(known)
    return module
