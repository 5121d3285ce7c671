"""The process that the tests run in: sets the interpreter up as `python -m pytest` would, and runs pytest."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
import types
from typing import Any, Optional, Sequence

import pytest

from tddbot.runner.guest import tool
from tddbot.runner.guest.canary import Canaries
from tddbot.runner.guest.distributed import CARRIER, Overseer
from tddbot.runner.guest.lab import server as lab
from tddbot.runner.guest.plugin import Reporter
from tddbot.runner.guest.selection import Selector, arguments
from tddbot.runner.guest.shortcuts import Shortcuts
from tddbot.runner.guest.shuffling import Shuffling
from tddbot.runner.guest.split.channel import Channel
from tddbot.runner.guest.split.plugin import Separation
from tddbot.runner.guest.split.server import serve
from tddbot.runner.guest.surroundings import Surroundings
from tddbot.runner.guest.watch import Watch
from tddbot.runner.guest.wire import Wire

_ECONOMY = ["-q", "--no-header", "--no-summary", "--color=no", "--maxfail=0", "--continue-on-collection-errors"]


shortcuts: Optional[Shortcuts] = None
surroundings: Optional[Surroundings] = None
"""Both are set in a zygote that is warm."""


def work(order: dict[str, Any], root: str, wire: Wire, canaries: list[Any], channel: int = -1) -> int:
    """Run the tests that `order` names in the current directory; return pytest's exit code, told on the wire too.

    In split mode, `channel` leads to the process that only serves the patched modules; in a laboratory, to who asks.
    """
    if not order:
        return 0  # what is left is the jail itself, for who wants to know what that costs
    if "tool" in order:
        tool.become(order)
    watch = [Watch(root, order["watch"], wire.send)] if order.get("watch") is not None else []
    _set_up_interpreter(order)
    if "serve" in order:
        return serve(Channel(channel), root, order["serve"])
    if shortcuts is not None:
        shortcuts.use()
    if "lab" in order:
        return lab.serve(channel, root, order["lab"], lambda nodes, plugins: _run_some(order, nodes, plugins))
    wire.send("python", pytest=pytest.__version__)
    reporter = Reporter(wire, root, order["detail"], order["trace"], order["modules"])
    selector = Selector(order["node_ids"], order["ignored"])
    plugins = [reporter, reporter.describer, selector, Overseer(wire, root, order["detail"], order["seed"])]
    plugins += [Shuffling(order["seed"], wire.send)] if order["seed"] is not None else []
    plugins += watch
    if "split" in order:
        separation = Separation(order["split"], channel, root, wire)
        plugins.append(separation)
        for each in watch:
            each.forgive(separation.parts)
    plugins.append(Canaries(canaries, root, plugins))
    code = _run(_arguments(order), plugins, order["spread"])
    wire.send("end", code=code)
    return code


def _run_some(order: dict[str, Any], nodes: Sequence[str], plugins: list[Any]) -> int:
    """Run pytest for a laboratory, whose processes share what would capture their output."""
    arguments = [*_arguments({**order, "node_ids": list(nodes)}), "--capture=no"]
    return _run(arguments, [Selector(nodes, ()), *plugins], None)


def _run(arguments: list[str], plugins: list[Any], spread: str | None) -> int:
    """Run pytest with what calms other plugins; the project may have switched one off, and its options with it."""
    distribution = _distribution(spread) if importlib.util.find_spec("xdist") else []
    coverage = ["--no-cov"] if importlib.util.find_spec("pytest_cov") else []
    code = pytest.main([*arguments, *distribution, *coverage], plugins=plugins)
    for fewer in (distribution, coverage, []):
        if code == pytest.ExitCode.USAGE_ERROR:
            code = pytest.main([*arguments, *fewer], plugins=plugins)
    return int(code)


def _distribution(spread: str | None) -> list[str]:
    """Have xdist start no workers; or as many as the project says, with our plugin in them, which lies in `spread`."""
    if spread is None:
        return ["-n0", "--dist=no"]
    sys.path.append(spread)
    return ["-p", CARRIER]


def _set_up_interpreter(order: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    os.umask(0o022)
    sys.path[:] = order["path"]
    if surroundings is not None:
        surroundings.repeat()
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
