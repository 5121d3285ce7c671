"""Whether two demands of one and the same call exclude each other. Pure, and silent where there is any doubt."""

import builtins
import math
from typing import Any

from tddbot.lab import Example, Relation
from tddbot.ties.values import Opaque, read

_RELATIVE, _ABSOLUTE = 1e-4, 1e-6
"""What is nearly the same, well above the tolerances that pytest, unittest, math and numpy have by themselves."""

_SINGLETONS = (None, True, False)


def excluding(one: Example, other: Example) -> str | None:
    """Say in words that follow a call why no result of it can satisfy both, or None where one might.

    Nothing is known of the tolerance of what is to be nearly a value but that it is a usual one.
    """
    decide = _raising if Relation.RAISES in (one.relation, other.relation) else _unequal
    excluded = decide(one, other)
    return f"cannot both {_said(one)} and {_said(other)}" if excluded else None


def _raising(one: Example, other: Example) -> bool:
    """What raises has no result; two exceptions may be one, where a class has both for its bases."""
    names = [each.expected for each in (one, other) if each.relation is Relation.RAISES]
    if len(names) == 1:
        return not names[0].endswith("Warning")
    first, second = (getattr(builtins, name, None) for name in names)
    if not isinstance(first, type) or not isinstance(second, type):
        return False
    return not issubclass(first, second) and not issubclass(second, first) and not _is_mapping_like(first, second)


def _is_mapping_like(first: type, second: type) -> bool:
    """Attributes that are looked up as keys raise what is both, by habit."""
    return any(issubclass(one, LookupError) and issubclass(two, AttributeError | LookupError)
               for one, two in ((first, second), (second, first)))  # fmt: skip


def _unequal(one: Example, other: Example) -> bool:
    relations = (one.relation, other.relation)
    if any(each in (Relation.TRUE, Relation.FALSE) for each in relations):
        return _truths(one, other)
    first, second = read(one.expected), read(other.expected)
    if not _is_certain(one, first) or not _is_certain(other, second):
        return False
    if Relation.IS in relations:
        return not _is_nearly(first, second) if Relation.NEARLY in relations else _differ(first, second, relations)
    return not (_is_nearly(first, second) if Relation.NEARLY in relations else first == second)


def _differ(first: Any, second: Any, relations: tuple[Relation, Relation]) -> bool:
    """Of two that are to be the same object, True is not 1; what only equals is compared as equal."""
    both = all(each is Relation.IS for each in relations)
    return first is not second if both else bool(first != second)


def _truths(one: Example, other: Example) -> bool:
    """Whether one is to be true and the other false; of what is nearly a value, only zero may be either."""
    found = [_truth(each) for each in (one, other)]
    return None not in found and found[0] is not found[1]


def _truth(example: Example) -> bool | None:
    if example.relation in (Relation.TRUE, Relation.FALSE):
        return example.relation is Relation.TRUE
    value = read(example.expected)
    if not _is_certain(example, value):
        return None
    if example.relation is Relation.NEARLY:
        is_far = isinstance(value, int | float | complex) and not _is_nearly(value, 0)
        return True if is_far else None
    return bool(value)


def _is_certain(example: Example, value: Any) -> bool:
    """Whether a value can be compared; identity is one of None, True and False only."""
    if example.relation is Relation.IS:
        return any(value is each for each in _SINGLETONS)
    return not _is_odd(value)


def _is_odd(value: Any) -> bool:
    """Whether a value is not plain, or holds one that does not equal itself."""
    match value:
        case Opaque():
            return True
        case list() | tuple() | set() | frozenset():
            return any(map(_is_odd, value))
        case dict():
            return any(_is_odd(each) for pair in value.items() for each in pair)
    return bool(value != value)


def _is_nearly(first: Any, second: Any) -> bool:
    match first, second:
        case (bool() | int() | float() | complex(), bool() | int() | float() | complex()):
            return _is_close(first, second)
        case (list() | tuple(), list() | tuple()):
            return len(first) == len(second) and all(map(_is_nearly, first, second))
        case (dict(), dict()):
            return first.keys() == second.keys() and all(_is_nearly(first[key], second[key]) for key in first)
    return bool(first == second)


def _is_close(first: Any, second: Any) -> bool:
    try:
        distance = abs(first - second)
        return bool(first == second or distance <= _ABSOLUTE + _RELATIVE * max(abs(first), abs(second)))
    except OverflowError:  # an int that no float holds
        return True


def _said(example: Example) -> str:
    match example.relation:
        case Relation.RAISES:
            return f"raise {example.expected}"
        case Relation.TRUE | Relation.FALSE:
            return f"be {example.relation.value}"
        case Relation.NEARLY:
            return f"be nearly {_short(example.expected)}"
        case _:
            return f"be {_short(example.expected)}"


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def is_settled(example: Example, *, mutable: bool) -> bool:
    """Whether the arguments of a call say all that there is to it, and are the same whenever their texts are.

    Those that do not equal themselves are not, nor are sets, whose order comes from their past; `mutable` tells
    whether lists and dicts are.
    """
    texts = (*example.arguments, *(text for _, text in example.keywords))
    return all(text and _is_settled(read(text), mutable) for text in texts)


def _is_settled(value: Any, mutable: bool) -> bool:
    match value:
        case Opaque():
            return False
        case set() | frozenset():
            return len(value) < 2 and (mutable or isinstance(value, frozenset)) and not _is_odd(value)
        case list() | dict() if not mutable:
            return False
        case list() | tuple():
            return all(_is_settled(each, mutable) for each in value)
        case dict():
            return all(_is_settled(each, mutable) for pair in value.items() for each in pair)
        case float():
            return not math.isnan(value)
    return True
