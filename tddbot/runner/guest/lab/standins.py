"""What stands in for a function while a recorder listens: its code, which only takes note, and what it returns."""

from __future__ import annotations

from typing import Any, Tuple


class UnknownError(Exception):
    """A test does with a result what only the real one could bear."""


class Result:
    """Stands for what a call returns."""

    def __init__(self, arguments: Tuple[str, ...], keywords: Tuple[Tuple[str, str], ...]) -> None:
        self.arguments = arguments
        self.keywords = keywords


def _function(*arguments: Any, **keywords: Any) -> Any:
    return __tddbot_demands__.called(arguments, keywords)  # type: ignore[name-defined]  # noqa: F821


async def _async_function(*arguments: Any, **keywords: Any) -> Any:
    return __tddbot_demands__.called(arguments, keywords)  # type: ignore[name-defined]  # noqa: F821


def _method(_: Any, *arguments: Any, **keywords: Any) -> Any:
    return __tddbot_demands__.called(arguments, keywords)  # type: ignore[name-defined]  # noqa: F821


async def _async_method(_: Any, *arguments: Any, **keywords: Any) -> Any:
    return __tddbot_demands__.called(arguments, keywords)  # type: ignore[name-defined]  # noqa: F821


CODES = {
    (False, False): _function.__code__,
    (False, True): _async_function.__code__,
    (True, False): _method.__code__,
    (True, True): _async_method.__code__,
}
"""What a function is given for its code: by whether it is a method, and whether it is awaited."""


def _unknown(*_: object, **__: object) -> Any:
    raise UnknownError


_OPERATIONS = (
    "eq", "ne", "lt", "le", "gt", "ge", "bool", "len", "iter", "next", "contains", "getitem", "setitem", "call",
    "add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv", "rfloordiv", "mod", "rmod",
    "pow", "rpow", "neg", "pos", "abs", "int", "float", "index", "round", "and", "or", "xor", "enter", "exit", "str",
    "format", "getattr",
)  # fmt: skip
for _name in _OPERATIONS:
    setattr(Result, "__%s__" % _name, _unknown)
Result.__hash__ = object.__hash__  # type: ignore[method-assign]
