"""The wrong constant: one more, one less, the other truth value, an empty text."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst

_LONGEST = 20


def integer(place: Place, node: "cst.Integer") -> Iterator[Change]:
    """Make a whole number one more or one less, and one a minus one; numbers after a minus are seen to with it."""
    if len(node.value) > _LONGEST or kind(place.parent) == "UnaryOperation":
        return
    value = node.evaluated_value
    # Counting starts at 0 or 1, and a slip between those two is the commonest of all.
    yield place.replace(node, _written(value + 1, node.value), 0.6 if value == 0 else 0.35)
    # A sum with nought is better written without it, which the bounds see to.
    if value != 1 or kind(getattr(place.parent, "operator", None)) not in ("Add", "Subtract"):
        yield place.replace(node, _written(value - 1, node.value), {0: 0.2, 1: 0.6}.get(value, 0.35))
    if value == 1:
        yield place.replace(node, "-1", 0.15)


def negative(place: Place, node: "cst.UnaryOperation") -> Iterator[Change]:
    """Make a negative whole number one more, one less, or positive."""
    number = node.expression
    if kind(node.operator) != "Minus" or kind(number) != "Integer" or len(place.code(number)) > _LONGEST:
        return
    value = -int(place.code(number).strip("() \t").replace("_", ""), 0)
    for meant, prior in ((value + 1, 0.4), (value - 1, 0.3), (-value, 0.3)):
        yield place.replace(node, str(meant), prior)


def fraction(place: Place, node: "cst.Float") -> Iterator[Change]:
    """Make a number with a point one more or one less, where that can be written exactly."""
    value = node.evaluated_value
    for meant in (value + 1, value - 1):
        if value.is_integer() and abs(value) < 1e9:
            yield place.replace(node, repr(meant), 0.2)


def truth(place: Place, node: "cst.Name") -> Iterator[Change]:
    """Turn True into False and the other way round."""
    if node.value in ("True", "False"):
        yield place.replace(node, "False" if node.value == "True" else "True", 0.6)


def empty_text(place: Place, node: "cst.SimpleString") -> Iterator[Change]:
    """Put a blank into an empty text, or take the only one out."""
    if kind(place.parent) == "Expr" or len(node.quote) != 1:
        return
    if node.raw_value in ("", " "):
        yield place.replace(node, f"{node.prefix}{node.quote}{'' if node.raw_value else ' '}{node.quote}", 0.1)


def _written(value: int, like: str) -> str:
    """Write a number in the base of another."""
    if value < 0:
        return str(value)
    base = like[:2].lower()
    return {"0x": hex, "0o": oct, "0b": bin}.get(base, str)(value)
