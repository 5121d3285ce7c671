"""The condition that asks too little: a lost part, a loop without an end, a truth that should be an identity."""

from collections.abc import Iterator
from itertools import permutations
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.repair.operators.slots import of_condition, operand
from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst

_MOST_NAMES = 6
_MOST_PARTS = 12
_LOOSE = frozenset({"IfExp", "Lambda", "NamedExpr"})


def lost_part(place: Place, node: Any) -> Iterator[Change]:
    """Ask besides what the function asks elsewhere, or whether a variable is true."""
    test = _test(node)
    if test is None:
        return
    function = place.statement.function
    for part in function.comparisons[:_MOST_PARTS] if function else ():
        if part != place.bare(test):
            yield from _joined(place, test, part, 0.06)
    for name in place.names[:_MOST_NAMES]:
        yield from _joined(place, test, name, 0.05)
        yield from _joined(place, test, f"not {name}", 0.05)


def lost_comparison(place: Place, node: Any) -> Iterator[Change]:
    """Ask besides how two variables compare, or a variable and nothing."""
    test = _test(node)
    if test is None:
        return
    for part, prior in _comparisons(place):
        yield from _joined(place, test, part, prior)


def other_condition(place: Place, node: Any) -> Iterator[Change]:
    """Ask whether a variable is true instead, or how two compare."""
    test = _test(node)
    if test is None:
        return
    for name in place.names[:_MOST_NAMES]:
        prior = 0.3 if place.bare(test) == "True" else 0.04
        yield place.replace(test, name, prior)
        yield place.replace(test, f"not {name}", prior / 2)
    for part, prior in _comparisons(place):
        yield place.replace(test, part, prior / 2)


def endless(place: Place, node: "cst.While") -> Iterator[Change]:
    """Let a loop that has no end go on for as long as a variable is true."""
    if place.bare(node.test) in ("True", "1"):
        for name in place.names[:_MOST_NAMES]:
            yield place.replace(node.test, name, 0.25)
            yield place.replace(node.test, f"not {name}", 0.1)


def identity(place: Place, node: Any) -> Iterator[Change]:
    """Ask whether something is None, or is not, where its truth is asked; and the other way round."""
    test = _test(node)
    if kind(test) in ("Name", "Attribute", "Subscript", "Call"):
        yield place.replace(test, f"{place.bare(test)} is not None", 0.12)
        yield place.replace(test, f"{place.bare(test)} is None", 0.06)
    elif kind(test) == "UnaryOperation" and kind(test.operator) == "Not":
        yield place.replace(test, f"{operand(place, test.expression)} is None", 0.12)
    elif kind(test) == "Comparison" and place.code(test).endswith(" is not None"):
        yield place.replace(test, place.code(test.left), 0.12)
    elif kind(test) == "Comparison" and place.code(test).endswith(" is None"):
        yield place.replace(test, f"not {place.code(test.left)}", 0.12)


def filtered(place: Place, node: "cst.CompFor") -> Iterator[Change]:
    """Let only some through a comprehension that lets all."""
    if node.ifs or kind(node.target) != "Name":
        return
    _, end = place.source.outer(node.iter)
    target: Any = node.target
    name = target.value
    yield Change(end, end, f" if {name}", 0.04)
    for other in place.names[:_MOST_NAMES]:
        if other != name:
            yield from (Change(end, end, f" if {name} {sign} {other}", 0.015) for sign in _SIGNS)
    yield Change(end, end, f" if {name} is not None", 0.03)


_SIGNS = ("!=", "<", ">", "<=", ">=", "==", "in", "not in")


def _test(node: Any) -> Any:
    """The condition that a statement or a comprehension hangs on, or that is returned; None where there is none."""
    if kind(node) == "Return":
        return node.value if kind(node.value) in ("Comparison", "BooleanOperation") else None
    test = node.test
    return None if kind(test) in _LOOSE else test


def _joined(place: Place, test: Any, part: str, prior: float) -> Iterator[Change]:
    """A part asked first keeps the rest from what it cannot bear, such as an index past the end."""
    for word in ("and", "or"):
        rest = place.bare(test)
        if kind(test) == "BooleanOperation":
            # Behind an `or` nothing changes for an `or` itself; anything else is asked as a whole.
            rest = rest if kind(test.operator) == word.capitalize() else f"({rest})"
        yield place.replace(test, of_condition(place, test, f"{part} {word} {rest}"), prior)


def _comparisons(place: Place) -> Iterator[tuple[str, float]]:
    names = place.names[:_MOST_NAMES]
    for name in names:
        yield from ((f"{name} {rest}", 0.03) for rest in ("is None", "is not None", "> 0", "== 0", "!= 0", "< 0"))
        yield from ((f"{name} == 1", 0.02), (f"len({name}) == 1", 0.02), (f"len({name}) > 1", 0.02))
    for one, other in permutations(names, 2):
        signs = ("<", "<=", "==", "!=") if one < other else ("<", "<=")
        yield from ((f"{one} {sign} {other}", 0.015) for sign in signs)
        yield from ((f"{one} {rest} {other}", 0.01) for rest in ("in", "not in"))
        yield f"{one} < len({other})", 0.015
