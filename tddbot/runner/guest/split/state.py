"""What a function may depend on without being given it: what surrounds a process, and modules with a state."""

from __future__ import annotations

import contextvars
import hashlib
import json
import locale
import os
import sys
import types
from typing import Any, Collection, Dict, List

from tddbot.runner.guest.split.plain import Encoder
from tddbot.runner.guest.split.scalars import NotPlainError

_OWN_VARIABLE = "PYTEST_CURRENT_TEST"
_DEPTH, _MOST = 5, 20_000
_UNKNOWN = "?"


def environment() -> Dict[str, str]:
    """Return the environment as tests see it, without what pytest writes into it for each test."""
    return {name: value for name, value in os.environ.items() if name != _OWN_VARIABLE}


def surroundings() -> Dict[str, Any]:
    """Return what a test may set and a function may depend on, by what to call it."""
    numbers = sys.modules.get("decimal")
    return {
        "the environment": environment(),
        "the working directory": os.getcwd(),
        "sys.argv": list(sys.argv),
        "the recursion limit": sys.getrecursionlimit(),
        "the locale": locale.setlocale(locale.LC_ALL),
        "the decimal context": repr(numbers.getcontext()) if numbers else "",
    }


def loaded(root: str, but: Collection[str]) -> List[str]:
    """Return the names of the repository's own modules that are loaded, `but` for some."""
    below = root + os.sep
    return sorted(
        name
        for name, module in list(sys.modules.items())
        if name not in but and isinstance(module, types.ModuleType)
        for path in [getattr(module, "__file__", None)]
        if isinstance(path, str) and path.startswith(below) and "site-packages" not in path
    )


def digest(name: str, apart: Collection[str]) -> str:
    """Return a digest of what the loaded module of that name holds; what is of the modules `apart` does not count."""
    sketch = _Sketch(name.partition(".")[0], apart)
    # A package has those of its modules that somebody happened to import.
    held = {key: value for key, value in vars(sys.modules[name]).items() if not isinstance(value, types.ModuleType)}
    told = {key: sketch.of(value, 0) for key, value in held.items() if key[:2] != "__"}
    return hashlib.sha256(_text(told).encode("utf-8", "replace")).hexdigest()


class _Sketch:
    """Tells of values what would be the same in another process, if nobody changed them."""

    def __init__(self, package: str, apart: Collection[str]) -> None:
        self._package = package
        self._apart = apart
        self._left = _MOST

    def of(self, value: Any, depth: int) -> Any:
        """Return what can be written as JSON."""
        self._left -= 1
        kind = value if isinstance(value, type) else type(value)
        if depth == _DEPTH or self._left < 0 or _home(value) in self._apart or _home(kind) in self._apart:
            return _UNKNOWN
        if isinstance(value, types.ModuleType):
            return value.__name__
        try:
            return ["plain", Encoder().encode(value)]
        except NotPlainError:
            return self._parts(value, kind, depth + 1)

    def _parts(self, value: Any, kind: type, depth: int) -> Any:
        if isinstance(value, contextvars.ContextVar):
            return self.of(value.get(None), depth)
        if isinstance(value, dict):
            return [[self.of(each, depth) for each in pair] for pair in list(value.items())]
        if isinstance(value, (list, tuple, set, frozenset)):
            items = [_text(self.of(each, depth)) for each in list(value)]
            return items if isinstance(value, (list, tuple)) else sorted(items)
        is_own = _home(kind).partition(".")[0] == self._package or isinstance(value, types.FunctionType)
        inner = dict(vars(value)) if is_own and hasattr(value, "__dict__") else {}
        names = [key for key in inner if isinstance(key, str) and key[:2] != "__"]
        return [
            str(getattr(value, "__qualname__", kind.__qualname__)),
            {key: self.of(inner[key], depth) for key in names},
        ]


def _text(tree: Any) -> str:
    return json.dumps(tree, sort_keys=True)


def _home(value: Any) -> str:
    return str(getattr(value, "__module__", None))
