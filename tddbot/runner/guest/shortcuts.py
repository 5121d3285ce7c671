"""What pytest finds out anew at each start although, in one environment, it is always the same: found out once, in the
zygote, for all its forks.

No outcome depends on it. What another version of pytest does in another way is done in its own way, and takes longer.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import pathlib
import sys
import types
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import _pytest.config
import _pytest.fixtures
import pluggy

_PLUGINS = "pytest11"
_MARKS = ("_pytestfixturefunction", "__wrapped__", "__pytest_wrapped__")
_PLAIN = (
    type, types.ModuleType, types.BuiltinFunctionType, str, bytes, int, float, tuple, list, dict, set, frozenset,
    type(None),
)  # fmt: skip


class Shortcuts:
    """Made in the zygote when all is loaded, used in each worker."""

    def __init__(self) -> None:
        self._config: Optional[Any] = _pytest.config.get_config()
        self._distributions = [_Distribution(each) for each in importlib.metadata.distributions() if _has_plugins(each)]
        plugins = [each for each in self._plugins() if type(each) is types.ModuleType]
        self._fixtures = {id(module): _fixtures(module) for module in plugins}
        self._arguments = dict(_arguments(plugins))

    def use(self) -> None:
        """Take them from here on, in this process."""
        config, manager = _pytest.config.Config, _pytest.config.PytestPluginManager
        _pytest.config.get_config = self._prepared(_pytest.config.get_config)
        for owner, name in ((config, "_mark_plugins_for_rewrite"), (manager, "load_setuptools_entrypoints")):
            if hasattr(owner, name):
                setattr(owner, name, _with(self._known_distributions, getattr(owner, name)))
        manager.register = _hooks_only(manager.register)  # type: ignore[method-assign]
        fixtures: Any = _pytest.fixtures
        fixtures.dir = self._names
        fixtures.getfuncargnames = self._argument_names(fixtures.getfuncargnames)

    def _plugins(self) -> Iterator[Any]:
        yield from self._config.pluginmanager.get_plugins() if self._config else ()
        for distribution in self._distributions:
            for point in distribution.entry_points:
                if point.group == _PLUGINS:
                    yield sys.modules.get(point.value.partition(":")[0].strip())

    def _prepared(self, get_config: Callable[..., Any]) -> Callable[..., Any]:
        """Hand out, once, the configuration in which pytest's own plugins are registered already."""

        def prepared(args: Any = None, plugins: Any = None, **more: Any) -> Any:
            config, self._config = self._config, None
            if config is None or any(arg.startswith("-p") for arg in args or ()):
                return get_config(args, plugins, **more)
            params = type(config).InvocationParams(args=args or (), plugins=plugins, dir=pathlib.Path.cwd())
            config.invocation_params = params
            return config

        return prepared

    @contextlib.contextmanager
    def _known_distributions(self) -> Iterator[None]:
        original = importlib.metadata.distributions
        importlib.metadata.distributions = lambda **_: self._distributions  # type: ignore[assignment]
        try:
            yield
        finally:
            importlib.metadata.distributions = original

    def _names(self, holder: Any) -> List[str]:
        """Stand for `dir` where pytest looks for fixtures; a module that has grown since is looked through again."""
        size, names = self._fixtures.get(id(holder), (-1, []))
        return names if size == len(getattr(holder, "__dict__", ())) else dir(holder)

    def _argument_names(self, find: Callable[..., Any]) -> Callable[..., Any]:
        def known(function: Any, **more: Any) -> Any:
            names = self._arguments.get((id(function), more["name"])) if more.keys() == {"name"} else None
            return find(function, **more) if names is None else names

        return known


class _Distribution:
    """A distribution whose entry points and files are read already."""

    def __init__(self, distribution: importlib.metadata.Distribution) -> None:
        self._distribution = distribution
        self.entry_points = list(distribution.entry_points)
        self.files = [str(file) for file in distribution.files or ()]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._distribution, name)


def _has_plugins(distribution: importlib.metadata.Distribution) -> bool:
    return any(point.group == _PLUGINS for point in distribution.entry_points)


def _with(context: Callable[[], Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function as it works within that context."""

    @functools.wraps(function)
    def inside(*args: Any, **more: Any) -> Any:
        with context():
            return function(*args, **more)

    return inside


def _hooks_only(register: Callable[..., Any]) -> Callable[..., Any]:
    """Have pluggy look, of a plugin that is registered, at no other names than those that may be hooks of pytest's.

    What registering it leads to may be any code, with managers of its own: only the first look is another one.
    """
    manager: Any = getattr(pluggy, "_manager", None) or pluggy.manager

    @functools.wraps(register)
    def registering(self: Any, plugin: Any, *args: Any, **more: Any) -> Any:
        outer = vars(manager).get("dir", dir)

        def names(holder: Any) -> List[str]:
            manager.dir = outer
            return [name for name in dir(holder) if holder is not plugin or name.startswith("pytest_")]

        manager.dir = names
        try:
            return register(self, plugin, *args, **more)
        finally:
            manager.dir = outer

    return registering


def _fixtures(module: types.ModuleType) -> Tuple[int, List[str]]:
    """The size of a module, and its names that pytest may find a fixture behind."""
    content: Dict[str, Any] = vars(module)
    return len(content), sorted(name for name, value in content.items() if _may_be_fixture(value))


def _may_be_fixture(value: Any) -> bool:
    """Nothing is asked of an object that may answer with code of its own, such as one that stands for another."""
    if type(value) is types.FunctionType:
        return not value.__dict__.keys().isdisjoint(_MARKS)
    return not issubclass(type(value), _PLAIN)


def _arguments(modules: List[types.ModuleType]) -> Iterator[Tuple[Tuple[int, str], Any]]:
    """The names of what each fixture takes, by the identity of its function, which lives as long as its module."""
    fixtures: Any = _pytest.fixtures
    for module in modules:
        for name, value in vars(module).items():
            is_fixture = type(value).__name__ == "FixtureFunctionDefinition"
            function = getattr(value, "_fixture_function", None) if is_fixture else None
            if type(function) is types.FunctionType:
                with contextlib.suppress(Exception):  # then pytest asks, and says what is wrong
                    yield (id(function), name), fixtures.getfuncargnames(function, name=name)
