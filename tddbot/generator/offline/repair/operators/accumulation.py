"""The value that is kept where it should be gathered: a lost sum, a lost greatest or least."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.repair.operators.slots import NUMERIC, is_value
from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst

_FIRST_VALUES = frozenset({"Integer", "Float", "SimpleString", "List", "Dict", "Set", "Tuple", "Lambda"})
_MOST_NAMES = 6
_SUMS = (("+=", 0.12), ("-=", 0.05), ("*=", 0.04), ("//=", 0.03), ("%=", 0.02), ("/=", 0.01))
_TARGETS = ("Name", "Attribute", "Subscript")


def lost_sum(place: Place, node: "cst.Assign") -> Iterator[Change]:
    """Make a plain assignment one that adds, as in a loop that keeps only its last value."""
    if _may_gather(place, node):
        start, end = place.source.outer(node.targets[0].target)[1], place.source.outer(node.value)[0]
        gap = place.source.between(start, end)
        at = start + len(gap[: gap.index("=")].encode())
        yield from (Change(at, at + 1, meant, prior) for meant, prior in _SUMS)


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
    # In the block of a loop or a branch, a number that is kept may be one that was meant to count.
    is_inner = kind(place.statement.spot.owner) != "FunctionDef"
    is_first = kind(node.value) in _FIRST_VALUES and not (is_inner and kind(node.value) == "Integer")
    return place.statement.function is not None and not is_first
