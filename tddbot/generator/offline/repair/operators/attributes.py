"""The wrong attribute: another one of the same object, a lost `self`, one too many."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.repair.operators.likeness import alike
from tddbot.generator.offline.repair.operators.slots import is_value
from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst


def other_attribute(place: Place, node: "cst.Attribute") -> Iterator[Change]:
    """Read another attribute that is read of the same object elsewhere, or of objects of any name."""
    name = node.attr.value
    if kind(place.parent) == "Call" and getattr(place.parent, "func", None) is node:
        return
    receiver: Any = node.value
    own = place.vocabulary.fields.get(receiver.value if kind(receiver) == "Name" else "", ())
    for other in own:
        if other != name:
            yield place.replace(node.attr, other, 0.12 + 0.12 * alike(name, other))
    for other in dict.fromkeys(word for words in place.vocabulary.fields.values() for word in words):
        if other != name and other not in own:
            yield place.replace(node.attr, other, 0.05 + 0.15 * alike(name, other))


def needless_attribute(place: Place, node: "cst.Attribute") -> Iterator[Change]:
    """Take the object itself, or the variable of the attribute's name."""
    if is_value(place, node):
        yield place.replace(node, place.code(node.value), 0.05)
    if node.attr.value in place.names:
        yield place.replace(node, node.attr.value, 0.12)


def lost_attribute(place: Place, node: "cst.Name") -> Iterator[Change]:
    """Look up a name on the object whose method this is, or an attribute that is read of this variable elsewhere."""
    if node.value in place.vocabulary.fields.get("self", ()):
        yield place.replace(node, f"self.{node.value}", 0.2)
    if is_value(place, node):
        for name in place.vocabulary.fields.get(node.value, ()):
            yield place.replace(node, f"{node.value}.{name}", 0.05)
