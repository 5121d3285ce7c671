"""Which tests a run takes: what is told on pytest's command line, and what is left out while pytest collects."""

from __future__ import annotations

import os
from typing import Any, Iterable, Iterator

import pytest
from _pytest.reports import CollectReport

from tddbot.runner.guest.wire import sayable

_HARMFUL = {
    "maxfail": 0, "lf": False, "failedfirst": False, "stepwise": False, "stepwise_skip": False, "usepdb": False,
    "trace": False,
}  # fmt: skip


class Selector:
    """Keeps the tests asked for (None: all) and leaves out the files that are `ignored`, without importing them."""

    def __init__(self, wanted: Iterable[str] | None, ignored: Iterable[str]) -> None:
        self._wanted = None if wanted is None else frozenset(wanted)
        self._leading = frozenset(part for node in self._wanted or () for part in beginnings(node))
        self._ignored = frozenset(ignored)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: Any) -> None:
        """Take back what the project's addopts say about stopping early: each test is to have a result."""
        for name, harmless in _HARMFUL.items():
            if hasattr(config.option, name):
                setattr(config.option, name, harmless)

    @pytest.hookimpl(tryfirst=True)
    def pytest_make_collect_report(self, collector: Any) -> Any:
        """Find nothing in a file that was not asked for."""
        if not isinstance(collector, pytest.File) or isinstance(collector, pytest.Package):
            return None
        node = sayable(collector.nodeid)
        if node in self._ignored or (self._wanted is not None and node not in self._leading):
            return CollectReport(collector.nodeid, "passed", None, [])
        return None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Keep the tests asked for; comparing names is exact and quick where 10,000 arguments would be neither."""
        if self._wanted is not None:
            items[:] = [item for item in items if self._is_wanted(sayable(item.nodeid))]

    def _is_wanted(self, node: str) -> bool:
        assert self._wanted is not None
        return not self._wanted.isdisjoint(beginnings(node))


def beginnings(node: str) -> Iterator[str]:
    """Yield a node ID and all that it may be part of: its class, its file. A file's own name may hold `::`."""
    end = len(node)
    while end >= 0:
        yield node[:end]
        end = node.rfind("::", 0, end)


def arguments(nodes: Iterable[str] | None, rootdir: str | None) -> list[str]:
    """Return the fewest files and directories that hold `nodes`; pytest cannot be told every file by its name."""
    if nodes is None:
        return []
    top = rootdir or os.getcwd()
    found = dict.fromkeys(_tellable(os.path.join(top, node.partition("::")[0])) for node in nodes)
    return [path for path in found if not any(above in found for above in _above(path))]


def _tellable(path: str) -> str:
    while "[" in path or "::" in path or not os.path.exists(path):
        path = os.path.dirname(path)
    return path


def _above(path: str) -> Iterator[str]:
    while path != os.path.dirname(path):
        path = os.path.dirname(path)
        yield path
