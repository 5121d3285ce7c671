"""The one list that is held in several places: a row that is repeated, a default that all keys or calls share."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst

_SHARED = frozenset({"List", "Dict", "Set", "ListComp", "DictComp", "SetComp"})
_EMPTY = ("[]", "{}", "set()", "list()", "dict()")


def repeated_row(place: Place, node: "cst.BinaryOperation") -> Iterator[Change]:
    """Make each row of a table anew."""
    row: Any = node.left
    if kind(node.operator) != "Multiply" or kind(row) != "List" or len(row.elements) != 1:
        return
    element = row.elements[0].value
    is_table = kind(element) == "BinaryOperation" and kind(element.left) == "List"
    if kind(element) in _SHARED or is_table or place.code(element) in _EMPTY:
        yield place.replace(node, f"[{place.code(element)} for _ in range({place.bare(node.right)})]", 0.8)


def shared_value(place: Place, node: "cst.Call") -> Iterator[Change]:
    """Give each key a value of its own."""
    if place.code(node.func) == "dict.fromkeys" and len(node.args) == 2:
        keys, value = (place.code(arg.value) for arg in node.args)
        if kind(node.args[1].value) in _SHARED or value in _EMPTY:
            yield place.replace(node, f"{{key: {value} for key in {keys}}}", 0.5)


def shared_default(place: Place, node: "cst.Param") -> Iterator[Change]:
    """Let a default that all calls would share be None, in a function that asks for None."""
    if node.default is not None and place.bare(node.default) in _EMPTY:
        yield place.replace(node.default, "None", 0.6)
