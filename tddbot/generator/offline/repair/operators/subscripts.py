"""The wrong part: an index or a slice that was lost, or that nobody wanted."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.repair.operators.slots import is_value
from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst

_MOST_NAMES = 5
_PARTS = {"[0]": 0.05, "[-1]": 0.04, "[1]": 0.03, "[1:]": 0.05, "[:-1]": 0.04, "[::-1]": 0.03, "[:]": 0.03}


def needless_part(place: Place, node: "cst.Subscript") -> Iterator[Change]:
    """Take the whole, or the index itself."""
    if not is_value(place, node) or len(node.slice) != 1:
        return
    part: Any = node.slice[0].slice
    yield place.replace(node, place.code(node.value), 0.12 if kind(part) == "Slice" else 0.08)
    if kind(part) == "Index" and kind(part.value) != "Integer":
        yield place.replace(node, place.code(part.value), 0.08)


def index_order(place: Place, node: "cst.Subscript") -> Iterator[Change]:
    """Swap the indices of a table, or what is looked up and where."""
    inner: Any = node.value
    if kind(inner) == "Subscript" and len(node.slice) == len(inner.slice) == 1:
        yield place.swap(inner.slice[0], node.slice[0], 0.12)
    part: Any = node.slice[0].slice if len(node.slice) == 1 else None
    if kind(part) == "Index" and kind(part.value) == kind(node.value) == "Name":
        yield place.swap(node.value, part.value, 0.05)


def other_side(place: Place, node: "cst.Slice") -> Iterator[Change]:
    """Let a slice end where it begins, or begin where it ends."""
    if (node.lower is None) != (node.upper is None) and node.step is None:
        one = node.lower or node.upper
        if one is not None:
            text = place.code(one)
            yield place.replace(node, f":{text}" if node.upper is None else f"{text}:", 0.15)


def key_for_value(place: Place, node: "cst.Assign") -> Iterator[Change]:
    """Keep the key under the value."""
    target: Any = node.targets[0].target
    if kind(target) == "Subscript" and len(target.slice) == 1 and kind(target.slice[0].slice) == "Index":
        key = target.slice[0].slice.value
        if kind(key) == kind(node.value) == "Name":
            yield place.swap(key, node.value, 0.1)


def lost_part(place: Place, node: Any) -> Iterator[Change]:
    """Take an element, or a part, of a value."""
    if not is_value(place, node):
        return
    text = place.code(node)
    for part, prior in _PARTS.items():
        yield place.replace(node, f"{text}{part}", prior)
    for name in place.names[:_MOST_NAMES]:
        if name != text:
            parts = (f"[{name}]", f"[{name}:]", f"[:{name}]", f"[{name} + 1:]", f"[{name} - 1]", f"[:{name} + 1]")
            yield from (place.replace(node, f"{text}{part}", 0.02) for part in parts)
            yield place.replace(node, f"{name}[{place.bare(node)}]", 0.03)


def bound(place: Place, node: "cst.Slice") -> Iterator[Change]:
    """Let a slice begin or end at a variable."""
    first, last = place.source.inner(node.first_colon)
    for name in place.names[:_MOST_NAMES]:
        yield Change(first, first, name, 0.05) if node.lower is None else place.replace(node.lower, name, 0.02)
        yield Change(last, last, name, 0.05) if node.upper is None else place.replace(node.upper, name, 0.02)
    if node.step is None and node.upper is not None:
        end = place.source.outer(node.upper)[1]
        yield Change(end, end, "::2" if node.second_colon is None else "2", 0.005)
