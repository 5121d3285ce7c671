"""The wrong result: a fixed one where it depends, no answer for what is empty, one value where a list was wanted."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst

_MOST = 6
_NOTHING = ("0", "None", "[]", "''", "False", "1")
_LOOSE = frozenset({"IfExp", "Lambda", "Yield", "NamedExpr"})


def fixed_result(place: Place, node: "cst.Return") -> Iterator[Change]:
    """Return a variable's truth, or what the function asks elsewhere, instead of a truth value."""
    function = place.statement.function
    if node.value is None or function is None or place.bare(node.value) not in ("True", "False", "None"):
        return
    for name in place.names[:_MOST]:
        for text in (name, f"not {name}", f"bool({name})"):
            yield place.replace(node.value, text, 0.06)
    for text in function.comparisons[:_MOST]:
        yield place.replace(node.value, text, 0.04)


def empty_result(place: Place, node: "cst.Return") -> Iterator[Change]:
    """Return something plain where a variable is empty, which what is returned may not bear."""
    if node.value is None or kind(node.value) in _LOOSE or kind(node.value) == "Integer":
        return
    for name in place.names[:_MOST]:
        for text in _NOTHING:
            yield place.replace(node.value, f"{place.bare(node.value)} if {name} else {text}", 0.015)


def lone_result(place: Place, node: "cst.Return") -> Iterator[Change]:
    """Return a list, or a tuple, of the one value."""
    if node.value is not None and kind(node.value) not in _LOOSE and kind(node.value) != "Tuple":
        yield place.replace(node.value, f"[{place.bare(node.value)}]", 0.05)
        yield place.replace(node.value, f"({place.bare(node.value)},)", 0.02)
