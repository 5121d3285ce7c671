"""The wrong literal: one that the tests or the code around name, an empty collection that should hold something."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst

_MOST_NAMES = 6
_FIRST = ("0", "1", "-1", "[]", "None", "''", "{}", "()", "True", "False", "set()")
_NUMBERS = ("0", "1", "2", "10", "float('inf')", "float('-inf')")


def number_of_tests(place: Place, node: "cst.Integer | cst.Float") -> Iterator[Change]:
    """Put a number of the tests in place of this one."""
    for text in place.vocabulary.wanted:
        if text[0] not in "'\"b" and text != node.value and kind(place.parent) != "UnaryOperation":
            yield place.replace(node, text, 0.06)


def other_number(place: Place, node: "cst.Integer | cst.Float") -> Iterator[Change]:
    """Put a usual number, or a variable, in place of this one."""
    if kind(place.parent) == "UnaryOperation":
        return
    for text in _NUMBERS:
        if text != node.value:
            yield place.replace(node, text, 0.08)
    for text in (f"-{node.value}", f"{node.value} * 10", f"{node.value} * 2"):
        if node.value != "0" and kind(place.parent) != "BinaryOperation":
            yield place.replace(node, text, 0.03)
    for name in place.names[:_MOST_NAMES]:
        yield place.replace(node, name, 0.06)


def number_for_name(place: Place, node: "cst.Name") -> Iterator[Change]:
    """Put nought, one or nothing in place of a variable."""
    if node.value in place.names:
        for text in ("0", "1", "None", "True", "False"):
            yield place.replace(node, text, 0.04 if text in "01" else 0.015)


def text_of_code(place: Place, node: "cst.SimpleString") -> Iterator[Change]:
    """Put another text of the same module in place of this one; those of the tests come after it."""
    if kind(place.parent) == "Expr" or "b" in node.prefix.lower():
        return
    for index, text in enumerate(dict.fromkeys((*place.vocabulary.texts, *_texts(place)))):
        if text != repr(node.evaluated_value):
            yield place.replace(node, text, 0.1 if index < len(place.vocabulary.texts) else 0.07)


def text_in_other_case(place: Place, node: "cst.SimpleString") -> Iterator[Change]:
    """Write a text with other capitals, or without the blanks around it."""
    value = node.evaluated_value
    if kind(place.parent) == "Expr" or not isinstance(value, str):
        return
    for meant in dict.fromkeys((value.lower(), value.upper(), value.capitalize(), value.strip())):
        if meant != value:
            yield place.replace(node, repr(meant), 0.1)


def collection(place: Place, node: "cst.List | cst.Tuple | cst.Set") -> Iterator[Change]:
    """Put something into a collection that is empty, or empty it."""
    if len(node.elements) == 0 and kind(node) == "List":
        for text in ("0", "[]", "1", "None", "''", "True", "False", "[0]", "[1]", *place.names[:_MOST_NAMES]):
            yield place.replace(node, f"[{text}]", 0.08)
    if len(node.elements) == 1 and kind(node) == "List":
        yield place.replace(node, "[]", 0.12)
        yield place.replace(node, place.code(node.elements[0].value), 0.06)
        yield place.replace(node, f"[{place.bare(node)}]", 0.03)


def extra_element(place: Place, node: "cst.List | cst.Tuple | cst.Set") -> Iterator[Change]:
    """Leave an element out."""
    for index, element in enumerate(node.elements if len(node.elements) > 1 else ()):
        later = node.elements[index + 1 :]
        start, end = place.source.inner(element)
        start = start if later else place.source.inner(node.elements[index - 1])[1]
        yield Change(start, place.source.inner(later[0])[0] if later else end, "", 0.06)


def element_order(place: Place, node: "cst.Tuple | cst.List") -> Iterator[Change]:
    """Swap two neighbouring elements."""
    for first, second in zip(node.elements, node.elements[1:], strict=False):
        if kind(first) == kind(second) == "Element":
            yield place.swap(first.value, second.value, 0.1)


def first_value(place: Place, node: Any) -> Iterator[Change]:
    """Let a variable, a default or a result that is a literal begin as another usual literal."""
    value = node.default if kind(node) == "Param" else node.value
    if kind(value) in ("Integer", "List", "Dict", "SimpleString", "Name", "Tuple", "UnaryOperation", "Float"):
        text = place.bare(value)
        if kind(value) != "Name" or text in ("None", "True", "False"):
            for other in _FIRST:
                if other != text:
                    yield place.replace(value, other, 0.05)


def _texts(place: Place) -> tuple[str, ...]:
    return tuple(text for text in place.vocabulary.wanted if text[0] in "'\"")
