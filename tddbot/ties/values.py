"""Python values and their source texts: read what a laboratory has recorded, and write what is made of it."""

import ast
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tddbot.parsing import quietly

Value = Any
"""A plain value: what `read` returns."""

_CALLS = {"set": set, "frozenset": frozenset, "float": float, "complex": complex}
_DIGITS = 12
# Ten times what a laboratory writes of a value: whoever has more to say there is not it.
_LONGEST = 40_000
_DEEPEST = 100
_MOST_BITS = 14_000  # of an int that can still be written


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value of which only the source is known, such as `Decimal('1.5')`: carried on as it is."""

    text: str


def read(text: str) -> Value:
    """Return the value of a source text; what is no plain value, or only in parts, is Opaque as a whole.

    So is what is too long or too deep to be one that was recorded: the text may be anybody's.
    """
    try:
        tree = tree_of(text)
        return _value(tree.body)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError, OverflowError):
        return Opaque(text.strip())


def tree_of(text: str) -> ast.Expression:
    """Return the tree of an expression that is neither long nor deep. Raise ValueError, or what the parser does."""
    if len(text) > _LONGEST:
        raise ValueError("is too long")
    with quietly():
        tree = ast.parse(text.strip(), mode="eval")
    waiting: list[tuple[ast.AST, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > _DEEPEST:
            raise ValueError("nests too deeply")
        waiting += [(each, depth + 1) for each in ast.iter_child_nodes(node)]
    return tree


def _value(node: ast.expr) -> Value:
    match node:
        case ast.Constant(value) if not isinstance(value, int) or value.bit_length() <= _MOST_BITS:
            return value
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand)
        case ast.BinOp(left, ast.Add() | ast.Sub() as sign, right):
            first, second = _value(left), _value(right)
            if isinstance(second, complex):
                return first + second if isinstance(sign, ast.Add) else first - second
        case ast.List(items):
            return [_value(item) for item in items]
        case ast.Tuple(items):
            return tuple(_value(item) for item in items)
        case ast.Set(items):
            return {_value(item) for item in items}
        case ast.Dict(keys, values):
            return {_value(key): _value(value) for key, value in zip(keys, values, strict=True) if key is not None}
        case ast.Call(ast.Name(name), args, []) if name in _CALLS:
            return _CALLS[name](*map(_value, args))
    raise ValueError("is no plain value")


def written(value: Value) -> str:
    """Return the source text of a value, always the same for equal sets."""
    match value:
        case Opaque(text):
            return text
        case float() if not math.isfinite(value):
            return f"float('{value}')"
        case list():
            return f"[{_joined(value)}]"
        case tuple():
            return f"({_joined(value)}{',' if len(value) == 1 else ''})"
        case dict():
            return "{" + ", ".join(f"{written(key)}: {written(item)}" for key, item in value.items()) + "}"
        case set():
            return "{" + _joined(in_order(value)) + "}" if value else "set()"
        case frozenset():
            return f"frozenset({{{_joined(in_order(value))}}})" if value else "frozenset()"
    return repr(value)


def _joined(values: Iterable[Value]) -> str:
    return ", ".join(map(written, values))


def in_order(values: Iterable[Value]) -> list[Value]:
    """Return values sorted by themselves where they can be compared, else by their texts."""
    found = list(values)
    try:
        return sorted(found, key=None if all(each == each for each in found) else written)
    except TypeError:
        return sorted(found, key=written)


def kind_of(value: Value) -> str:
    """Return the name of a value's type; of an opaque one, what its source calls."""
    return value.text.partition("(")[0] if isinstance(value, Opaque) else type(value).__name__


def behaviour(text: str) -> str:
    """Return a text that is the same for two answers that no `==` of a test would tell apart.

    1 and 1.0 are the same, and so are floats that differ only by rounding; True and 1 are not, since a test says `is`.
    """
    value = read(text)
    return text if isinstance(value, Opaque) else written(_levelled(value))


def _levelled(value: Value) -> Value:
    match value:
        case float() if math.isfinite(value):
            rounded = float(f"{value:.{_DIGITS}g}")
            return int(rounded) if rounded.is_integer() else rounded
        case list():
            return [_levelled(item) for item in value]
        case tuple():
            return tuple(_levelled(item) for item in value)
        case set() | frozenset():
            return frozenset(map(_levelled, value))  # one may hold another
        case dict():
            pairs = [(_levelled(key), _levelled(item)) for key, item in value.items()]
            return dict(sorted(pairs, key=lambda pair: written(pair[0])))
    return value
