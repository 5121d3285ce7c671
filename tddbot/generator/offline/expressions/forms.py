"""The table of forms: comprehensions, and calls that take a key."""

from typing import Any

from tddbot.generator.offline.expressions.expression import Form
from tddbot.generator.offline.expressions.kinds import FAULT, Column


def _sound(column: Column) -> Column:
    if FAULT in column:
        raise ValueError("a body failed")
    return column


def _mapped(_items: list[Any], body: Column) -> list[Any]:
    return list(_sound(body))


def _filtered(items: list[Any], keep: Column) -> list[Any]:
    return [item for item, kept in zip(items, _sound(keep), strict=True) if kept]


def _both(_items: list[Any], keep: Column, body: Column) -> list[Any]:
    return _sound([value for value, kept in zip(body, _sound(keep), strict=True) if kept])


def _keyed(_items: list[Any], keys: Column, values: Column) -> dict[Any, Any]:
    return dict(zip(_sound(keys), _sound(values), strict=True))


def _by(keys: Column, items: list[Any]) -> list[int]:
    """Return the items' places in the order of their keys."""
    return sorted(range(len(items)), key=_sound(keys).__getitem__)


def _sorted(items: list[Any], keys: Column) -> list[Any]:
    return [items[at] for at in _by(keys, items)]


def _least(items: list[Any], keys: Column) -> Any:
    return items[min(range(len(items)), key=_sound(keys).__getitem__)]


def _most(items: list[Any], keys: Column) -> Any:
    return items[max(range(len(items)), key=_sound(keys).__getitem__)]


MAP = Form("{2} for {0} in {1}", ("comprehension",), _mapped, 1, is_list=True)
FILTER = Form("{0} for {0} in {1} if {2}", ("comprehension", "name", "condition"), _filtered, 1, is_list=True)
BOTH = Form("{3} for {0} in {1} if {2}", ("comprehension", "condition"), _both, 2, is_list=True)
DICT = Form("{{{2}: {3} for {0} in {1}}}", ("comprehension:dict",), _keyed, 2, "dict")
SORTED = Form("sorted({1}, key=lambda {0}: {2})", ("call:sorted", "keyword:key"), _sorted, 1)
LEAST = Form("min({1}, key=lambda {0}: {2})", ("call:min", "keyword:key"), _least, 1)
MOST = Form("max({1}, key=lambda {0}: {2})", ("call:max", "keyword:key"), _most, 1)
