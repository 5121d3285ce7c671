"""The line that stands one level too deep or too high, and the branch that should, or should not, exclude another."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst


_LEFT = frozenset({"For", "While", "If", "With", "Else", "Try", "ExceptHandler"})
_ENTERED = frozenset({"For", "While", "If", "With"})


def too_deep(place: Place, node: "cst.SimpleStatementLine") -> Iterator[Change]:
    """Take the last line of a block out of it."""
    spot = place.statement.spot
    if spot.last and spot.before is not None and spot.function is not None and kind(spot.owner) in _LEFT:
        yield from _indented(place, node, spot.owner, 0.12)


def too_high(place: Place, node: "cst.SimpleStatementLine") -> Iterator[Change]:
    """Take a line that follows a block into it; no return, which would then come early."""
    before: Any = place.statement.spot.before
    if place.statement.function is None or not node.body or kind(node.body[0]) in ("Return", "Raise"):
        return
    if kind(before) in _ENTERED and kind(before.body) == "IndentedBlock":
        yield from _indented(place, node, before.body.body[-1], 0.06)


def _indented(place: Place, node: Any, like: Any, prior: float) -> Iterator[Change]:
    """Indent a line as another statement is."""
    start, other = place.source.inner(node)[0], place.source.inner(like)[0]
    indent = place.source.between(place.source.line_start(other), other)
    if not indent.strip():
        yield Change(place.source.line_start(start), start, indent, prior)


def exclusion(place: Place, node: "cst.If") -> Iterator[Change]:
    """Turn `elif` into `if` and the other way round."""
    start, end = place.source.inner(node)
    if place.source.between(start, end).startswith("elif"):
        yield Change(start, start + 4, "if", 0.1)
    else:
        yield Change(start, start + 2, "elif", 0.1)


def other_keyword(place: Place, node: "cst.If | cst.While") -> Iterator[Change]:
    """Ask again and again what is asked once, or once what is asked again and again."""
    start, end = place.source.inner(node)
    text = place.source.between(start, end)
    for old, new in (("if", "while"), ("while", "if")):
        if node.orelse is None and text.startswith((f"{old} ", f"{old}(")):
            yield Change(start, start + len(old), new, 0.12)


def other_yield(place: Place, node: Any) -> Iterator[Change]:
    """Yield each of several instead of all at once, and the other way round; return instead of yield."""
    if kind(node.value) == "From":
        yield place.replace(node.value, place.code(node.value.item), 0.3)
    elif node.value is not None:
        start, _ = place.source.outer(node.value)
        yield Change(start, start, "from ", 0.25)
