"""The wrong logic: `and` for `or`, a condition too many, a `not` too many or too few."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst

_FIXED = ("True", "False", "None", "self", "cls")
_LOOSE = frozenset({"BooleanOperation", "IfExp", "Lambda", "NamedExpr", "Yield"})


def connective(place: Place, node: "cst.BooleanOperation") -> Iterator[Change]:
    """Turn `and` into `or` and the other way round."""
    yield place.replace(node.operator, "or" if kind(node.operator) == "And" else "and", 0.8)


def extra_condition(place: Place, node: "cst.BooleanOperation") -> Iterator[Change]:
    """Keep one side only."""
    yield place.replace(node, place.code(node.left), 0.15)
    yield place.replace(node, place.code(node.right), 0.15)


def one_branch(place: Place, node: "cst.IfExp") -> Iterator[Change]:
    """Keep one branch only."""
    yield place.replace(node, place.code(node.body), 0.06)
    yield place.replace(node, place.code(node.orelse), 0.06)


def double_negation(place: Place, node: "cst.UnaryOperation") -> Iterator[Change]:
    """Drop a `not`."""
    if kind(node.operator) == "Not":
        yield place.replace(node, place.code(node.expression), 0.8)


def negated_condition(place: Place, node: Any) -> Iterator[Change]:
    """Put a `not` before the condition of an `if`, `while`, conditional expression, comprehension or case guard."""
    test = node.guard if kind(node) == "MatchCase" else node.test
    if test is not None:
        yield from _negated(place, test, 0.5)


def negated_operand(place: Place, node: "cst.BooleanOperation") -> Iterator[Change]:
    """Put a `not` before one side of an `and` or an `or`."""
    yield from _negated(place, node.left, 0.25)
    yield from _negated(place, node.right, 0.25)


def negated_value(place: Place, node: Any) -> Iterator[Change]:
    """Put a `not` before a value that is returned and may be a truth value."""
    if kind(node.value) in ("Call", "BooleanOperation", "Name", "Attribute") and place.bare(node.value) not in _FIXED:
        yield from _negated(place, node.value, 0.15)


def negated_kept(place: Place, node: "cst.Assign") -> Iterator[Change]:
    """Put a `not` before a value that is kept, above all where a variable is kept as what it is."""
    if kind(node.value) in ("Name", "Attribute", "Call") and place.bare(node.value) not in _FIXED:
        is_idle = place.code(node.targets[0].target) == place.code(node.value)
        yield from _negated(place, node.value, 0.5 if is_idle else 0.04)


def _negated(place: Place, test: Any, prior: float) -> Iterator[Change]:
    """A comparison is turned round by its own operator, and a `not` by its own loss."""
    if kind(test) == "Comparison" and len(test.comparisons) == 1:
        return
    if kind(test) == "UnaryOperation" and kind(test.operator) == "Not":
        return
    text = place.bare(test)
    yield place.replace(test, f"not ({text})" if kind(test) in _LOOSE else f"not {text}", prior)
