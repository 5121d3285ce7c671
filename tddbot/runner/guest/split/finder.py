"""The import hook of the tests' process: for a patched file there is a proxy, whatever lies in its place here."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import types
from typing import Any, Dict, Optional, Sequence

from tddbot.runner.guest.split.client import Client
from tddbot.runner.guest.split.faults import BUILTIN
from tddbot.runner.guest.split.proxy import Absent, ProxyModule, fill
from tddbot.runner.guest.split.scalars import NotPlainError

_PACKAGE = "__init__.py"


class Finder(importlib.abc.MetaPathFinder):
    """Finds the patched files, given by their absolute paths with what the parent read off each."""

    def __init__(self, client: Client, surfaces: Dict[str, Any], root: str) -> None:
        self._client = client
        self._surfaces = surfaces
        self._root = root
        self._asking = False
        self._tails = frozenset(
            part[:-3] if part[-3:] == ".py" else part for path in surfaces for part in path.split("/")
        )
        client.find = self.find_exception

    def find_spec(self, fullname: str, path: Optional[Sequence[str]] = None, target: Any = None) -> Any:
        """Return a spec for a patched file or a directory that only the patch makes, else None."""
        tail = fullname.rpartition(".")[2]
        if tail not in self._tails or self._asking:
            return None
        for entry in sys.path if path is None else path:
            place = os.path.join(os.path.abspath(entry or os.getcwd()), tail)
            for file in (os.path.join(place, _PACKAGE), place + ".py"):
                if file in self._surfaces:
                    return self._spec(fullname, file)
            found = importlib.machinery.PathFinder.find_spec(fullname, [entry])
            if found is not None and found.loader is not None:
                return self._if_patched(fullname, found)
        return self._otherwise(fullname, path, target)

    def _otherwise(self, name: str, path: Optional[Sequence[str]], target: Any) -> Any:
        """Ask the hooks of editable installs; then there are directories without an __init__.py."""
        self._asking = True
        try:
            specs = (finder.find_spec(name, path, target) for finder in sys.meta_path if hasattr(finder, "find_spec"))
            found = next((spec for spec in specs if spec is not None), None)
        finally:
            self._asking = False
        if found is not None:
            return self._if_patched(name, found)
        places = [os.path.join(entry, name.rpartition(".")[2]) for entry in (sys.path if path is None else path)]
        new = [place for place in places if any(file.startswith(place + os.sep) for file in self._surfaces)]
        return _directory(name, new) if new else None

    def _if_patched(self, name: str, spec: Any) -> Any:
        origin = os.path.realpath(spec.origin) if spec.origin and spec.has_location else ""
        return self._spec(name, origin) if origin in self._surfaces else None

    def _spec(self, name: str, file: str) -> Any:
        inner = [os.path.dirname(file)] if os.path.basename(file) == _PACKAGE else None
        loader = _Loader(self._client, file, self._surfaces[file])
        return importlib.util.spec_from_file_location(name, file, loader=loader, submodule_search_locations=inner)

    def find_exception(self, module: str, name: str) -> Any:
        """Return an exception's class, if it is one of a proxy's or of the repository's own that is here already."""
        if module == "builtins":
            return BUILTIN.get(name)
        home = sys.modules.get(module)
        if not isinstance(home, types.ModuleType) or not name.isidentifier():
            raise NotPlainError("an exception of type %s.%s" % (module, name))
        found = getattr(home, name, None) if isinstance(home, ProxyModule) else vars(home).get(name)
        file = getattr(home, "__file__", None) or ""
        if isinstance(found, Absent) or not isinstance(found, type) or not issubclass(found, Exception):
            raise NotPlainError("an exception of type %s.%s" % (module, name))
        if found.__module__ != module or not file.startswith(self._root + os.sep):
            raise NotPlainError("an exception of type %s.%s" % (module, name))
        return found


def _directory(name: str, places: Sequence[str]) -> Any:
    spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = list(places)
    return spec


class _Loader(importlib.abc.Loader):
    """Loads one proxy, once."""

    def __init__(self, client: Client, file: str, surface: Dict[str, Any]) -> None:
        self._client = client
        self._file = file
        self._surface = surface

    def create_module(self, spec: Any) -> Any:
        """Return an empty proxy."""
        return ProxyModule(spec.name)

    def exec_module(self, module: Any) -> None:
        """Have the module imported on the other side."""
        if module.__name__ in self._client.apart:
            self._client.unfit("importing %s twice" % module.__name__)
        file, names = self._client.load(module.__name__)
        if file != self._file:
            self._client.unfit("%s is another file in the module's own jail" % module.__name__)
        fill(module, self._client, self._surface, names)
