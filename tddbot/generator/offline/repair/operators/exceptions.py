"""The wrong exception: raised or caught where another one was meant."""

from collections.abc import Iterator
from typing import Any

from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

# The ones that are taken for each other; what is left is every other of them.
_COMMON = (
    "ValueError",
    "TypeError",
    "KeyError",
    "IndexError",
    "AttributeError",
    "ZeroDivisionError",
    "RuntimeError",
    "LookupError",
    "NotImplementedError",
    "StopIteration",
    "OSError",
    "ArithmeticError",
    "Exception",
)
_KIN = {
    "KeyError": ("LookupError", "IndexError"),
    "IndexError": ("LookupError", "KeyError"),
    "TypeError": ("ValueError",),
    "ValueError": ("TypeError",),
}


def other_exception(place: Place, node: Any) -> Iterator[Change]:
    """Raise, or catch, another exception."""
    name = _named(node)
    if name is None:
        return
    own = [word for word in place.vocabulary.names if word.endswith(("Error", "Exception"))]
    for other in dict.fromkeys((*_KIN.get(name.value, ()), *own, *_COMMON)):
        if other != name.value:
            yield place.replace(name, other, 0.25 if other in _KIN.get(name.value, ()) or other in own else 0.12)


def _named(node: Any) -> Any:
    """The name of the exception that a `raise` or a handler names alone."""
    named = node.exc if kind(node) == "Raise" else node.type
    if kind(named) == "Call":
        named = named.func
    return named if kind(named) == "Name" and named.value[:1].isupper() else None
