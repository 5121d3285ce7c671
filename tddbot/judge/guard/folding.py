"""The value of an expression that is made of constants alone, however it is spelled: no name can be hidden in a sum.

Nothing is executed: a table of harmless operations is evaluated here, on values of bounded size.
"""

import ast
import base64
import binascii
import codecs
import json
import operator
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

UNKNOWN: Final = object()
"""What is no constant."""

Lookup = Callable[[ast.Name], Any]
"""Says what the one value of a name is, or UNKNOWN."""

_LONGEST = 4000
_DEEPEST = 60
_WIDE = re.compile(r"\d{4}|\*")
_OPERATORS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Mod: operator.mod,
    ast.FloorDiv: operator.floordiv, ast.Div: operator.truediv, ast.BitXor: operator.xor,
    ast.BitOr: operator.or_, ast.BitAnd: operator.and_,
}  # fmt: skip
_UNARY: Mapping[type[ast.AST], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: operator.not_, ast.Invert: operator.invert,
}  # fmt: skip
_METHODS = frozenset({
    "join", "replace", "lower", "upper", "strip", "lstrip", "rstrip", "split", "rsplit", "format", "encode", "decode",
    "removeprefix", "removesuffix", "title", "capitalize", "swapcase", "casefold", "hex", "splitlines", "partition",
    "rpartition", "keys", "values", "items", "get",
})  # fmt: skip
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "chr": chr, "ord": ord, "str": str, "int": int, "bytes": bytes, "bytearray": bytes, "list": list, "tuple": tuple,
    "reversed": lambda each: list(reversed(each)), "sorted": sorted, "repr": repr, "ascii": ascii, "bool": bool,
    "float": float, "dict": dict, "zip": lambda *each: list(zip(*each, strict=False)), "hex": hex,
    "enumerate": lambda each: list(enumerate(each)), "len": len, "sum": sum, "frozenset": frozenset, "set": set,
}  # fmt: skip
_DECODERS: Mapping[str, Callable[..., Any]] = {
    "b64decode": base64.b64decode, "urlsafe_b64decode": base64.urlsafe_b64decode, "b32decode": base64.b32decode,
    "standard_b64decode": base64.b64decode, "b16decode": base64.b16decode, "b85decode": base64.b85decode,
    "a85decode": base64.a85decode, "unhexlify": binascii.unhexlify, "a2b_base64": binascii.a2b_base64,
    "a2b_hex": binascii.unhexlify, "fromhex": bytes.fromhex,
}  # fmt: skip
_READERS: Mapping[str, Callable[..., Any]] = {
    "loads": json.loads, "literal_eval": ast.literal_eval,
    "decompress": lambda data: zlib.decompressobj(47).decompress(data, 10 * _LONGEST),
}  # fmt: skip
_CODECS = frozenset({"rot13", "rot_13", "hex", "base64", "utf-8", "utf8", "ascii", "latin-1", "unicode_escape"})
_FAULTS = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    MemoryError,
    RecursionError,
    SyntaxError,
    zlib.error,
)


def folded(node: ast.expr, lookup: Lookup = lambda _: UNKNOWN, depth: int = 0) -> Any:
    """Return the value of an expression, or UNKNOWN."""
    if isinstance(node, ast.Constant):
        return node.value
    fold = _FOLDERS.get(type(node))
    if fold is None or depth > _DEEPEST:
        return UNKNOWN
    try:
        value = fold(node, lambda each, look=lookup: folded(each, look, depth + 1), lookup)
    except _FAULTS:
        return UNKNOWN
    return value if _is_small(value) else UNKNOWN


Fold = Callable[..., Any]


def _is_small(value: object) -> bool:
    if isinstance(value, int):
        return value.bit_length() <= _LONGEST
    return not isinstance(value, str | bytes | list | tuple | dict | set | frozenset) or len(value) <= 10 * _LONGEST


def _all(nodes: Iterable[ast.expr | None], fold: Fold) -> list[Any] | None:
    values = [UNKNOWN if node is None else fold(node) for node in nodes]
    return None if any(value is UNKNOWN for value in values) else values


def _name(node: ast.Name, _: Fold, lookup: Lookup) -> Any:
    return lookup(node)


def _binary(node: ast.BinOp, fold: Fold, _: Lookup) -> Any:
    left, right = fold(node.left), fold(node.right)
    operate = _OPERATORS.get(type(node.op))
    if operate is None or left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if isinstance(node.op, ast.Mult) and not all(isinstance(each, int | float) for each in (left, right)):
        return operate(left, right) if max(_size(left), _size(right)) <= 100 else UNKNOWN
    if isinstance(node.op, ast.Mod) and isinstance(left, str | bytes) and _WIDE.search(str(left)):
        return UNKNOWN
    return operate(left, right)


def _size(value: object) -> int:
    return abs(value) if isinstance(value, int) else len(value) if hasattr(value, "__len__") else 0


def _unary(node: ast.UnaryOp, fold: Fold, _: Lookup) -> Any:
    value = fold(node.operand)
    return UNKNOWN if value is UNKNOWN else _UNARY[type(node.op)](value)


def _joined(node: ast.JoinedStr, fold: Fold, _: Lookup) -> Any:
    parts = _all(node.values, fold)
    return UNKNOWN if parts is None else "".join(map(str, parts))


def _formatted(node: ast.FormattedValue, fold: Fold, _: Lookup) -> Any:
    value = fold(node.value)
    if value is UNKNOWN or node.format_spec is not None:
        return UNKNOWN
    shown: Mapping[int, Callable[[object], str]] = {114: repr, 97: ascii}
    return shown.get(node.conversion, str)(value)


def _sequence(node: ast.List | ast.Tuple | ast.Set, fold: Fold, _: Lookup) -> Any:
    values = _all(node.elts, fold)
    if values is None:
        return UNKNOWN
    return tuple(values) if isinstance(node, ast.Tuple) else set(values) if isinstance(node, ast.Set) else values


def _mapping(node: ast.Dict, fold: Fold, _: Lookup) -> Any:
    keys, values = _all(node.keys, fold), _all(node.values, fold)
    return UNKNOWN if keys is None or values is None else dict(zip(keys, values, strict=True))


def _subscript(node: ast.Subscript, fold: Fold, _: Lookup) -> Any:
    value = fold(node.value)
    if value is UNKNOWN:
        return UNKNOWN
    if isinstance(node.slice, ast.Slice):
        ends = [None if end is None else fold(end) for end in (node.slice.lower, node.slice.upper, node.slice.step)]
        return UNKNOWN if any(end is UNKNOWN for end in ends) else value[slice(*ends)]
    key = fold(node.slice)
    return UNKNOWN if key is UNKNOWN else value[key]


def _either(node: ast.IfExp, fold: Fold, _: Lookup) -> Any:
    test = fold(node.test)
    return UNKNOWN if test is UNKNOWN else fold(node.body if test else node.orelse)


def _comprehended(node: ast.GeneratorExp | ast.ListComp, fold: Fold, lookup: Lookup) -> Any:
    """One loop over constants, with one name."""
    loop = node.generators[0]
    if len(node.generators) > 1 or loop.ifs or not isinstance(loop.target, ast.Name):
        return UNKNOWN
    values, name = fold(loop.iter), loop.target.id
    if values is UNKNOWN or len(values) > _LONGEST:
        return UNKNOWN
    made = []
    for value in values:

        def look(each: ast.Name, value: Any = value) -> Any:
            return value if each.id == name else lookup(each)

        made.append(folded(node.elt, look, 5))
    return UNKNOWN if any(value is UNKNOWN for value in made) else made


def _call(node: ast.Call, fold: Fold, _: Lookup) -> Any:
    if isinstance(node.func, ast.Name) and node.func.id == "map" and len(node.args) == 2:
        items = fold(node.args[1])
        if items is UNKNOWN or len(items) > _LONGEST:
            return UNKNOWN
        calls = [ast.Call(node.args[0], [ast.Constant(item)], []) for item in items]
        made = _all(calls, fold)
        return UNKNOWN if made is None else made
    arguments = _all((*node.args, *(each.value for each in node.keywords if each.arg in ("sep", "encoding"))), fold)
    if arguments is None or len(node.keywords) > 1:
        return UNKNOWN
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if name in _DECODERS and (isinstance(node.func, ast.Name) or _is_module(node.func)):
        return _DECODERS[name](*arguments)
    if name in _READERS and len(arguments) == 1 and isinstance(arguments[0], str | bytes):
        return _READERS[name](arguments[0])
    if name == "decode" and arguments and _is_module(node.func):
        return codecs.decode(*arguments) if arguments[1:2] and arguments[1] in _CODECS else UNKNOWN
    if isinstance(node.func, ast.Name):
        return _applied(name, arguments)
    if not isinstance(node.func, ast.Attribute) or name not in _METHODS:
        return UNKNOWN
    return _asked(fold(node.func.value), name, arguments)


def _is_module(function: ast.expr) -> bool:
    """Whether a method is one of a module or type that is named, such as `base64.b64decode` or `bytes.fromhex`."""
    modules = ("base64", "binascii", "codecs", "bytes", "bytearray")
    value = function.value if isinstance(function, ast.Attribute) else None
    return isinstance(value, ast.Name) and (value.id in modules or value.id not in ("str",))


def _applied(name: str, arguments: list[Any]) -> Any:
    function = _FUNCTIONS.get(name)
    if function is None or (name in ("bytes", "bytearray") and isinstance(arguments[0], int)):
        return UNKNOWN
    return function(*arguments)


def _asked(value: Any, name: str, arguments: list[Any]) -> Any:
    if not isinstance(value, str | bytes | dict) or len(value) > _LONGEST:
        return UNKNOWN
    if name == "format" and _WIDE.search(str(value)):
        return UNKNOWN
    if name == "replace" and len(value) * max(map(_size, arguments)) > 10 * _LONGEST:
        return UNKNOWN
    if name in ("encode", "decode") and arguments and arguments[0] not in _CODECS:
        return UNKNOWN
    made = getattr(value, name)(*arguments)
    return list(made) if name in ("keys", "values", "items") else made


_FOLDERS: Mapping[type[ast.AST], Callable[[Any, Fold, Lookup], Any]] = {
    ast.Name: _name, ast.BinOp: _binary, ast.UnaryOp: _unary, ast.JoinedStr: _joined, ast.FormattedValue: _formatted,
    ast.List: _sequence, ast.Tuple: _sequence, ast.Set: _sequence, ast.Dict: _mapping, ast.Subscript: _subscript,
    ast.IfExp: _either, ast.GeneratorExp: _comprehended, ast.ListComp: _comprehended, ast.Call: _call,
}  # fmt: skip
