"""What the zygote loads before the first job: pytest's plugins and the third-party modules that the last run used.

Never the repository's own code, whatever name it goes by: a wall in front of all finders sees to that.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import os
import sys
import threading
import time
from importlib import metadata
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from _pytest.assertion import install_importhook
from _pytest.config import get_config

_PLUGINS = "pytest11"


class Warmup:
    """One warming up: `root` is the repository, `environments` are what may be loaded although it lies in there.

    `modules` are pairs of a name and whether pytest rewrites the assertions of that module.
    """

    def __init__(self, order: Dict[str, Any]) -> None:
        self._modules: List[Tuple[str, bool]] = [(name, bool(rewritten)) for name, rewritten in order["modules"]]
        self._wall = _Wall(order["root"], order["environments"])
        self._threads = threading.active_count()
        self._culprit: Optional[str] = None

    def run(self) -> Dict[str, Any]:
        """Load everything; return how long it took and, where the process may not be forked any more, why."""
        started = time.monotonic()
        config = _configuration()
        hook = install_importhook(config)
        try:
            self._load_all(config, hook)
        finally:
            sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in (hook, self._wall)]
        return {
            "seconds": time.monotonic() - started,
            "modules": len(sys.modules),
            "unfit": self._unfit(),
            "culprit": self._culprit,
        }

    def _load_all(self, config: Any, hook: Any) -> None:
        sys.meta_path.insert(0, self._wall)
        if not os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
            _mark_plugins(config, hook)
            for name in _plugins():
                self._load(name)
        hook.mark_rewrite(*(name for name, rewritten in self._modules if rewritten))
        for name, _ in self._modules:
            if self._culprit is None:
                self._load(name)

    def _load(self, name: str) -> None:
        try:
            if name not in sys.modules:
                importlib.import_module(name)
        except BaseException:
            # Whatever a module does not like about being loaded here, it will be loaded in the run itself.
            return
        if threading.active_count() > self._threads:
            self._culprit = name

    def _unfit(self) -> Optional[str]:
        """A thread does not survive a fork, and what it held stays locked."""
        if self._culprit is not None:
            return "%s starts a thread when it is imported" % self._culprit
        # Libraries that are made for it, as OpenBLAS is, end their threads before a fork; a first one shows which.
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        if len(os.listdir("/proc/self/task")) > 1:
            return "a library runs threads of its own"
        return None


def _configuration() -> Any:
    """pytest's own defaults, as nothing of the project's is read out here."""
    config: Any = get_config()
    if not hasattr(config, "inicfg"):
        config.inicfg = {}  # which pytest before 9 sets when it parses
    return config


class _Wall:
    """Stands before all other finders and lets nothing pass that lies in the repository."""

    def __init__(self, root: str, environments: Sequence[str]) -> None:
        self._root = root + "/"
        self._environments = tuple(path.rstrip("/") + "/" for path in environments)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Optional[importlib.machinery.ModuleSpec]:
        """Return what another finder finds, unless it is the repository's own."""
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec: Any = None if finder is self or find is None else find(name, path, target)
            if spec is not None:
                if any(map(self._is_own, _places(spec))):
                    raise ModuleNotFoundError("%s is the repository's own" % name, name=name)
                return spec  # type: ignore[no-any-return]
        return None

    def _is_own(self, path: str) -> bool:
        place = os.path.realpath(path) + "/"
        return place.startswith(self._root) and not place.startswith(self._environments)


def _places(spec: importlib.machinery.ModuleSpec) -> Iterator[str]:
    if spec.has_location and spec.origin:
        yield spec.origin
    yield from spec.submodule_search_locations or ()


def _mark_plugins(config: Any, hook: Any) -> None:
    """Have the assertions of plugins rewritten, as they are in any run."""
    mark = config._mark_plugins_for_rewrite
    try:
        mark(hook)
    except TypeError:  # since pytest 8.4
        mark(hook, False)


def _plugins() -> Iterator[str]:
    for distribution in metadata.distributions():
        for point in distribution.entry_points:
            if point.group == _PLUGINS:
                yield point.value.partition(":")[0].strip()


def loaded(root: str) -> List[Tuple[str, bool]]:
    """Name the modules that this process has loaded from outside the repository, for the next warming up."""
    found = []
    for name, module in list(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        if spec is None or name == "__main__" or getattr(spec, "name", None) != name:
            continue
        rewritten = type(getattr(spec, "loader", None)).__name__ == "AssertionRewritingHook"
        if not any(place.startswith(root + "/") and "site-packages" not in place for place in _places(spec)):
            found.append((name, rewritten))
    return found
