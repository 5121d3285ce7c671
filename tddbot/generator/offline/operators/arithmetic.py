"""The wrong arithmetic: another operator, operands in the wrong order, a sign, an assignment that lost its sum."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tddbot.generator.offline.places import Change, Place
from tddbot.generator.offline.syntax import TEXTS, kind

if TYPE_CHECKING:
    import libcst as cst

# For each operator what was meant instead, likeliest first.
_MEANT: dict[str, tuple[tuple[str, float], ...]] = {
    "+": (("-", 0.7), ("*", 0.25), ("|", 0.03)),
    "-": (("+", 0.7), ("*", 0.1), ("/", 0.08), ("%", 0.05)),
    "*": (("/", 0.35), ("+", 0.35), ("**", 0.25), ("//", 0.2), ("-", 0.1), ("%", 0.05)),
    "/": (("//", 0.6), ("*", 0.5), ("%", 0.15), ("-", 0.05)),
    "//": (("/", 0.6), ("%", 0.45), ("*", 0.3), ("-", 0.05)),
    "%": (("//", 0.6), ("/", 0.35), ("*", 0.15), ("+", 0.05), ("-", 0.05)),
    "**": (("*", 0.7), ("^", 0.05)),
    "&": (("|", 0.7), ("^", 0.3), ("and", 0.2)),
    "|": (("&", 0.7), ("^", 0.3), ("or", 0.2)),
    "^": (("**", 0.5), ("&", 0.4), ("|", 0.4)),
    "<<": ((">>", 0.8),),
    ">>": (("<<", 0.8),),
}
_ORDERED = {"-": 0.2, "/": 0.2, "//": 0.2, "%": 0.15, "**": 0.15, "<<": 0.1, ">>": 0.1, "+": 0.06}
_FIRST_VALUES = frozenset({"Integer", "Float", "SimpleString", "List", "Dict", "Set", "Tuple", "Lambda"})


def arithmetic(place: Place, node: "cst.BinaryOperation") -> Iterator[Change]:
    """Put another binary operator in place of this one."""
    text = place.code(node.operator)
    if kind(node.left) in TEXTS or kind(node.right) in TEXTS:
        return
    for meant, prior in _MEANT.get(text, ()):
        yield place.replace(node.operator, meant, prior)


def operand_order(place: Place, node: "cst.BinaryOperation") -> Iterator[Change]:
    """Swap the operands where their order matters (of a sum, only a sequence's)."""
    prior = _ORDERED.get(place.code(node.operator))
    if prior and _is_atom(node.left) and _is_atom(node.right):
        yield place.swap(node.left, node.right, prior)


def augmented(place: Place, node: "cst.AugAssign") -> Iterator[Change]:
    """Put another augmented assignment, or a plain one, in place of this one."""
    text = place.code(node.operator)
    for meant, prior in _MEANT.get(text.removesuffix("="), ()):
        if meant not in ("and", "or"):
            yield place.replace(node.operator, f"{meant}=", prior)
    yield place.replace(node.operator, "=", 0.25)


def lost_sum(place: Place, node: "cst.Assign") -> Iterator[Change]:
    """Make a plain assignment one that adds, as in a loop that keeps only its last value."""
    if len(node.targets) != 1 or kind(node.targets[0].target) not in ("Name", "Attribute", "Subscript"):
        return
    if place.statement.function is None or kind(node.value) in _FIRST_VALUES:
        return
    start, end = place.source.outer(node.targets[0].target)[1], place.source.outer(node.value)[0]
    gap = place.source.between(start, end)
    at = start + len(gap[: gap.index("=")].encode())
    yield Change(at, at + 1, "+=", 0.12)


def sign(place: Place, node: "cst.UnaryOperation") -> Iterator[Change]:
    """Drop a minus (or an inversion) before anything but a number, which the constants see to."""
    if kind(node.operator) in ("Minus", "BitInvert") and kind(node.expression) != "Integer":
        yield place.replace(node, place.code(node.expression), 0.4)


def lost_sign(place: Place, node: "cst.Return") -> Iterator[Change]:
    """Put a minus before a value that is returned."""
    if node.value is not None and kind(node.value) in ("Name", "Call", "Attribute", "Subscript"):
        yield place.replace(node.value, f"-{place.bare(node.value)}", 0.06)


def _is_atom(node: "cst.BaseExpression") -> bool:
    """Whether a node may stand on either side of any operator as it is."""
    return bool(node.lpar) or kind(node) in ("Name", "Integer", "Float", "Call", "Attribute", "Subscript", "List")
