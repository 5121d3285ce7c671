"""The lost `return`, and the loop that is left instead of gone on with. No return is put before other statements."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.repair.places import Change, End, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst

_SILENT = frozenset({"SimpleString", "ConcatenatedString", "Ellipsis", "Yield", "FormattedString"})
# A call may stand alone for its effect; any other expression that does is a return that was forgotten.
_CALLS = frozenset({"Call", "Await"})


def lost_return(place: Place, node: "cst.SimpleStatementLine | cst.SimpleStatementSuite") -> Iterator[Change]:
    """Return the value of a function's or a branch's last statement."""
    function = place.statement.function
    if function is None or function.is_generator or place.statement.end is End.NO or not node.body:
        return
    last: Any = node.body[-1]
    if kind(last) == "Expr" and kind(last.value) not in _SILENT:
        start, _ = place.source.outer(last.value)
        yield Change(start, start, "return ", _prior(place, last.value))
    elif kind(last) == "Assign" and place.statement.end is End.FUNCTION and _is_local(last):
        start, _ = place.source.inner(last)
        yield Change(start, place.source.outer(last.value)[0], "return ", 0.3)


def other_jump(place: Place, node: Any) -> Iterator[Change]:
    """Turn `break` into `continue` and the other way round."""
    yield place.replace(node, "continue" if kind(node) == "Break" else "break", 0.5)


def _prior(place: Place, value: Any) -> float:
    if kind(value) not in _CALLS:
        return 1.0
    # A function that returns values and falls off its end here most likely forgot to (pylint: R1710).
    inconsistent = place.statement.function is not None and place.statement.function.returns_a_value
    if place.statement.end is End.FUNCTION:
        return 0.8 if inconsistent else 0.3
    return 0.25 if inconsistent else 0.15


def _is_local(assign: "cst.Assign") -> bool:
    """A name of the function's own, so that nothing else is lost with the assignment."""
    return len(assign.targets) == 1 and kind(assign.targets[0].target) == "Name"
