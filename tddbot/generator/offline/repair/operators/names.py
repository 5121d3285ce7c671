"""The wrong name: another variable of the same scope, a slip of the pen, the twin of a function."""

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.repair.operators.likeness import alike
from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst

_MOST_NAMES = 12
_MOST_ALIKE = 3
_CONSTANTS = frozenset({"True", "False", "None", "self", "cls", "super"})
# Builtins that take one argument of the same sort, and methods that take none, are taken for each other now and then.
_ALIKE = (
    ("sum", "len", "max", "min", "sorted", "list", "set", "tuple", "any", "all", "reversed", "enumerate"),
    ("int", "float", "round", "abs", "str", "bool", "ord", "chr", "len", "repr"),
    ("upper", "lower", "title", "capitalize", "swapcase", "strip", "casefold"),
    ("isdigit", "isalpha", "isalnum", "isupper", "islower", "isspace", "isnumeric", "isdecimal"),
    ("floor", "ceil", "sqrt", "exp", "log"),
)
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
    for name in sorted(others, key=lambda name: -alike(name, node.value))[:_MOST_NAMES]:
        yield place.replace(node, name, 0.08 + 0.12 * alike(name, node.value))


def other_name(place: Place, node: "cst.Name") -> Iterator[Change]:
    """Read what is spelt most alike, where a name is bound nowhere."""
    known = place.vocabulary.known
    if node.value in known or node.value in place.names or node.value in _CONSTANTS or not node.value:
        return
    for name in get_close_matches(node.value, sorted(known), _MOST_ALIKE):
        yield place.replace(node, name, 0.5)


def other_target(place: Place, node: Any) -> Iterator[Change]:
    """Bind another variable of the function."""
    target: Any = node.targets[0].target if kind(node) == "Assign" else node.target
    if kind(target) == "Name":
        for name in place.names:
            if name != target.value:
                yield place.replace(target, name, 0.03 + 0.05 * alike(name, target.value))


def target_order(place: Place, node: "cst.Assign") -> Iterator[Change]:
    """Swap two neighbouring variables that are bound together."""
    target: Any = node.targets[0].target
    if kind(target) == "Tuple":
        for first, second in pairwise(target.elements):
            if kind(first) == kind(second) == "Element":
                yield place.swap(first.value, second.value, 0.08)


def other_module_name(place: Place, node: "cst.Name") -> Iterator[Change]:
    """Read another name of the module where one of them is read."""
    if node.value in place.vocabulary.names and place.statement.function is not None:
        for name in place.vocabulary.names:
            if name != node.value and not _is_called(place, node):
                yield place.replace(node, name, 0.04 + 0.1 * alike(name, node.value))


def twin(place: Place, node: "cst.Call") -> Iterator[Change]:
    """Call the function that is taken for this one by mistake."""
    name: Any = node.func if kind(node.func) == "Name" else getattr(node.func, "attr", None)
    if name is None:
        return
    for family in _TWINS:
        if name.value in family:
            yield from _others(place, name, family, 0.5 / (len(family) - 1))
    for same in _ALIKE if len([arg for arg in node.args if arg.keyword is None]) <= 1 else ():
        if name.value in same:
            yield from _others(place, name, same, 0.06)


def _others(place: Place, name: Any, family: tuple[str, ...], prior: float) -> Iterator[Change]:
    yield from (place.replace(name, other, prior) for other in family if other != name.value)


def _is_called(place: Place, node: "cst.Name") -> bool:
    return kind(place.parent) == "Call" and getattr(place.parent, "func", None) is node
