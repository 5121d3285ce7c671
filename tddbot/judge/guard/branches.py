"""Branches that compare an argument with literals and give a literal then: a table, written as code."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tddbot.judge.guard.cases import Literals, literals
from tddbot.judge.guard.dependence import inside
from tddbot.judge.guard.folding import UNKNOWN
from tddbot.judge.guard.module import Function, parameters
from tddbot.judge.guard.names import Names

_KEEPING = frozenset({
    "str", "repr", "tuple", "list", "sorted", "int", "float", "hash", "frozenset", "set", "dict", "dumps", "strip",
    "lower", "upper", "encode", "hexdigest", "join", "format", "casefold", "copy", "decode", "items", "values", "keys",
    "bytes", "ascii", "map", "len", "abs", "isclose", "eq", "ord", "hex", "bin",
})  # fmt: skip
_SAME = frozenset({"eq", "is_", "isclose", "__eq__", "startswith", "endswith", "fullmatch", "match", "compare_digest"})


@dataclass(frozen=True, slots=True)
class Branch:
    """What a branch compares with, what it gives then, and where."""

    key: Literals
    given: Literals
    node: ast.AST


def branches(function: Function, names: Names) -> Iterator[Branch]:
    """Yield the branches of a function that hang on literals alone and give a literal."""
    own = set(parameters(function)) | {
        node.id for node in inside(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    own |= {each.arg for node in inside(function) if isinstance(node, ast.Lambda) for each in node.args.args}
    for node in inside(function):
        if isinstance(node, ast.If | ast.IfExp):
            given = [node.body] if isinstance(node, ast.IfExp) else _given(node.body, names)
            yield from _branch(node, node.test, given, own, names)
        elif isinstance(node, ast.match_case):
            yield from _case(node, own, names)
        elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And) and len(node.values) > 1:
            yield from _branch(node, ast.BoolOp(ast.And(), node.values[:-1]), node.values[-1:], own, names)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            for test, value in ((node.left, node.right), (node.right, node.left)):
                if isinstance(test, ast.Compare):
                    yield from _branch(node, test, [value], own, names)


def _branch(node: ast.AST, test: ast.expr, given: list[ast.expr], own: set[str], names: Names) -> Iterator[Branch]:
    plain = [each for each in given if names.value(each) is not UNKNOWN]
    if plain and (compared := _compared(test, own, names)):
        yield Branch(
            frozenset().union(*map(_literals, compared)),
            frozenset().union(*(_literals(names.value(each)) for each in plain)),
            node,
        )


def _case(node: ast.match_case, own: set[str], names: Names) -> Iterator[Branch]:
    given = [each for each in _given(node.body, names) if names.value(each) is not UNKNOWN]
    first = node.body[0]
    if isinstance(first, ast.Return) and isinstance(first.value, ast.IfExp):
        given = [each for each in (first.value.body, first.value.orelse) if names.value(each) is not UNKNOWN]
    patterns = [each.value for each in ast.walk(node.pattern) if isinstance(each, ast.MatchValue)]
    keys: list[Any] = [names.value(each) for each in patterns]
    if node.guard is not None:
        keys += _compared(node.guard, own, names)
    if given and keys and UNKNOWN not in keys:
        yield Branch(
            frozenset().union(*map(_literals, keys)),
            frozenset().union(*(_literals(names.value(each)) for each in given)),
            node,
        )


def _literals(value: Any) -> Literals:
    if isinstance(value, dict):
        return frozenset(each for pair in value.items() for part in pair for each in _literals(part))
    if isinstance(value, list | tuple | set | frozenset):
        return frozenset().union(*map(_literals, value))
    return literals([ast.Constant(value)])


def _given(body: list[ast.stmt], names: Names) -> list[ast.expr]:
    """What a branch returns, gives to a name, or yields."""
    for statement in body:
        value = statement.value if isinstance(statement, ast.Return | ast.Assign | ast.Expr) else None
        if isinstance(value, ast.Yield):
            value = value.value
        if value is not None and names.value(value) is not UNKNOWN and not isinstance(statement, ast.Expr):
            return [value]
        if (
            isinstance(statement, ast.Expr)
            and isinstance(value, ast.Call)
            and isinstance(value.func, ast.Attribute)
            and value.func.attr in ("append", "write", "add", "extend")
            and value.args
        ):
            return value.args[:1]
    return []


def _compared(test: ast.expr, own: set[str], names: Names) -> list[Any]:
    """Return the values that a condition compares arguments with; [] where it asks for anything else."""
    match test:
        case ast.BoolOp(op=op, values=values):
            parts = [_compared(value, own, names) for value in values]
            # Whatever else has to hold only makes the case narrower.
            is_narrow = any(parts) if isinstance(op, ast.And) else all(parts)
            return [value for part in parts for value in part] if is_narrow else []
        case ast.UnaryOp(op=ast.Not(), operand=ast.BinOp(op=ast.Sub() | ast.BitXor(), left=left, right=right)):
            return _sides(left, right, own, names)
        case ast.UnaryOp(op=ast.Not(), operand=ast.Compare(left=left, ops=[ast.NotEq()], comparators=[right])):
            return _sides(left, right, own, names)
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            return _sides(left, right, own, names)
        case ast.Compare(left=left, ops=[ast.In()], comparators=[right]):
            value = names.value(right)
            is_few = isinstance(value, list | tuple | set | frozenset) and len(value) < 3
            return list(value) if is_few and _is_kept(left, own) else []
        case ast.Compare(left=low, ops=[ast.LtE() | ast.Lt(), ast.LtE() | ast.Lt()], comparators=[middle, high]):
            ends = names.value(low), names.value(high)
            is_point = ends[0] is not UNKNOWN and ends[0] == ends[1]
            return [ends[0]] if is_point and _is_kept(middle, own) else []
        case ast.Call(func=function, args=[*arguments]):
            name = getattr(function, "attr", getattr(function, "id", ""))
            holder = [function.value] if isinstance(function, ast.Attribute) else []
            pair = [each for each in (*holder, *arguments) if names.value(each) is not UNKNOWN or _is_kept(each, own)]
            return _sides(pair[0], pair[1], own, names) if name in _SAME and len(pair) == 2 else []
    return []


def _sides(left: ast.expr, right: ast.expr, own: set[str], names: Names) -> list[Any]:
    for literal, asked in ((left, right), (right, left)):
        value = names.value(literal)
        if isinstance(asked, ast.Name):
            binders = names.binders(asked.id, names.module.scopes.get(asked, ""))
            asked = binders[0] if len(binders) == 1 and isinstance(binders[0], ast.BinOp) else asked
        if value is not UNKNOWN and names.value(asked) is UNKNOWN and _is_kept(asked, own):
            constant = names.value(asked.right) if isinstance(asked, ast.BinOp) else UNKNOWN
            if isinstance(asked, ast.BinOp) and isinstance(value, int) and isinstance(constant, int):
                undone = {ast.Sub: value + constant, ast.Add: value - constant, ast.BitXor: value ^ constant}
                return [undone.get(type(asked.op), value)]
            return [value]
    return []


def _is_kept(node: ast.expr, own: set[str]) -> bool:
    """Whether an expression tells apart what its arguments tell apart: no remainders, no orders, nothing global."""
    match node:
        case ast.Name(id=name):
            return name in own
        case ast.Tuple(elts=elts) | ast.List(elts=elts):
            return any(_is_kept(each, own) for each in elts) and all(
                _is_kept(each, own) or isinstance(each, ast.Constant) for each in elts
            )
        case ast.BinOp(left=left, op=ast.Sub() | ast.Add() | ast.BitXor(), right=ast.Constant()):
            return _is_kept(left, own)
        case (
            ast.Subscript(value=value, slice=ast.Constant() | ast.Slice())
            | ast.Attribute(value=value)
            | ast.NamedExpr(value=value)
        ):
            return _is_kept(value, own)
        case ast.JoinedStr(values=values):
            parts = [each.value for each in values if isinstance(each, ast.FormattedValue)]
            return bool(parts) and all(_is_kept(each, own) for each in parts)
        case ast.Call(func=function, args=arguments):
            name = getattr(function, "attr", getattr(function, "id", ""))
            holder = [function.value] if isinstance(function, ast.Attribute) else []
            return name in _KEEPING and any(_is_kept(each, own) for each in (*holder, *arguments))
    return False
