"""What the zygote loads before the first job: pytest's plugins and the third-party modules that the last run used.

Only what is installed, and never the repository's own code, whatever name it goes by: a wall in front of all finders
sees to that.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import os
import sys
import threading
import time
from importlib import metadata
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Set, Tuple

from _pytest.assertion import install_importhook
from _pytest.config import get_config

from tddbot.runner.guest.surroundings import Surroundings

_INSTALLED = ("/site-packages/", "/dist-packages/")
_PLUGINS = "pytest11"


class Warmup:
    """One warming up: `root` is the repository, `environments` are what may be loaded, also where it lies in there.

    `modules` are pairs of a name and whether pytest rewrites the assertions of that module, or None where the tests are
    to find the repository's own. `left_out` are packages that have proved unfit.
    """

    def __init__(self, order: Dict[str, Any]) -> None:
        self._modules: List[Tuple[str, bool]] = [each for each in order["modules"] if each[1] is not None]
        own = (name for name, rewritten in order["modules"] if rewritten is None)
        self._wall = _Wall(order["root"], order["environments"], (*own, *order["left_out"]))
        self._threads = threading.active_count()
        self._culprits: List[str] = []
        self._why: Optional[str] = None

    def run(self) -> Tuple[Dict[str, Any], Surroundings]:
        """Load everything; return how long it took and, where the process may not be forked any more, why.

        The second is what the modules have changed besides.
        """
        started = time.monotonic()
        surroundings = Surroundings()
        config = _configuration()
        hook = install_importhook(config)
        try:
            self._load_all(config, hook)
        finally:
            sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in (hook, self._wall)]
            surroundings.restore()
        told = {
            "seconds": time.monotonic() - started,
            "modules": len(sys.modules),
            "unfit": self._why or _unfit(),
            "culprits": self._culprits,
        }
        return told, surroundings

    def _load_all(self, config: Any, hook: Any) -> None:
        sys.meta_path.insert(0, self._wall)
        if not os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
            _mark_plugins(config, hook)
            for name in _plugins():
                self._load(name)
        hook.mark_rewrite(*(name for name, rewritten in self._modules if rewritten))
        for name, _ in self._modules:
            self._load(name)

    def _load(self, name: str) -> None:
        if name in sys.modules or self._wall.keeps_out(name):
            return
        before = set(sys.modules)
        try:
            importlib.import_module(name)
        except BaseException:
            # Whatever a module does not like about being loaded here, it will be loaded in the run itself.
            if _orphans(before):
                self._blame(name, "%s can be loaded in part only" % name)
        if threading.active_count() > self._threads:
            self._threads = threading.active_count()
            self._blame(name, "%s starts a thread when it is imported" % name)

    def _blame(self, name: str, why: str) -> None:
        self._culprits.append(name)
        self._why = self._why or why


def _orphans(before: Set[str]) -> Set[str]:
    """The new modules of a package that is not loaded itself: a second try would not make them attributes of it."""
    return {name for name in set(sys.modules) - before if "." in name and name.rpartition(".")[0] not in sys.modules}


def _unfit() -> Optional[str]:
    """A thread does not survive a fork, and what it held stays locked."""
    # Libraries that are made for it, as OpenBLAS is, end their threads before a fork; a first one shows which.
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return "a library runs threads of its own" if len(os.listdir("/proc/self/task")) > 1 else None


def _configuration() -> Any:
    """pytest's own defaults, as nothing of the project's is read out here."""
    return completed(get_config())


def completed(config: Any) -> Any:
    """Return the configuration with the settings of a file that has none, which pytest before 9.1 sets in parsing."""
    for name in ("inicfg", "_inicfg"):
        if name not in vars(config) and not isinstance(getattr(type(config), name, None), property):
            setattr(config, name, {})
    return config


class _KeptOutError(BaseException):
    """A module may not be loaded out here; who imports it and could do without must not do so for good."""


class _Wall:
    """Stands before all other finders and lets nothing pass that is not installed, nor what is `kept_out` by name."""

    def __init__(self, root: str, environments: Sequence[str], kept_out: Iterable[str]) -> None:
        self._root = os.path.realpath(root) + "/"
        self._environments = tuple(os.path.realpath(path) + "/" for path in environments)
        self._kept_out = frozenset(kept_out)

    def keeps_out(self, name: str) -> bool:
        """Whether a module may not be loaded, wherever it lies."""
        return name.partition(".")[0] in self._kept_out

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Optional[importlib.machinery.ModuleSpec]:
        """Return what another finder finds, if it may pass."""
        if self.keeps_out(name):
            raise _KeptOutError(name)
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec: Any = None if finder is self or find is None else find(name, path, target)
            if spec is not None:
                if not all(map(self._is_installed, _places(spec))):
                    raise _KeptOutError(name)
                return spec  # type: ignore[no-any-return]
        return None

    def _is_installed(self, path: str) -> bool:
        """What lies elsewhere may change while this process lives: another project that is installed for editing."""
        place = os.path.realpath(path) + "/"
        if place.startswith(self._root):
            return place.startswith(tuple(each for each in self._environments if each.startswith(self._root)))
        return place.startswith(self._environments) or any(part in place for part in _INSTALLED)


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


def loaded(root: str) -> List[Tuple[str, Optional[bool]]]:
    """Name the modules that this process has loaded from outside the repository, for the next warming up.

    With None: what it has from the repository although there is one of that name outside, which nobody is to load.
    """
    found: List[Tuple[str, Optional[bool]]] = []
    outside = [entry for entry in sys.path if not (entry + "/").startswith(root + "/") or "site-packages" in entry]
    for name, module in list(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        if spec is None or name == "__main__" or getattr(spec, "name", None) != name:
            continue
        rewritten = type(getattr(spec, "loader", None)).__name__ == "AssertionRewritingHook"
        if not any(place.startswith(root + "/") and "site-packages" not in place for place in _places(spec)):
            found.append((name, rewritten))
        elif "." not in name and importlib.machinery.PathFinder.find_spec(name, outside) is not None:
            found.append((name, None))
    return found
