"""Kinds of plain values, by which expressions are put together: `list:int`, `str`, `dict`."""

from collections.abc import Sequence
from itertools import chain
from typing import Any


class Fault:
    """What stands in a column where an evaluation failed."""

    def __repr__(self) -> str:
        return "<fault>"


FAULT = Fault()

Column = list[Any]
"""An expression's values: one for each example, and after those one for each probe."""

NUMBERS = ("int", "float")
LISTS = tuple(f"list:{element}" for element in ("int", "float", "str", "bool", "list", "tuple", "dict", "any", ""))
SEQUENCES = (*LISTS, "tuple", "str")
ITERABLES = (*SEQUENCES, "set", "dict")
SCALARS = ("bool", "int", "float", "str", "none")
ANY = (*SCALARS, *LISTS, "tuple", "set", "dict", "any")

_NAMES: dict[type, str] = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    type(None): "none",
    tuple: "tuple",
    set: "set",
    frozenset: "set",
    dict: "dict",
    list: "list",
}
_MIXED = "any"


def kind_of(column: Sequence[Any]) -> str:
    """Return the kind that all values of a column have in common; `any` where there is none."""
    types = set(map(type, column))
    types.discard(Fault)
    kind = _common(types)
    if kind != "list":
        return kind
    inner = set(map(type, chain.from_iterable(value for value in column if value is not FAULT)))
    return f"list:{_element(inner)}"


def _common(types: set[type]) -> str:
    if len(types) == 1:
        return _NAMES.get(next(iter(types)), _MIXED)
    return "float" if types == {int, float} else _MIXED


def _element(types: set[type]) -> str:
    if not types:
        return ""
    kind = _common(types)
    return kind if f"list:{kind}" in LISTS else _MIXED


def fits(kind: str, wanted: str) -> bool:
    """Whether values of a kind may be the values wanted: an int is a float, an empty list is a list of anything."""
    if kind == wanted or (kind, wanted) in (("int", "float"), ("list:int", "list:float")):
        return True
    return kind == "list:" and wanted.startswith("list:")


def is_plain(value: object, depth: int = 6) -> bool:
    """Whether a value is made of numbers, texts and containers of such alone."""
    if depth == 0:
        return False
    if type(value) in (list, tuple, set, frozenset):
        return all(is_plain(each, depth - 1) for each in value)  # type: ignore[attr-defined]
    if type(value) is dict:
        return all(is_plain(key, depth - 1) and is_plain(each, depth - 1) for key, each in value.items())
    return type(value) in _NAMES


def weight(value: object) -> int:
    """Return how many items and characters a plain value holds."""
    if isinstance(value, str):
        return 1 + len(value)
    if isinstance(value, list | tuple | set | frozenset):
        return 1 + sum(map(weight, value))
    if isinstance(value, dict):
        return 1 + sum(weight(key) + weight(each) for key, each in value.items())
    return 1
