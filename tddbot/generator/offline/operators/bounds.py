"""Off by one where no constant is at fault: bounds of slices, indices and ranges that want one more or one less."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.places import Change, Place
from tddbot.generator.offline.syntax import TEXTS, kind

if TYPE_CHECKING:
    import libcst as cst

_AT_LEAST_A_SUM = frozenset({"Add", "Subtract", "Multiply", "Divide", "FloorDivide", "Modulo", "Power"})
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


def needless_one(place: Place, node: "cst.BinaryOperation") -> Iterator[Change]:
    """Drop a `+ 1` or `- 1`."""
    if kind(node.operator) in ("Add", "Subtract") and place.code(node.right) == "1":
        yield place.replace(node, place.code(node.left), 0.4)


def lost_one(place: Place, node: "cst.Return") -> Iterator[Change]:
    """Return one more or one less of a number that is counted or computed."""
    value: Any = node.value
    is_computed = kind(value) == "BinaryOperation" and kind(value.left) not in TEXTS
    if is_computed or (kind(value) == "Call" and place.code(value.func) == "len"):
        yield from _shifted(place, value, 0.08)


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
