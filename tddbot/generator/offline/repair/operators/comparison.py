"""The wrong comparison: a boundary that is off by one case, a direction, an identity or a membership turned round."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst

# For each operator what was meant instead, likeliest first: the boundary case, then the direction, then the rest.
_MEANT: dict[str, tuple[tuple[str, float], ...]] = {
    "LessThan": (("<=", 1.0), (">", 0.5), (">=", 0.4), ("!=", 0.2), ("==", 0.15)),
    "LessThanEqual": (("<", 1.0), (">=", 0.5), (">", 0.4), ("==", 0.2), ("!=", 0.1)),
    "GreaterThan": ((">=", 1.0), ("<", 0.5), ("<=", 0.4), ("!=", 0.2), ("==", 0.15)),
    "GreaterThanEqual": ((">", 1.0), ("<=", 0.5), ("<", 0.4), ("==", 0.2), ("!=", 0.1)),
    "Equal": (("!=", 0.8), (">=", 0.3), ("<=", 0.3), ("in", 0.15), (">", 0.1), ("<", 0.1), ("is", 0.05)),
    "NotEqual": (("==", 0.8), ("<", 0.25), (">", 0.25), ("not in", 0.15), ("<=", 0.1), (">=", 0.1), ("is not", 0.05)),
    "In": (("not in", 0.8), ("==", 0.15)),
    "NotIn": (("in", 0.8), ("!=", 0.15)),
    "Is": (("is not", 0.8), ("==", 0.4)),
    "IsNot": (("is", 0.8), ("!=", 0.4)),
}
_SINGLETONS = frozenset({"None", "True", "False"})
_LITERALS = frozenset(
    {"Integer", "Float", "SimpleString", "ConcatenatedString", "FormattedString", "Tuple", "List", "Dict"}
)


def comparison(place: Place, node: "cst.ComparisonTarget") -> Iterator[Change]:
    """Put another comparison operator in place of this one."""
    for text, prior in _MEANT.get(kind(node.operator), ()):
        if _makes_sense(place, node, text):
            yield place.replace(node.operator, text, prior)


def _makes_sense(place: Place, node: "cst.ComparisonTarget", text: str) -> bool:
    """Identity with a literal is a warning of Python's own; nothing is less than None."""
    right = place.code(node.comparator)
    if text in ("is", "is not"):
        return kind(node.comparator) not in _LITERALS and kind(getattr(place.parent, "left", None)) not in _LITERALS
    if text in ("in", "not in"):
        return right not in _SINGLETONS and kind(node.comparator) not in ("Integer", "Float")
    return text in ("==", "!=") or right not in _SINGLETONS
