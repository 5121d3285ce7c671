"""The brackets that are missing, or stand where nobody wanted them: what binds more tightly than it was meant to."""

from collections.abc import Iterator
from typing import Any

from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import TEXTS, kind

_GROUPED = frozenset({"BinaryOperation", "BooleanOperation", "UnaryOperation"})


def lost_brackets(place: Place, node: Any) -> Iterator[Change]:
    """Do the looser of two operations first."""
    for side, other in (("right", "left"), ("left", "right")):
        inner = getattr(node, side)
        if kind(inner) == kind(node) and not inner.lpar and kind(node.left) not in TEXTS:
            if kind(inner.operator) == kind(node.operator) and kind(node.operator) not in ("Subtract", "Divide"):
                continue
            near, far = getattr(inner, other), getattr(node, other)
            first, last = (far, near) if side == "right" else (near, far)
            start, end = place.source.outer(first)[0], place.source.outer(last)[1]
            yield Change(start, end, f"({place.source.between(start, end)})", 0.15)


def lost_brackets_of_not(place: Place, node: Any) -> Iterator[Change]:
    """Turn round the whole condition instead of its first part."""
    first = node.left
    if kind(first) == "UnaryOperation" and kind(first.operator) == "Not" and not first.lpar:
        start, end = place.source.outer(first.expression)[0], place.source.outer(node.right)[1]
        yield Change(start, end, f"({place.source.between(start, end)})", 0.15)


def needless_brackets(place: Place, node: Any) -> Iterator[Change]:
    """Let what stands in brackets be done in the usual order."""
    if node.lpar and kind(place.parent) in _GROUPED:
        yield Change(*place.source.outer(node), place.bare(node), 0.12)
