"""The wrong call: one too many, one too few, with an argument too many or too few, or of a function like it."""

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.repair.operators.slots import is_value, operand
from tddbot.generator.offline.repair.places import Change, Place
from tddbot.generator.offline.syntax import kind

if TYPE_CHECKING:
    import libcst as cst

_WRAPPERS = ("len", "sorted", "list", "set", "reversed", "str", "int", "abs", "sum", "tuple", "min", "max", "bool")
_OF_NUMBERS = frozenset({"len", "int", "abs"})
_OF_MANY = frozenset({"sorted", "list", "reversed", "set"})
_COUNTED = frozenset({"BinaryOperation", "Comparison", "ComparisonTarget", "Index", "Slice"})
_ITERATED = frozenset({"For", "CompFor"})
_OF_TABLES = ("items()", "values()", "keys()")
_METHODS = ("lower()", "strip()", "copy()", "upper()", "split()")
# Methods that change their object and return None, and what has the value that was meant.
_IN_PLACE = {
    "sort": "sorted({of})",
    "reverse": "{of}[::-1]",
    "append": "{of} + [{given}]",
    "extend": "{of} + {given}",
    "update": "{{**{of}, **{given}}}",
    "add": "{of} | {{{given}}}",
}
_MOST_FUNCTIONS = 6
_MOST_NAMES = 6
# What a call of some other meaning is given besides.
_GIVEN = {
    "get": ("0", "None", "''", "[]"),
    "sorted": ("reverse=True", "key=len"),
    "sort": ("reverse=True",),
    "split": ("','", "' '"),
    "enumerate": ("1",),
    "round": ("2",),
    "sum": ("0",),
    "zip": ("strict=True",),
}


def needless_call(place: Place, node: "cst.Call") -> Iterator[Change]:
    """Take the argument itself, or what a method without arguments is called on."""
    function: Any = node.func
    is_plain = len(node.args) == 1 and not node.args[0].star and node.args[0].keyword is None
    if is_plain and kind(function) == "Name" and kind(node.args[0].value) not in ("GeneratorExp", "Yield"):
        yield place.replace(node, operand(place, node.args[0].value), 0.12)
    if kind(function) == "Attribute" and kind(place.parent) != "Expr":
        yield place.replace(node, place.code(function.value), 0.12 if not node.args else 0.05)


def lost_call(place: Place, node: Any) -> Iterator[Change]:
    """Hand a value to a function of one argument, or call a method of it that needs none."""
    if not is_value(place, node):
        return
    likely = _OF_NUMBERS if kind(place.parent) in _COUNTED else _OF_MANY
    for name in _WRAPPERS:
        if not place.bare(node).startswith(f"{name}("):
            yield place.replace(node, f"{name}({place.bare(node)})", 0.05 if name in likely else 0.025)
    for method in _OF_TABLES if kind(place.parent) in _ITERATED else _METHODS:
        yield place.replace(node, f"{operand(place, node)}.{method}", 0.06 if method in _OF_TABLES else 0.015)


def lost_value(place: Place, node: "cst.Call") -> Iterator[Change]:
    """Take the changed copy where a method that returns None is taken for its value."""
    method: Any = node.func
    if kind(method) != "Attribute" or kind(place.parent) not in ("Return", "Assign", "Arg"):
        return
    meant = _IN_PLACE.get(method.attr.value)
    if meant is not None and ("{given}" in meant) == (len(node.args) == 1):
        given = place.code(node.args[0].value) if node.args else ""
        yield place.replace(node, meant.format(of=place.code(method.value), given=given), 0.8)


def lost_own_call(place: Place, node: Any) -> Iterator[Change]:
    """Hand a value to a function of the module that takes one."""
    if is_value(place, node) and kind(node) != "Call":
        own = [name for name, arity in place.vocabulary.functions.items() if arity.takes(1)]
        for name in own[:_MOST_FUNCTIONS]:
            yield place.replace(node, f"{name}({place.bare(node)})", 0.07)


def lost_brackets(place: Place, node: Any) -> Iterator[Change]:
    """Call what is only named: a method, or a function of the module."""
    if is_value(place, node):
        name = node.attr.value if kind(node) == "Attribute" else node.value
        if name in (place.vocabulary.methods if kind(node) == "Attribute" else place.vocabulary.functions):
            yield place.replace(node, f"{place.bare(node)}()", 0.2)


def needless_brackets(place: Place, node: "cst.Call") -> Iterator[Change]:
    """Take a function or an attribute itself."""
    if not node.args and kind(place.parent) not in ("Expr", "Await"):
        yield place.replace(node, place.code(node.func), 0.05)


def lost_await(place: Place, node: "cst.Call") -> Iterator[Change]:
    """Wait for what is called, in a function that may."""
    function = place.statement.function
    if function is not None and function.node.asynchronous is not None and kind(place.parent) != "Await":
        text = f"await {place.bare(node)}"
        tight = kind(place.parent) in ("Attribute", "Subscript", "Call") and not node.lpar
        yield place.replace(node, f"({text})" if tight else text, 0.5)


def other_function(place: Place, node: "cst.Call") -> Iterator[Change]:
    """Call another function of the module, or another method of its classes, that takes as many arguments."""
    name: Any = node.func if kind(node.func) == "Name" else getattr(node.func, "attr", None)
    if name is None or any(arg.star for arg in node.args):
        return
    table = place.vocabulary.functions if kind(node.func) == "Name" else place.vocabulary.methods
    if name.value in table or name.value not in place.vocabulary.known:
        likely = [other for other, arity in table.items() if arity.takes(len(node.args)) and other != name.value]
        for other in likely[:_MOST_FUNCTIONS]:
            yield place.replace(name, other, 0.15)


def argument_order(place: Place, node: "cst.Call") -> Iterator[Change]:
    """Swap two neighbouring arguments that have no names."""
    plain = [arg for arg in node.args if arg.keyword is None and not arg.star]
    for first, second in pairwise(plain):
        yield place.swap(first.value, second.value, 0.15)


def argument_place(place: Place, node: "cst.Call") -> Iterator[Change]:
    """Swap any other two arguments, or the receiver and the only argument."""
    plain = [arg for arg in node.args if arg.keyword is None and not arg.star]
    for one, other in combinations(range(len(plain)), 2):
        if other - one > 1:
            yield place.swap(plain[one].value, plain[other].value, 0.05)
    method: Any = node.func
    if len(node.args) == len(plain) == 1 and kind(method) == "Attribute" and kind(method.value) == "Name":
        given, receiver = operand(place, plain[0].value), place.code(method.value)
        yield place.replace(node, f"{given}.{method.attr.value}({receiver})", 0.05)


def extra_argument(place: Place, node: "cst.Call") -> Iterator[Change]:
    """Leave an argument out."""
    for index, arg in enumerate(node.args):
        if len(node.args) > 1:
            start, end = place.source.inner(arg)
            later = node.args[index + 1 :]
            start = start if later else place.source.inner(node.args[index - 1])[1]
            end = place.source.inner(later[0])[0] if later else end
            yield Change(start, end, "", 0.08)


def lost_argument(place: Place, node: "cst.Call") -> Iterator[Change]:
    """Give a variable, or what such a call is often given, besides."""
    name: Any = node.func if kind(node.func) == "Name" else getattr(node.func, "attr", None)
    if name is None or any(arg.star for arg in node.args):
        return
    usual = tuple((text, 0.15) for text in _GIVEN.get(name.value, ()))
    arity = place.vocabulary.functions.get(name.value) or place.vocabulary.methods.get(name.value)
    # What takes no more arguments would only fail.
    takes = arity.takes(len(node.args) + 1) if arity else name.value not in _WRAPPERS[:9]
    variables = tuple((text, 0.1 if arity else 0.03) for text in place.names[:_MOST_NAMES]) if takes else ()
    at = place.source.inner(node.args[-1])[1] if node.args else place.source.inner(node)[1] - 1
    for text, prior in (*usual, *variables):
        yield Change(at, at, f", {text}" if node.args else text, prior)
        if node.args and "=" not in text and text in place.names:
            first = place.source.inner(node.args[0])[0]
            yield Change(first, first, f"{text}, ", prior / 2)
