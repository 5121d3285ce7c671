"""Plain values as Python source. Equal values have equal texts, but for an order that a caller asks to be kept."""

from __future__ import annotations

import math
from typing import Any, List, Tuple

Answer = Tuple[str, bool, bool]
"""A text, whether it names an exception that was raised, and whether it is source for a plain value."""

_LONGEST = 4096
_DEEPEST = 30
_NAME = 200


class OddError(Exception):
    """The value is not plain, or too large."""


def told(value: Any) -> Answer:
    """Return what an expression came to."""
    text = source(value)
    return (text, False, True) if text else (_named(value), False, False)


def raised(error: BaseException) -> Answer:
    """Return what an expression came to that raised."""
    return _named(error), True, False


def source(value: Any, ordered: bool = False) -> str:
    """Return Python source for a plain value, or "" for any other; dicts are sorted, but where they are `ordered`."""
    try:
        return _Writer(ordered).write(value)
    except (OddError, RecursionError, RuntimeError, ValueError):  # another thread may be at it; numbers have a limit
        return ""


def _named(value: Any) -> str:
    return type(value).__name__[:_NAME]


class _Writer:
    """Writes one value; what it has `room` for bounds it while it is written."""

    def __init__(self, ordered: bool) -> None:
        self._ordered = ordered
        self._room = _LONGEST

    def write(self, value: Any, depth: int = 0) -> str:
        kind = type(value)
        if depth > _DEEPEST:
            raise OddError
        if kind in (list, tuple, set, frozenset, dict):
            return self._collection(value, depth)
        if kind in (str, bytes) and len(value) > _LONGEST:
            raise OddError
        if kind is int and value.bit_length() > 4 * _LONGEST:
            raise OddError
        if value is None or kind in (bool, int, str, bytes):
            return self._spent(repr(value))
        if kind is float:
            return self._spent(_float(value))
        if kind is complex:
            return self._spent("complex(%s, %s)" % (_float(value.real), _float(value.imag)))
        raise OddError

    def _spent(self, text: str) -> str:
        self._room -= len(text) + 2
        if self._room < 0:
            raise OddError
        return text

    def _collection(self, value: Any, depth: int) -> str:
        kind = type(value)
        if len(value) > _LONGEST:
            raise OddError
        self._spent("")
        if kind is dict:
            items = [
                "%s: %s" % (self.write(key, depth + 1), self.write(each, depth + 1)) for key, each in value.items()
            ]
            return "{%s}" % ", ".join(items if self._ordered else sorted(items))
        parts: List[str] = [self.write(each, depth + 1) for each in value]
        if kind is list:
            return "[%s]" % ", ".join(parts)
        if kind is tuple:
            return "(%s)" % (parts[0] + "," if len(parts) == 1 else ", ".join(parts))
        inner = "{%s}" % ", ".join(sorted(parts)) if parts else ""
        return inner if kind is set and inner else "%s(%s)" % (kind.__name__, inner)


def _float(value: float) -> str:
    return repr(value) if math.isfinite(value) else "float(%r)" % str(value)
