"""What is left out: a statement, a returned value, a question. Only a mutation wants it: no repair takes these away."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst

_DOING = frozenset({"Assign", "AugAssign", "Raise", "Del"})
_CALLS = frozenset({"Call", "Await"})


def lost_statement(place: Place, node: "cst.SimpleStatementLine | cst.SimpleStatementSuite") -> Iterator[Change]:
    """Do nothing instead of what a lone simple statement does."""
    if len(node.body) != 1:
        return
    only: Any = node.body[0]
    if kind(only) in _DOING or (kind(only) == "Expr" and kind(only.value) in _CALLS):
        yield place.replace(only, "pass", 0.4)


def lost_result(place: Place, node: "cst.Return") -> Iterator[Change]:
    """Return nothing."""
    if node.value is not None and place.bare(node.value) != "None":
        yield place.replace(node.value, "None", 0.4)


def lost_question(place: Place, node: "cst.If | cst.IfExp | cst.CompIf") -> Iterator[Change]:
    """Take a condition for false, or for true, without asking."""
    if place.bare(node.test) not in ("True", "False"):
        yield place.replace(node.test, "False", 0.4)
        yield place.replace(node.test, "True", 0.4)
