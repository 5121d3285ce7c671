"""The table of components: operators, builtins, methods of text, lists and dicts, math and itertools."""

import itertools
import math
import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tddbot.generator.offline.expressions import guards
from tddbot.generator.offline.expressions.component import Component, Signature, alike
from tddbot.generator.offline.expressions.kinds import ANY, ITERABLES, LISTS, NUMBERS, SEQUENCES

_STR = ("str",)
_INT = ("int",)
_BOOL = ("bool",)
_DICT = ("dict",)
_SET = ("set",)
_HASHABLE = ("int", "str", "float", "tuple", "bool")
_ORDERED = ("list:int", "list:float", "list:str", "list:tuple", "list:list", "list:bool", "str", "set", "tuple", "dict")
_SUMMED = ("list:int", "list:float", "list:bool", "tuple", "set")
_MEMBER: tuple[Signature, ...] = (
    (_STR, ("str", "list:str")),
    (NUMBERS, ("list:int", "list:float")),
    (("tuple",), ("list:tuple",)),
    (_HASHABLE, ("set", "dict", "tuple")),
)


def _on(*operands: tuple[str, ...]) -> tuple[Signature, ...]:
    return (operands,)


def _binary(sign: str, key: str, function: Callable[..., Any], *signatures: Signature, **more: Any) -> Component:
    return Component(f"({{0}}) {sign} ({{1}})", (key,), function, signatures, **more)


def _call(name: str, function: Callable[..., Any], *operands: tuple[str, ...], yields: str = "") -> Component:
    places = ", ".join(f"{{{number}}}" for number in range(len(operands)))
    is_lazy = name == "range"
    return Component(f"{name}({places})", (f"call:{name}",), function, (operands,), yields, is_lazy=is_lazy)


def _consumer(name: str, function: Callable[..., Any], *operands: tuple[str, ...], yields: str = "") -> Component:
    return replace(_call(name, function, *operands, yields=yields), consumes=True)


def _method(name: str, function: Callable[..., Any], *operands: tuple[str, ...], yields: str = "") -> Component:
    places = ", ".join(f"{{{number}}}" for number in range(1, len(operands)))
    return Component(
        f"({{0}}).{name}({places})", (f"method:{name}/{len(operands) - 1}",), function, (operands,), yields
    )


def _comparison(sign: str, key: str, function: Callable[..., Any], *signatures: Signature, **more: Any) -> Component:
    return _binary(sign, f"compare:{key}", function, *signatures, yields="bool", **more)


def _lazy(
    template: str, keys: tuple[str, ...], function: Callable[..., Any], *operands: tuple[str, ...], yields: str = ""
) -> Component:
    return Component(template, keys, function, (operands,), yields, is_lazy=True)


_TWO_NUMBERS: Signature = (NUMBERS, NUMBERS)
_SORTABLE = (_TWO_NUMBERS, *alike(("str", "tuple", "list:int", "list:str")))

OPERATORS = (
    _binary("+", "op:Add", operator.add, _TWO_NUMBERS, is_symmetric=True),
    _binary("+", "op:Add", operator.add, *alike(("str", "tuple", *LISTS))),
    _binary("-", "op:Sub", operator.sub, _TWO_NUMBERS, *alike(_SET)),
    _binary("*", "op:Mult", guards.multiplied, _TWO_NUMBERS, is_symmetric=True),
    _binary("*", "op:Mult", guards.repeated, (("str", *LISTS), _INT)),
    _binary("/", "op:Div", operator.truediv, _TWO_NUMBERS, yields="float"),
    _binary("//", "op:FloorDiv", operator.floordiv, _TWO_NUMBERS),
    _binary("%", "op:Mod", operator.mod, _TWO_NUMBERS),
    _binary("**", "op:Pow", guards.power, _TWO_NUMBERS),
    _binary("&", "op:BitAnd", operator.and_, (_INT, _INT), (_SET, _SET), is_symmetric=True),
    _binary("|", "op:BitOr", operator.or_, (_INT, _INT), (_SET, _SET), is_symmetric=True),
    _binary("|", "op:BitOr", operator.or_, (_DICT, _DICT), yields="dict"),
    _binary("^", "op:BitXor", operator.xor, (_INT, _INT), (_SET, _SET), is_symmetric=True),
    _binary(">>", "op:RShift", operator.rshift, (_INT, _INT), yields="int"),
    _binary("<<", "op:LShift", guards.shifted, (_INT, _INT), yields="int"),
    Component("-({0})", ("op:USub",), operator.neg, _on(NUMBERS)),
    Component("not ({0})", ("op:Not",), operator.not_, _on((*_BOOL, *ITERABLES)), "bool"),
    _binary("and", "op:And", lambda left, right: left and right, (_BOOL, _BOOL), yields="bool", is_symmetric=True),
    _binary("or", "op:Or", lambda left, right: left or right, (_BOOL, _BOOL), yields="bool", is_symmetric=True),
    _comparison("==", "Eq", operator.eq, _TWO_NUMBERS, *alike(set(ANY) - set(NUMBERS) - {"any"}), is_symmetric=True),
    _comparison("!=", "NotEq", operator.ne, _TWO_NUMBERS, *alike(set(ANY) - set(NUMBERS) - {"any"}), is_symmetric=True),
    _comparison("<", "Lt", operator.lt, *_SORTABLE),
    _comparison("<=", "LtE", operator.le, *_SORTABLE, *alike(_SET)),
    _comparison(">", "Gt", operator.gt, *_SORTABLE),
    _comparison(">=", "GtE", operator.ge, *_SORTABLE),
    _comparison("in", "In", lambda item, among: item in among, *_MEMBER),
    _comparison("not in", "NotIn", lambda item, among: item not in among, *_MEMBER),
    Component("({0})[{1}]", ("index",), operator.getitem, ((SEQUENCES, _INT), (_DICT, _HASHABLE))),
    Component("({0})[{1}:]", ("slice:a:",), lambda of, start: of[start:], _on(SEQUENCES, _INT)),
    Component("({0})[:{1}]", ("slice::b",), lambda of, stop: of[:stop], _on(SEQUENCES, _INT)),
    Component("({0})[{1}:{2}]", ("slice:a:b",), lambda of, start, stop: of[start:stop], _on(SEQUENCES, _INT, _INT)),
    Component("({0})[::{1}]", ("slice:::c",), lambda of, step: of[::step], _on(SEQUENCES, _INT)),
    Component("({0})[::-1]", ("slice:::-1",), lambda of: of[::-1], _on(SEQUENCES)),
    Component("({0})[{1}::{2}]", ("slice:a::c",), lambda of, start, step: of[start::step], _on(SEQUENCES, _INT, _INT)),
)

BUILTINS = (
    _call("len", len, ITERABLES, yields="int"),
    _call("abs", abs, NUMBERS),
    _consumer("sum", sum, _SUMMED),
    _consumer("max", max, _ORDERED),
    _consumer("min", min, _ORDERED),
    Component("max({0}, {1})", ("call:max",), max, (_TWO_NUMBERS,), is_symmetric=True),
    Component("min({0}, {1})", ("call:min",), min, (_TWO_NUMBERS,), is_symmetric=True),
    _consumer("sorted", sorted, _ORDERED),
    Component(
        "sorted({0}, reverse=True)",
        ("call:sorted", "keyword:reverse"),
        lambda values: sorted(values, reverse=True),
        _on(_ORDERED),
        consumes=True,
    ),
    _call("list", list, ("str", "tuple", "dict")),
    _consumer("set", set, ("str", "tuple", "dict", *LISTS), yields="set"),
    _consumer("tuple", tuple, LISTS, yields="tuple"),
    _consumer("dict", dict, ("list:tuple", "list:list"), yields="dict"),
    _call("str", str, ("int", "float", "bool"), yields="str"),
    _call("int", int, ("str", "float", "bool"), yields="int"),
    Component("int({0}, {1})", ("call:int",), int, _on(_STR, _INT), "int"),
    _call("float", float, ("str", "int"), yields="float"),
    _call("bool", bool, ("int", *ITERABLES), yields="bool"),
    _call("round", round, ("float",), yields="int"),
    Component("round({0}, {1})", ("call:round",), round, _on(("float",), _INT), "float"),
    _consumer("any", any, LISTS, yields="bool"),
    _consumer("all", all, LISTS, yields="bool"),
    _call("range", guards.ranged, _INT, yields="list:int"),
    _call("range", guards.ranged, _INT, _INT, yields="list:int"),
    _call("range", guards.ranged, _INT, _INT, _INT, yields="list:int"),
    _call("divmod", divmod, _INT, _INT, yields="tuple"),
    _call("ord", ord, _STR, yields="int"),
    _call("chr", chr, _INT, yields="str"),
    _call("bin", bin, _INT, yields="str"),
    _call("hex", hex, _INT, yields="str"),
    _lazy("zip({0}, {1})", ("call:zip",), lambda *of: list(zip(*of, strict=False)), SEQUENCES, SEQUENCES),
    _lazy(
        "zip(*({0}))",
        (
            "call:zip",
            "starred",
        ),
        lambda of: list(zip(*of, strict=False)),
        ("list:list",),
    ),
    _lazy("enumerate({0})", ("call:enumerate",), lambda of: list(enumerate(of)), SEQUENCES),
    Component(
        "dict(zip({0}, {1}))",
        ("call:dict", "call:zip"),
        lambda *of: dict(zip(*of, strict=False)),
        _on(SEQUENCES, SEQUENCES),
    ),
    Component(
        "isinstance({0}, int)", ("call:isinstance", "call:int"), lambda of: isinstance(of, int), _on(("any",)), "bool"
    ),
    Component(
        "isinstance({0}, str)", ("call:isinstance", "call:str"), lambda of: isinstance(of, str), _on(("any",)), "bool"
    ),
)

JOIN = replace(_method("join", guards.joined, _STR, ("list:str", "str", "tuple"), yields="str"), consumes=True)

TEXT = (
    *(
        _method(name, getattr(str, name), _STR, yields="str")
        for name in ("lower", "upper", "strip", "lstrip", "rstrip", "title", "capitalize", "swapcase", "casefold")
    ),
    *(
        _method(name, getattr(str, name), _STR, yields="bool")
        for name in ("isdigit", "isalpha", "isalnum", "isupper", "islower", "isspace", "isidentifier", "isnumeric")
    ),
    *(_method(name, getattr(str, name), _STR, _STR, yields="bool") for name in ("startswith", "endswith")),
    *(_method(name, getattr(str, name), _STR, _STR, yields="int") for name in ("count", "find", "rfind", "index")),
    *(
        _method(name, getattr(str, name), _STR, _STR, yields="str")
        for name in ("strip", "lstrip", "rstrip", "removeprefix", "removesuffix")
    ),
    _method("split", str.split, _STR, yields="list:str"),
    _method("split", str.split, _STR, _STR, yields="list:str"),
    _method("splitlines", str.splitlines, _STR, yields="list:str"),
    _method("partition", str.partition, _STR, _STR, yields="tuple"),
    _method("rpartition", str.rpartition, _STR, _STR, yields="tuple"),
    JOIN,
    _method("replace", guards.replaced, _STR, _STR, _STR, yields="str"),
    _method("zfill", guards.padded(str.zfill), _STR, _INT, yields="str"),
    _method("ljust", guards.padded(str.ljust), _STR, _INT, yields="str"),
    _method("rjust", guards.padded(str.rjust), _STR, _INT, yields="str"),
    _method("center", guards.padded(str.center), _STR, _INT, yields="str"),
    _method("rjust", guards.padded(str.rjust), _STR, _INT, _STR, yields="str"),
    _method("ljust", guards.padded(str.ljust), _STR, _INT, _STR, yields="str"),
)

COLLECTIONS = (
    Component(
        "({0}).count({1})",
        ("method:count/1",),
        list.count,
        ((("list:int", "list:float"), NUMBERS), (("list:str",), _STR)),
        "int",
    ),
    Component(
        "({0}).index({1})",
        ("method:index/1",),
        list.index,
        ((("list:int", "list:float"), NUMBERS), (("list:str",), _STR)),
        "int",
    ),
    _method("get", dict.get, _DICT, _HASHABLE),
    _method("get", dict.get, _DICT, _HASHABLE, ("int", "str", "none", "list:", "bool")),
    _lazy("({0}).values()", ("method:values/0",), lambda of: list(of.values()), _DICT),
    _lazy("({0}).items()", ("method:items/0",), lambda of: list(of.items()), _DICT, yields="list:tuple"),
    _lazy("dict.fromkeys({0})", ("method:fromkeys/1",), lambda of: list(dict.fromkeys(of)), ("str", *LISTS)),
    Component("({0}).union({1})", ("method:union/1",), set.union, _on(_SET, LISTS), "set"),
    Component("({0}).issubset({1})", ("method:issubset/1",), set.issubset, _on(_SET, ("str", *LISTS)), "bool"),
)

LIBRARY = (
    _call("math.sqrt", math.sqrt, NUMBERS, yields="float"),
    _call("math.floor", math.floor, ("float",), yields="int"),
    _call("math.ceil", math.ceil, ("float",), yields="int"),
    _call("math.isqrt", math.isqrt, _INT, yields="int"),
    _call("math.factorial", guards.factorial, _INT, yields="int"),
    Component("math.gcd({0}, {1})", ("call:math.gcd",), math.gcd, _on(_INT, _INT), "int", is_symmetric=True),
    Component(
        "math.lcm({0}, {1})", ("call:math.lcm",), guards.least_multiple, _on(_INT, _INT), "int", is_symmetric=True
    ),
    Component("math.hypot({0}, {1})", ("call:math.hypot",), math.hypot, (_TWO_NUMBERS,), "float", is_symmetric=True),
    _call("math.log", math.log, NUMBERS, yields="float"),
    _call("math.log2", math.log2, NUMBERS, yields="float"),
    _call("math.log10", math.log10, NUMBERS, yields="float"),
    _call("math.sin", math.sin, NUMBERS, yields="float"),
    _call("math.cos", math.cos, NUMBERS, yields="float"),
    _call("math.radians", math.radians, NUMBERS, yields="float"),
    _consumer("math.prod", guards.product, ("list:int", "list:float", "tuple")),
    _lazy(
        "itertools.accumulate({0})",
        ("call:itertools.accumulate",),
        lambda of: list(itertools.accumulate(of)),
        ("list:int", "list:float"),
    ),
    _lazy(
        "itertools.accumulate({0}, max)",
        (
            "call:itertools.accumulate",
            "call:max",
        ),
        lambda of: list(itertools.accumulate(of, max)),
        ("list:int", "list:float"),
    ),
    _lazy(
        "itertools.chain.from_iterable({0})",
        ("call:itertools.chain.from_iterable",),
        guards.flattened,
        ("list:list", "list:str", "list:tuple"),
    ),
    _lazy(
        "itertools.pairwise({0})",
        ("call:itertools.pairwise",),
        lambda of: list(itertools.pairwise(of)),
        ("str", *LISTS),
        yields="list:tuple",
    ),
    _lazy(
        "itertools.combinations({0}, {1})",
        ("call:itertools.combinations",),
        guards.combined(itertools.combinations),
        ("str", *LISTS),
        _INT,
        yields="list:tuple",
    ),
    _lazy(
        "itertools.permutations({0}, {1})",
        ("call:itertools.permutations",),
        guards.combined(itertools.permutations),
        ("str", *LISTS),
        _INT,
        yields="list:tuple",
    ),
    _lazy(
        "itertools.product({0}, {1})",
        ("call:itertools.product",),
        lambda *of: guards.flattened([itertools.product(*of)]),
        LISTS,
        LISTS,
        yields="list:tuple",
    ),
)

COMPONENTS = (*OPERATORS, *BUILTINS, *TEXT, *COLLECTIONS, *LIBRARY)
