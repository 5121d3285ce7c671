"""Where an expression stands: whether it is read as a value there, and what needs brackets to be put in its place."""

from typing import Any

from tddbot.generator.offline.repair.places import Place
from tddbot.generator.offline.syntax import TEXTS, kind

_READ = frozenset(
    {
        "Arg",
        "Assign",
        "AnnAssign",
        "AugAssign",
        "BinaryOperation",
        "BooleanOperation",
        "CompFor",
        "CompIf",
        "Comparison",
        "ComparisonTarget",
        "DictComp",
        "DictElement",
        "Element",
        "For",
        "FormattedStringExpression",
        "GeneratorExp",
        "If",
        "IfExp",
        "Index",
        "Lambda",
        "ListComp",
        "Return",
        "SetComp",
        "Slice",
        "UnaryOperation",
        "While",
        "Yield",
    }
)
NUMERIC = frozenset({"Arg", "Assign", "AugAssign", "ComparisonTarget", "Comparison", "Index", "Return", "Slice"})
"""Where a value is as likely a number as anything."""

_FIXED = frozenset({"True", "False", "None", "self", "cls", "super"})
_TIGHT = frozenset({"BinaryOperation", "UnaryOperation", "Attribute", "Await", "Subscript", "Call"})
_JOINED = frozenset({"BooleanOperation", "Comparison", "ComparisonTarget", "IfExp"})


def is_value(place: Place, node: Any) -> bool:
    """Whether an expression is read as a value, and is neither called nor looked into."""
    parent = place.parent
    if kind(parent) in ("Assign", "AnnAssign", "AugAssign") and getattr(parent, "value", None) is not node:
        return False
    is_fixed = kind(node) == "Name" and node.value in _FIXED
    return kind(parent) in _READ and kind(node) not in TEXTS and not is_fixed


def of_sum(place: Place, node: Any, text: str) -> str:
    """Return the text of a sum as it may stand where the node does."""
    parent: Any = place.parent
    if node.lpar or kind(parent) not in _TIGHT:
        return text
    if kind(parent) == "BinaryOperation" and parent.left is node and kind(parent.operator) in ("Add", "Subtract"):
        return text
    return f"({text})"


def of_condition(place: Place, node: Any, text: str) -> str:
    """Return the text of a condition of two parts as it may stand where the node does."""
    return text if node.lpar or kind(place.parent) not in _TIGHT | _JOINED else f"({text})"


def operand(place: Place, node: Any) -> str:
    """Return the text of an expression as it may stand in a sum, in a comparison, or before a dot."""
    text = place.code(node)
    is_atom = bool(node.lpar) or kind(node) in ("Name", "Call", "Attribute", "Subscript", "Integer", "List", "Dict")
    return text if is_atom else f"({text})"
