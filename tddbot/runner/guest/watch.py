"""What tests assert with, as it was before anything of the repository ran: what is replaced since is told.

A candidate that has `len`, `assertEqual` or one of pytest's hooks replaced is found out by it, whatever it does with
that. What it puts back before anybody looks is not.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import os
import sys
import types
from operator import is_
from typing import Any, Callable, Dict, Generator, Iterator, List, Optional, Sequence, Tuple

import pytest

# Functions that are defined below find nobody else's `all` by that name.
globals()["__builtins__"] = dict(vars(builtins))

_MOST = 50
_HEAP_TYPE = 1 << 9
_WRITABLE = ("/tmp/", "/var/tmp/", "/dev/", "/home/", "/proc/")
_OWN = os.path.dirname(os.path.abspath(__file__)) + "/"
_INSTALLED = ("/site-packages/", "/dist-packages/")
_OF_PYTEST = ("/pytest/", "/_pytest/", "/pluggy/")
_OF_OLD_PATHS = "/_pytest/legacypath.py"
"""The one plugin of pytest's that replaces methods of others."""

_RESTLESS = ("warnings", "sys", "threading", "__main__")
"""Modules whose functions pytest itself replaces while it runs."""

_OFTEN_MOCKED = frozenset({"open", "input", "print", "__import__", "exit", "quit", "breakpoint", "_"})
_ASSERTING = ("builtins", "pytest", "unittest.case", "_pytest.python_api", "_pytest.raises", "_pytest.outcomes")
_TESTING = ("builtins", "unittest", "pytest", "_pytest", "pluggy", "doctest")
_CODED = frozenset({types.FunctionType, types.BuiltinFunctionType, type, property, staticmethod, classmethod})
_FIXED = _CODED | {bool, int, float, str, tuple, frozenset}
"""What a class has that nobody honest replaces while tests run; of classes that do not test, settings may be set."""


class _Part:
    """The functions and classes of one module, or all of one class, by identity."""

    def __init__(self, label: str, space: Any, noted: Dict[str, Any]) -> None:
        self._label = label
        self._get = space.get
        self._names = list(noted)
        self._values = list(noted.values())

    def is_whole(self) -> bool:
        return all(map(is_, map(self._get, self._names), self._values))

    def replaced(self) -> Iterator[Tuple[str, Any]]:
        for number, name in enumerate(self._names):
            now = self._get(name)
            if now is not self._values[number]:
                yield "%s.%s" % (self._label, name), now


class Known:
    """All of what is loaded, noted at one moment."""

    def __init__(self) -> None:
        self._modules = {name: module for name, module in sys.modules.items() if name != "__main__"}
        self._parts: List[_Part] = []
        self._quick: List[_Part] = []
        self._functions: List[Tuple[types.FunctionType, Tuple[Any, Any]]] = []
        self._finders = {id(finder) for finder in (*sys.meta_path, *sys.path_hooks)}
        for name, module in self._modules.items():
            if type(module) is types.ModuleType and name not in _RESTLESS:
                self._note(name, vars(module))

    def _note(self, module: str, space: Dict[str, Any]) -> None:
        is_testing = module.startswith(_TESTING)
        noted: Dict[str, Any] = {}
        for name, value in space.items():
            kind = type(value)
            if kind is types.FunctionType:
                self._functions.append((value, (value.__code__, value.__defaults__)))
            elif kind is not types.BuiltinFunctionType:
                if not issubclass(kind, type):
                    continue
                if value.__flags__ & _HEAP_TYPE and value.__module__ == module:
                    self._note_class(module, "%s.%s" % (module, name), value, is_testing)
            # What a module keeps to itself, it may set itself: `logging.setLoggerClass` does.
            if (is_testing or name[:1] != "_") and name not in _OFTEN_MOCKED:
                noted[name] = value
        self._add(module, module, space, noted)

    def _note_class(self, module: str, label: str, value: type, is_testing: bool) -> None:
        kinds, space = _FIXED if is_testing else _CODED, vars(value)
        self._add(module, label, space, {name: inner for name, inner in space.items() if type(inner) in kinds})
        if is_testing:
            methods = [inner for inner in space.values() if type(inner) is types.FunctionType]
            self._functions += [(each, (each.__code__, each.__defaults__)) for each in methods]

    def _add(self, module: str, label: str, space: Any, noted: Dict[str, Any]) -> None:
        part = _Part(label, space, noted)
        self._parts.append(part)
        if module in _ASSERTING:
            self._quick.append(part)

    def replaced(self, is_quick: bool = False) -> Iterator[Tuple[str, Any]]:
        """Yield what is something else now, by name; a quick look is at what assertions are made with."""
        for part in self._quick if is_quick else self._parts:
            if not part.is_whole():
                yield from part.replaced()
        if is_quick:
            return
        for function, (code, defaults) in self._functions:
            if function.__code__ is not code or function.__defaults__ is not defaults:
                yield "%s.%s" % (function.__module__, function.__qualname__), function.__code__
        for name, module in self._modules.items():
            now = sys.modules.get(name, module)
            if now is not module:
                yield "sys.modules[%r]" % name, now

    def found(self) -> Iterator[Tuple[str, Any]]:
        """Yield what finds modules that was not there, and what follows each step."""
        for place, finders in (("meta_path", sys.meta_path), ("path_hooks", sys.path_hooks)):
            for finder in finders:
                if id(finder) not in self._finders:
                    yield "sys." + place, finder
                    for name, value in getattr(finder, "__dict__", {}).items():
                        if type(value) is types.FunctionType and not isinstance(finder, type):
                            yield "%s in sys.%s" % (name, place), value
        for name in ("gettrace", "getprofile"):
            follower = getattr(sys, name)()
            if follower is not None:
                yield "sys.%s()" % name, follower


class Watch:
    """The plugin: looks when all is collected, after each test, and at the end, and tells each thing once."""

    def __init__(self, root: str, modules: Sequence[str], tell: Callable[..., None]) -> None:
        """`modules` are those that the tests will load anyway, to assert with: none of the repository's comes first."""
        for module in modules:
            importlib.import_module(module)
        self._root = root + "/"
        self._send = tell
        self._known = Known()
        self._told: Dict[str, str] = {}
        self._forgiven: List[Any] = []
        self._tests: Dict[Tuple[int, str], Tuple[Any, types.FunctionType, types.CodeType]] = {}

    def forgive(self, parts: List[Any]) -> None:
        """Say nothing of these, which the guest itself puts in place, nor of those that the list gets later."""
        self._forgiven = parts

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self) -> None:
        """Forgive what installed plugins have done to pytest so far, before any conftest had its turn."""
        for what, value in self._known.replaced():
            if not what.startswith("builtins.") and self._maker(value) == "":
                self._told[what] = ""

    def pytest_collection_finish(self, session: Any) -> None:
        """Look at what importing the tests has changed, and keep what the tests are."""
        for item in session.items:
            self._keep(item)
        self._tell(self._known.replaced(), self._maker)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: Any) -> Generator[None, None, None]:
        """Look when a test has ended, and nothing of it was torn down yet."""
        yield
        self._tell(self._known.replaced(is_quick=True), self._maker)
        self._tell(self._changed(item), self._maker)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Look at everything."""
        self._tell(self._known.replaced(), self._maker)
        self._tell(self._known.found(), self._origin)
        self._tell(self._hooks(), self._origin)
        self._send("watched", altered=(), last=True)

    def pytest_configure(self, config: Any) -> None:
        """Keep where the hooks are."""
        self._manager = config.pluginmanager

    def _keep(self, item: Any) -> None:
        owner, name = getattr(item, "cls", None) or getattr(item, "module", None), getattr(item, "originalname", None)
        value = _found(owner, name) if name else None
        if type(value) is types.FunctionType:
            self._tests.setdefault((id(owner), str(name)), (owner, value, value.__code__))

    def _changed(self, item: Any) -> Iterator[Tuple[str, Any]]:
        """Yield what a test has become that it was not, and what stands before its own way to run."""
        owner, name = getattr(item, "cls", None) or getattr(item, "module", None), getattr(item, "originalname", None)
        kept = self._tests.get((id(owner), str(name)))
        if kept is not None:
            now = _found(owner, str(name))
            if now is not kept[1] or kept[1].__code__ is not kept[2]:
                yield "the test %s" % name, now
        if "runtest" in vars(item):
            yield "what runs the test %s" % name, vars(item)["runtest"]

    def _hooks(self) -> Iterator[Tuple[str, Any]]:
        for name, caller in list(vars(self._manager.hook).items()):
            for hook in caller.get_hookimpls() if hasattr(caller, "get_hookimpls") else ():
                yield "pytest's hook %s" % name, hook.function

    def _tell(self, changes: Iterator[Tuple[str, Any]], place: Callable[[Any], Optional[str]]) -> None:
        new: List[Tuple[str, str]] = []
        for what, value in changes:
            if any(value is part for part in self._forgiven):
                continue
            path = place(value)
            if path is not None and self._told.get(what) != path and len(self._told) < _MOST:
                self._told[what] = path
                new.append((what, path))
        if new:
            self._send("watched", altered=new, last=False)

    def _maker(self, value: Any) -> Optional[str]:
        """The file of who put a value in another's place; None where that is an installed library, which has its ways.

        What Python or pytest has itself is no proof of that: anybody may put one of it in the place of another.
        """
        path = self._origin(value)
        if path is None and _file(value).endswith(_OF_OLD_PATHS):
            return None
        if path is None and not any(part in _file(value) for part in _INSTALLED):
            return ""
        return "" if path is None and any(part in _file(value) for part in _OF_PYTEST) else path

    def _origin(self, value: Any) -> Optional[str]:
        """The file in the repository that a value's code is from, "" where nobody knows, None where it is no such."""
        return self._place(_file(value))

    def _place(self, path: str) -> Optional[str]:
        if path.startswith(_OWN) or any(part in path for part in _INSTALLED):
            return None
        if path.startswith(self._root):
            return path.partition(self._root)[2]
        return None if path.startswith("/") and not path.startswith(_WRITABLE) else ""


def _file(value: Any) -> str:
    """The file that the code of a value is from, or "" where nobody knows."""
    inner: Any = value
    for _ in range(5):
        inner = inner.func if type(inner) is functools.partial else _unwrapped(inner)
    if type(inner) is types.FunctionType:
        inner = inner.__code__
    if type(inner) is types.CodeType:
        return inner.co_filename
    if type(inner) is types.ModuleType:
        return str(getattr(inner, "__file__", None) or "")
    kind = inner if isinstance(inner, type) else type(inner)
    home: Any = sys.modules.get(str(kind.__module__))
    is_there = getattr(home, kind.__qualname__.partition(".")[0], None) is not None
    is_mock = not isinstance(inner, type) and kind.__module__.partition(".")[0] in ("unittest", "builtins")
    return str(getattr(home, "__file__", None) or "") if is_there and not is_mock else ""


def _found(owner: Any, name: str) -> Any:
    for space in getattr(owner, "__mro__", None) or (owner,):
        if name in getattr(space, "__dict__", ()):
            return _unwrapped(vars(space)[name])
    return None


def _unwrapped(value: Any) -> Any:
    if type(value) in (staticmethod, classmethod, types.MethodType):
        return value.__func__
    return value.fget if type(value) is property else value
