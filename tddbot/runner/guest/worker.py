"""The process that the tests run in: sets the interpreter up as `python -m pytest` would, and runs pytest."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
import types
from typing import Any

import pytest

from tddbot.runner.guest.canary import Canaries
from tddbot.runner.guest.plugin import Reporter
from tddbot.runner.guest.selection import Selector, arguments
from tddbot.runner.guest.wire import Wire

_ECONOMY = ["-q", "--no-header", "--no-summary", "--color=no", "--maxfail=0", "--continue-on-collection-errors"]


def work(order: dict[str, Any], root: str, wire: Wire) -> int:
    """Run the tests that `order` names in the current directory; return pytest's exit code, told on the wire too."""
    _set_up_interpreter(order)
    wire.send("python", pytest=pytest.__version__)
    reporter = Reporter(wire, root, order["detail"], order["trace"], order["modules"])
    selector = Selector(order["node_ids"], order["ignored"])
    plugins = [reporter, selector, Canaries(order.pop("canaries", ()), root, (reporter, selector))]
    code = int(pytest.main([*_arguments(order), *_calming()], plugins=plugins))
    if code == pytest.ExitCode.USAGE_ERROR and _calming():
        # The project may have switched such a plugin off, and its options with it.
        code = int(pytest.main(_arguments(order), plugins=plugins))
    wire.send("end", code=code)
    return code


def _set_up_interpreter(order: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    os.umask(0o022)
    sys.path[:] = order["path"]
    sys.dont_write_bytecode = True
    _become_pytest()


def _become_pytest() -> None:
    """Have pytest's main module for ours: multiprocessing's spawn would run the guest's own again in each child."""
    main = types.ModuleType("__main__")
    spec = importlib.util.find_spec("pytest.__main__")
    if spec is not None:
        main.__spec__, main.__loader__, main.__file__, main.__package__ = spec, spec.loader, spec.origin, "pytest"
    sys.modules["__main__"] = main
    sys.argv[:] = [main.__file__ or "pytest"]


def _arguments(order: dict[str, Any]) -> list[str]:
    """The project's own addopts come first, so these have the last word."""
    told = [*arguments(order["node_ids"], order["rootdir"]), *_ECONOMY, "-o", "cache_dir=" + order["cache"]]
    told.append("--tb=short" if order["detail"] else "--tb=line")
    if order["rootdir"]:
        told += ["--rootdir=" + order["rootdir"], "-c", order["inipath"] or os.devnull]
        if order["inipath"] in (None, os.devnull):
            # Where the run of all had no configuration, some tests alone may not find one further down.
            told.append("--confcutdir=" + order["rootdir"])
    return told


def _calming() -> list[str]:
    """Options for plugins that would run the tests elsewhere or slow them down."""
    parallel = ["-n0", "--dist=no"] if importlib.util.find_spec("xdist") else []
    return [*parallel, *(["--no-cov"] if importlib.util.find_spec("pytest_cov") else [])]
