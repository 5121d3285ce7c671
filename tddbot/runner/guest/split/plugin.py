"""The pytest plugin of the tests' side: puts the import hook in its place and looks at each test around its calls."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any, Dict, Generator

import pytest

from tddbot.runner.guest.split.channel import Channel
from tddbot.runner.guest.split.client import Apart, Client
from tddbot.runner.guest.split.doors import Doors
from tddbot.runner.guest.split.finder import Finder
from tddbot.runner.guest.wire import Wire

_REACHING = frozenset({"caplog", "fs", "pytester", "settings", "testdir"})
"""Fixtures that change or see what a function does beyond its result."""


class Separation:
    """Hooks of one run. `order` has, by path below `root`, what the parent read off each patched file."""

    def __init__(self, order: Dict[str, Any], channel: int, root: str, wire: Wire) -> None:
        surfaces = {os.path.join(root, path): surface for path, surface in order["modules"].items()}
        self._wire = wire
        self._doors = Doors(root, hidden=surfaces)
        self._client = Client(Channel(channel), root, self._doors, self._tell)
        self._finder = Finder(self._client, surfaces, root)
        self._put_first()
        self.parts = self._doors.wires
        """What is put into others' places: the wires, and what finds modules."""

        self.parts.append(self._finder)

    def _tell(self, what: str, reason: str) -> None:
        self._wire.send("split", what=what, reason=reason[:500])

    def _put_first(self) -> None:
        """Before pytest's own hook, which would load a plugin of the project's from its file."""
        sys.meta_path[:] = [self._finder, *(finder for finder in sys.meta_path if finder is not self._finder)]

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self) -> None:
        """Be first once pytest has put its own hook in."""
        self._put_first()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Watch from here on."""
        self._put_first()
        self._doors.lay_wires()
        self._doors.watched = True

    def pytest_collection_finish(self) -> None:
        """Whatever the tests' files import is there by now."""
        self._doors.lay_wires()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Generator[None, None, None]:
        """Know which fixtures a test has."""
        reaching = sorted(_REACHING.intersection(getattr(item, "fixturenames", ())))
        self._client.doubt = "the fixture " + reaching[0] if reaching else None
        yield

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        """Compare both sides while a test's fixtures still stand."""
        yield
        with contextlib.suppress(Apart):  # it is told already
            self._client.settle()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """What is written at the end is pytest's own affair."""
        self._doors.watched = False
