"""The wrong expression where the right one stands elsewhere in the same function, or is a variable of it.

Most of what a repair needs stands elsewhere in the file (Barr et al., "The Plastic Surgery Hypothesis", 2014).
"""

from collections.abc import Iterator
from typing import Any

from tddbot.generator.offline.repair.operators.slots import is_value
from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

_MOST = 16
_MOST_NAMES = 6


def borrowed(place: Place, node: Any) -> Iterator[Change]:
    """Put a variable, or an expression of the same function, in place of another expression."""
    if not is_value(place, node):
        return
    text = place.bare(node)
    if kind(node) != "Name":
        yield from (place.replace(node, name, 0.04) for name in place.names[:_MOST_NAMES])
    function = place.statement.function
    for other in function.expressions[:_MOST] if function else ():
        if other != text and (kind(node) != "Name" or text in other or kind(place.parent) != "BinaryOperation"):
            yield place.replace(node, other, 0.02)
