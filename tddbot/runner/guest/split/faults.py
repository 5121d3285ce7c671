"""Exceptions as plain data and back: those that Python has, and those that a module itself defines most plainly."""

from __future__ import annotations

import builtins
from typing import Any, Callable

from tddbot.runner.guest.split.scalars import NonsenseError, NotPlainError

_MOST_CAUSES = 8
_EXTRA = {
    "OSError": ("filename", "filename2"), "ImportError": ("name", "path"), "NameError": ("name",),
    "AttributeError": ("name",), "StopIteration": (), "SystemExit": (),
}  # fmt: skip

BUILTIN = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and (issubclass(value, Exception) or value is SystemExit) and value.__name__ == name
}
"""Nothing that would end pytest itself: no KeyboardInterrupt."""

Find = Callable[[str, str], Any]
"""Returns the class of an exception by its module and name, or raises NotPlainError."""


def describe(error: BaseException, left: int = _MOST_CAUSES) -> dict[str, Any]:
    """Return what is needed to raise it elsewhere; parts of it may be no plain data yet."""
    kind = type(error)
    if left == 0:
        raise NotPlainError("exceptions with too many causes")
    causes = [
        None if cause is None else describe(cause, left - 1)
        for cause in (error.__cause__, None if error.__suppress_context__ else error.__context__)
    ]
    return {
        "module": str(kind.__module__), "name": str(kind.__qualname__), "args": error.args, "own": vars(error),
        "extra": {name: value for name, value in _extra(error) if value is not None}, "causes": causes,
        "suppressed": error.__suppress_context__,
    }  # fmt: skip


def _extra(error: BaseException) -> list[tuple[str, Any]]:
    names = [name for base in type(error).__mro__ for name in _EXTRA.get(base.__name__, ())]
    return [(name, getattr(error, name, None)) for name in names]


def rebuild(told: Any, find: Find, left: int = _MOST_CAUSES) -> BaseException:
    """Return the exception that `told`, plain data from an enemy, describes."""
    module, name, args, own, extra, causes, suppressed = _checked(told, left)
    kind = BUILTIN.get(name) if module == "builtins" else find(module, name)
    if kind is None:
        raise NotPlainError("an exception of type %s.%s" % (module, name))
    try:
        error = _made(kind, args, extra, module == "builtins")
        vars(error).update(own)
        for extra_name, value in extra.items():
            if not isinstance(error, OSError):
                setattr(error, extra_name, value)
    except (TypeError, ValueError, AttributeError, OverflowError):
        raise NonsenseError("an exception that cannot be made") from None
    first, second = (None if cause is None else rebuild(cause, find, left - 1) for cause in causes)
    error.__cause__, error.__context__, error.__suppress_context__ = first, second, suppressed
    return error


def _made(kind: type, args: Any, extra: dict[str, Any], builtin: bool) -> BaseException:
    if issubclass(kind, OSError) and len(args) == 2:
        args = (*args, extra.get("filename"), None, extra.get("filename2"))
    # A class of the repository may have an __init__ of its own, which wants what it was called with.
    error: BaseException = kind(*args) if builtin else kind.__new__(kind, *args)
    if not isinstance(error, OSError):
        error.args = args
    return error


def _checked(told: Any, left: int) -> tuple[str, str, Any, dict[str, Any], dict[str, Any], list[Any], bool]:
    fields = ("module", "name", "args", "own", "extra", "causes", "suppressed")
    if type(told) is not dict or tuple(told) != fields or left == 0:
        raise NonsenseError("no exception")
    values = tuple(told.values())
    kinds = (str, str, tuple, dict, dict, list, bool)
    if tuple(map(type, values)) != kinds or len(values[5]) != 2:
        raise NonsenseError("no exception")
    allowed = {name for names in _EXTRA.values() for name in names}
    if not allowed.issuperset(values[4]) or not all(type(name) is str for name in values[3]):
        raise NonsenseError("no exception")
    return values
