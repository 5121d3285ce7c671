"""The value that is kept where it should be gathered: a lost sum, a lost greatest or least."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.operators.slots import NUMERIC, is_value
from tddbot.generator.offline.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst

_FIRST_VALUES = frozenset({"Integer", "Float", "SimpleString", "List", "Dict", "Set", "Tuple", "Lambda"})
_MOST_NAMES = 6
_TARGETS = ("Name", "Attribute", "Subscript")


def lost_sum(place: Place, node: "cst.Assign") -> Iterator[Change]:
    """Make a plain assignment one that adds, as in a loop that keeps only its last value."""
    if _may_gather(place, node):
        start, end = place.source.outer(node.targets[0].target)[1], place.source.outer(node.value)[0]
        gap = place.source.between(start, end)
        at = start + len(gap[: gap.index("=")].encode())
        yield Change(at, at + 1, "+=", 0.12)
        yield Change(at, at + 1, "-=", 0.03)
        yield Change(at, at + 1, "*=", 0.03)


def lost_extreme(place: Place, node: "cst.Assign") -> Iterator[Change]:
    """Keep the greatest, the least, or what was there, instead of the last."""
    if _may_gather(place, node):
        old, new = place.code(node.targets[0].target), place.bare(node.value)
        yield place.replace(node.value, f"max({old}, {new})", 0.06)
        yield place.replace(node.value, f"min({old}, {new})", 0.06)


def other_extreme(place: Place, node: Any) -> Iterator[Change]:
    """Take the greater or the smaller of a value and a variable, or nought."""
    if is_value(place, node) and kind(place.parent) in NUMERIC:
        for name in (*place.names[:_MOST_NAMES], "0"):
            if name != place.bare(node):
                yield from (place.replace(node, f"{of}({name}, {place.bare(node)})", 0.02) for of in ("max", "min"))


def _may_gather(place: Place, node: "cst.Assign") -> bool:
    """A value of the function's own, and no first one."""
    if len(node.targets) != 1 or kind(node.targets[0].target) not in _TARGETS:
        return False
    return place.statement.function is not None and kind(node.value) not in _FIRST_VALUES
