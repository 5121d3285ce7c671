"""The wrong arithmetic: another operator, operands in the wrong order, one too many or too few, a lost sign."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tddbot.generator.offline.repair.operators.slots import NUMERIC, is_value, of_sum
from tddbot.generator.offline.repair.places import Change, Place
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
_SIGNED = frozenset({"Arg", "Assign", "BinaryOperation", "ComparisonTarget", "Element", "Index", "Lambda", "Return"})
_INSIDE = frozenset({"BinaryOperation", "Element", "ListComp"})
_MOST_OPERANDS = 6


def arithmetic(place: Place, node: "cst.BinaryOperation") -> Iterator[Change]:
    """Put another binary operator in place of this one."""
    text = place.code(node.operator)
    if (kind(node.left) in TEXTS or kind(node.right) in TEXTS) and text in ("%", "+", "*"):
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


def sign(place: Place, node: "cst.UnaryOperation") -> Iterator[Change]:
    """Drop a minus (or an inversion) before anything but a number, which the constants see to."""
    if kind(node.operator) in ("Minus", "BitInvert") and kind(node.expression) != "Integer":
        yield place.replace(node, place.code(node.expression), 0.4)


def lost_sign(place: Place, node: "cst.BaseExpression") -> Iterator[Change]:
    """Put a minus before a value that may be a number."""
    if is_value(place, node) and kind(place.parent) in _SIGNED:
        yield place.replace(node, f"-{place.bare(node)}", 0.06 if kind(place.parent) == "Return" else 0.03)


def extra_operand(place: Place, node: "cst.BinaryOperation") -> Iterator[Change]:
    """Keep one side only; what is counted by one is seen to with the bounds."""
    if kind(node.left) in TEXTS:
        return
    yield place.replace(node, place.code(node.left), 0.08)
    yield place.replace(node, place.code(node.right), 0.08)


def lost_operand(place: Place, node: "cst.BaseExpression") -> Iterator[Change]:
    """Add a variable to a value, or take one from it."""
    if not is_value(place, node) or kind(place.parent) not in NUMERIC | _INSIDE:
        return
    text, weight = place.bare(node), 1.0 if kind(place.parent) in NUMERIC else 0.4
    for name in place.names[:_MOST_OPERANDS]:
        for sum_, prior in ((f"{text} + {name}", 0.03), (f"{text} - {name}", 0.025), (f"{name} + {text}", 0.02)):
            yield place.replace(node, of_sum(place, node, sum_), prior * weight)
        for product in (f"{text} * {name}", f"{text} % {name}"):
            if kind(node) != "BinaryOperation":
                yield place.replace(node, of_sum(place, node, product), 0.01 * weight)


def _is_atom(node: "cst.BaseExpression") -> bool:
    """Whether a node may stand on either side of any operator as it is."""
    return bool(node.lpar) or kind(node) in ("Name", "Integer", "Float", "Call", "Attribute", "Subscript", "List")
