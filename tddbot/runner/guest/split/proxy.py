"""What stands for a patched module in the tests' process: functions that ask, values that were asked for, placeholders.

`surface` is what the parent read off the module's text: signatures of functions, and exceptions of the plainest kind.
"""

from __future__ import annotations

import inspect
import sys
import types
from typing import Any, Dict, List, NoReturn

from tddbot.runner.guest.split.client import Client
from tddbot.runner.guest.split.faults import BUILTIN
from tddbot.runner.guest.split.plain import Decoder
from tddbot.runner.guest.split.scalars import NonsenseError

_ASKED = frozenset({"__version__", "__author__", "__license__", "__copyright__", "__title__", "__all__"})
"""What else begins with two underscores is the import system's, and no answer from outside may steer that."""


_PROBED = ("_", "pytest")
"""Names by which pytest asks everything that a test file holds what it is."""


class ProxyModule(types.ModuleType):
    """A module whose names are looked up on the other side; nothing may be set in it."""

    def __getattr__(self, name: str) -> Any:
        behind = vars(self).get("__behind__")
        is_probe = name[:2] == "__" or name.startswith(("_pytest", "pytest"))
        if behind is not None and (not is_probe or name in _ASKED):
            return behind.get(name)
        raise AttributeError("module %r has no attribute %r" % (self.__name__, name))

    def __setattr__(self, name: str, value: Any) -> None:
        behind = vars(self).get("__behind__")
        is_submodule = isinstance(value, types.ModuleType) and sys.modules.get("%s.%s" % (self.__name__, name)) is value
        if behind is not None and name[:2] != "__" and not is_submodule:
            behind.client.unfit("setting %s.%s" % (self.__name__, name))
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        vars(self)["__behind__"].client.unfit("deleting %s.%s" % (self.__name__, name))

    def __dir__(self) -> List[str]:
        return sorted({*vars(self), *vars(self)["__behind__"].names})


class _Behind:
    """How a proxy module makes its attributes."""

    def __init__(self, client: Client, module: ProxyModule, surface: Dict[str, Any], names: List[str]) -> None:
        self.client = client
        self.name = module.__name__
        self.names = names
        self._module = module
        self._surface = surface

    def get(self, name: str) -> Any:
        """Return the attribute; what can never change is kept."""
        kind, *value = self.client.look(self.name, name)
        if kind == "value":
            return value[0]
        if kind == "absent":
            if name == "__all__":
                return [each for each in self.names if each[:1] != "_"]
            raise AttributeError("module %r has no attribute %r" % (self.name, name))
        told = self._surface["functions"].get(name, {})
        if kind == "function":
            made = _function(self.client, self.name, name, told)
        elif kind == "callable":
            made = Proxied(self.client, self.name, name, told)
        else:
            made = self._exception(name) or Absent(self.client, "%s %s.%s" % (kind, self.name, name))
        vars(self._module)[name] = made
        return made

    def _exception(self, name: str) -> Any:
        """Make a class like the module's own, where it says no more than its name and what it is derived from."""
        told = self._surface["exceptions"].get(name)
        if told is None:
            return None
        base = BUILTIN.get(told["base"]) if told["builtin"] else getattr(self._module, told["base"])
        if not isinstance(base, type) or not issubclass(base, Exception):
            return None
        return type(name, (base,), {"__module__": self.name, "__qualname__": name, "__doc__": told["doc"]})


def fill(module: ProxyModule, client: Client, surface: Dict[str, Any], names: List[str]) -> None:
    """Make a module that the import system made into a proxy."""
    module.__doc__ = surface["doc"]
    vars(module)["__behind__"] = _Behind(client, module, surface, names)


def _function(client: Client, module: str, name: str, told: Dict[str, Any]) -> Any:
    def proxy(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return client.call(module, name, args, kwargs)

    proxy.__name__ = proxy.__qualname__ = told.get("name", name)
    proxy.__module__ = module
    proxy.__doc__ = told.get("doc")
    if "parameters" in told:
        proxy.__signature__ = _signature(told)  # type: ignore[attr-defined]
    return proxy


def _signature(told: Dict[str, Any]) -> inspect.Signature:
    empty = inspect.Parameter.empty
    parameters = [
        inspect.Parameter(
            name, getattr(inspect.Parameter, kind), default=_default(default) if default else empty,
            annotation=empty if annotation is None else annotation,
        )
        for name, kind, default, annotation in told["parameters"]
    ]  # fmt: skip
    returns = told["returns"]
    return inspect.Signature(parameters, return_annotation=empty if returns is None else returns)


def _default(told: Dict[str, Any]) -> Any:
    if "tree" in told:
        try:
            return Decoder().decode(told["tree"])
        except NonsenseError:
            pass
    return _Source(told["source"])


class _Source:
    """A default that only running the module could tell."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


class Proxied:
    """A callable that is no plain function: what else it may have is not here."""

    def __init__(self, client: Client, module: str, name: str, told: Dict[str, Any]) -> None:
        self._client = client
        self.__name__ = self.__qualname__ = name
        self.__module__ = module
        self.__doc__ = told.get("doc")
        if "parameters" in told:
            self.__signature__ = _signature(told)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the one over there."""
        __tracebackhide__ = True
        return self._client.call(self.__module__, self.__name__, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith(_PROBED):
            raise AttributeError(name)
        self._client.unfit("using %s.%s" % (self.__name__, name))


class Absent:
    """Stands for a class or an object that cannot be passed over; to have it is harmless, to use it is not."""

    def __init__(self, client: Client, what: str) -> None:
        self._client = client
        self._what = what

    def _use(self, *_: Any, **__: Any) -> NoReturn:
        self._client.unfit("using the %s" % self._what)

    def __repr__(self) -> str:
        return "<the %s>" % self._what

    def __getattr__(self, name: str) -> Any:
        if name.startswith(_PROBED) and name not in ("__name__", "__mro__", "__members__"):
            raise AttributeError(name)
        self._use()

    __call__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __len__ = __iter__ = __contains__ = _use
    __hash__ = object.__hash__
    __getitem__ = __setitem__ = __instancecheck__ = __subclasscheck__ = __mro_entries__ = _use
    __or__ = __ror__ = __and__ = __add__ = __radd__ = __sub__ = __mul__ = __mod__ = __neg__ = __index__ = _use
    __enter__ = __exit__ = __aenter__ = __aexit__ = __aiter__ = __await__ = __reversed__ = __delitem__ = _use
    __str__ = __int__ = __float__ = __next__ = __format__ = __fspath__ = _use
