"""Off by one where no constant is at fault: bounds of slices, indices and ranges that want one more or one less."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.repair.operators.slots import is_value, of_sum
from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import TEXTS, kind

if TYPE_CHECKING:
    import libcst as cst

_AT_LEAST_A_SUM = frozenset({"Add", "Subtract", "Multiply", "Divide", "FloorDivide", "Modulo", "Power"})
_LOST = {
    "Arg": 0.06,
    "Assign": 0.08,
    "AugAssign": 0.05,
    "Comparison": 0.06,
    "ComparisonTarget": 0.1,
    "Element": 0.05,
    "Return": 0.1,
}
_MOST_NAMES = 6
_PLAIN = frozenset({"Name", "Attribute", "Call", "BinaryOperation", "Subscript"})


def slice_bounds(place: Place, node: "cst.Slice") -> Iterator[Change]:
    """Move a bound of a slice by one, add one that is not there, or take one away."""
    colon = place.source.inner(node.first_colon)
    if node.lower is None:
        yield Change(colon[0], colon[0], "1", 0.12)
    else:
        yield from _shifted(place, node.lower, 0.3)
    if node.upper is None:
        yield Change(colon[1], colon[1], "-1", 0.12)
    else:
        yield from _shifted(place, node.upper, 0.3)
        yield place.replace(node.upper, "", 0.08)


def slice_step(place: Place, node: "cst.Slice") -> Iterator[Change]:
    """Turn a whole copy round, or a reversal into a copy."""
    if node.lower is None and node.upper is None:
        yield place.replace(node, ":" if node.step is not None else "::-1", 0.1)


def index(place: Place, node: "cst.Index") -> Iterator[Change]:
    """Take the next or the one before."""
    yield from _shifted(place, node.value, 0.12)


def range_bounds(place: Place, node: "cst.Call") -> Iterator[Change]:
    """Let a range end, or start, one later or one sooner."""
    if place.code(node.func) == "range":
        bounds = node.args[:2]
        for arg in bounds:
            is_stop = arg is bounds[-1]
            if not arg.star:
                yield from _shifted(place, arg.value, 0.45 if is_stop else 0.25)
        if len(node.args) == 1 and not node.args[0].star:
            yield place.replace(node.args[0].value, f"1, {place.bare(node.args[0].value)}", 0.15)


def lost_start(place: Place, node: "cst.Call") -> Iterator[Change]:
    """Let a range start at 2 or a variable, or go backwards."""
    if place.code(node.func) != "range" or any(arg.star for arg in node.args):
        return
    text = ", ".join(place.code(arg.value) for arg in node.args)
    names = [start for name in place.names[:_MOST_NAMES] for start in (name, f"{name} + 1")]
    start, end = place.source.outer(node.args[0].value)[0], place.source.outer(node.args[-1].value)[1]
    if len(node.args) == 1:
        for first in ("2", *names):
            yield Change(start, end, f"{first}, {text}", 0.05)
        yield Change(start, end, f"len({text})", 0.05)
        yield Change(start, end, f"{text} - 1, -1, -1", 0.05)
    elif len(node.args) == 2:
        for step in ("2", "-1", *place.names[:_MOST_NAMES]):
            yield Change(start, end, f"{text}, {step}", 0.06)


def needless_one(place: Place, node: "cst.BinaryOperation") -> Iterator[Change]:
    """Drop a `+ 1` or `- 1`, before or behind."""
    if kind(node.operator) in ("Add", "Subtract") and place.code(node.right) == "1":
        yield place.replace(node, place.code(node.left), 0.6)
    elif kind(node.operator) == "Add" and place.code(node.left) == "1":
        yield place.replace(node, place.code(node.right), 0.4)


def lost_one(place: Place, node: Any) -> Iterator[Change]:
    """Take one more or one less of a value that is returned, passed on, compared or kept."""
    prior = _LOST.get(kind(place.parent), 0.0)
    if not prior or not is_value(place, node) or (kind(node) == "BinaryOperation" and kind(node.left) in TEXTS):
        return
    is_counted = kind(node) == "BinaryOperation" or place.code(node).startswith("len(")
    yield from _shifted(place, node, prior if is_counted else prior / 2)


def lost_one_inside(place: Place, node: Any) -> Iterator[Change]:
    """Take one more or one less of any other value."""
    if is_value(place, node) and kind(place.parent) not in _LOST:
        for text in (f"{place.bare(node)} + 1", f"{place.bare(node)} - 1"):
            yield place.replace(node, of_sum(place, node, text), 0.03)


def _shifted(place: Place, node: Any, prior: float) -> Iterator[Change]:
    """One more or one less of what is not a constant; a sum whose one can be dropped is left to that."""
    if kind(node) not in _PLAIN or _ends_with_one(place, node):
        return
    text = place.bare(node)
    if kind(node) == "BinaryOperation" and kind(node.operator) not in _AT_LEAST_A_SUM:
        text = f"({text})"
    yield place.replace(node, f"{text} + 1", prior)
    yield place.replace(node, f"{text} - 1", prior)


def _ends_with_one(place: Place, node: Any) -> bool:
    return kind(node) == "BinaryOperation" and place.code(node.right) == "1"
