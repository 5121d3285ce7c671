"""The wrong name: another variable of the same scope, arguments in the wrong order, the twin of a function."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst

_MOST_NAMES = 12
_CONSTANTS = frozenset({"True", "False", "None", "self", "cls", "super"})
_TWINS = (
    ("min", "max"),
    ("any", "all"),
    ("floor", "ceil", "round", "trunc"),
    ("int", "float", "round"),
    ("append", "extend"),
    ("append", "appendleft"),
    ("extend", "extendleft"),
    ("pop", "popleft"),
    ("lower", "upper", "casefold"),
    ("title", "capitalize"),
    ("startswith", "endswith"),
    ("strip", "lstrip", "rstrip"),
    ("removeprefix", "removesuffix"),
    ("split", "rsplit", "splitlines"),
    ("partition", "rpartition"),
    ("find", "rfind"),
    ("index", "rindex"),
    ("ljust", "rjust"),
    ("keys", "values", "items"),
    ("add", "discard"),
    ("update", "difference_update"),
    ("union", "intersection", "difference", "symmetric_difference"),
    ("issubset", "issuperset"),
    ("isdigit", "isalpha", "isalnum"),
    ("islower", "isupper"),
    ("bisect_left", "bisect_right"),
    ("insort_left", "insort_right"),
    ("get", "setdefault"),
    ("match", "search", "fullmatch"),
    ("list", "tuple", "set"),
    ("sin", "cos"),
)


def variable(place: Place, node: "cst.Name") -> Iterator[Change]:
    """Read another variable of the same function, those with a similar name first."""
    function = place.statement.function
    if function is None or node.value in _CONSTANTS or _is_called(place, node):
        return
    others = [name for name in function.names if name != node.value]
    for name in sorted(others, key=lambda name: -_likeness(name, node.value))[:_MOST_NAMES]:
        yield place.replace(node, name, 0.08 + 0.12 * _likeness(name, node.value))


def argument_order(place: Place, node: "cst.Call") -> Iterator[Change]:
    """Swap two neighbouring arguments that have no names."""
    plain = [arg for arg in node.args if arg.keyword is None and not arg.star]
    for first, second in pairwise(plain):
        yield place.swap(first.value, second.value, 0.15)


def twin(place: Place, node: "cst.Call") -> Iterator[Change]:
    """Call the function that is taken for this one by mistake."""
    name: Any = node.func if kind(node.func) == "Name" else getattr(node.func, "attr", None)
    if name is None:
        return
    for family in _TWINS:
        if name.value in family:
            for other in family:
                if other != name.value:
                    yield place.replace(name, other, 0.5 / (len(family) - 1))


@lru_cache(maxsize=4096)
def _likeness(one: str, other: str) -> float:
    """Return from 0 to 1 how much of two names is a common beginning or end."""
    start = _common_start(one, other)
    end = _common_start(one[start:][::-1], other[start:][::-1])
    return 2 * (start + end) / (len(one) + len(other))


def _common_start(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _is_called(place: Place, node: "cst.Name") -> bool:
    return kind(place.parent) == "Call" and getattr(place.parent, "func", None) is node
