"""What an answer depends on: expressions that come out the same in any case, and names that are never used."""

import ast
from collections.abc import Iterator
from typing import Any

from tddbot.judge.guard.folding import UNKNOWN
from tddbot.judge.guard.module import Function
from tddbot.judge.guard.names import Names

_IDLE = frozenset({"len", "str", "repr", "id", "bool", "type", "hash", "isinstance", "callable", "list", "tuple"})


def answers(function: Function | ast.Lambda) -> list[ast.expr | None]:
    """Return what a function returns, in the order of the source; None where it returns nothing. Yields are none."""
    if isinstance(function, ast.Lambda):
        return [function.body]
    return [node.value for node in inside(function) if isinstance(node, ast.Return)]


def inside(function: ast.AST) -> Iterator[ast.AST]:
    """Yield what lies in the body of a function, without what lies in functions and classes within."""
    waiting: list[ast.AST] = (
        list(reversed(getattr(function, "body", []))) if not isinstance(function, ast.Lambda) else [function.body]
    )
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += reversed(list(ast.iter_child_nodes(node)))


def simplified(node: ast.expr | None, names: Names, depth: int = 0) -> Any:
    """Return the one value that an expression can have, or UNKNOWN: `0 * x`, `x or True` when asked for its truth, …"""
    if node is None:
        return None
    value = names.value(node)
    if value is not UNKNOWN or depth > 20:
        return value

    def again(each: ast.expr) -> Any:
        return simplified(each, names, depth + 1)

    match node:
        case ast.BinOp(left=left, op=ast.Sub() | ast.BitXor(), right=right) if _same(left, right):
            return 0
        case ast.BinOp(left=left, op=ast.Mult(), right=right) if 0 in (again(left), again(right)):
            return 0
        case ast.BinOp(left=left, op=ast.Add(), right=right) if 0 in (one := again(left), other := again(right)):
            return other if one == 0 else one
        case ast.BinOp(left=left, op=op, right=right) if isinstance(op, ast.Add | ast.Sub | ast.Mult):
            one, other = again(left), again(right)
            if UNKNOWN in (one, other) or not all(isinstance(each, int | float) for each in (one, other)):
                return UNKNOWN
            return names.value(ast.BinOp(ast.Constant(one), op, ast.Constant(other)))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _branch(truth(test, names), again(body), again(orelse))
        case ast.Subscript(value=ast.Tuple(elts=elts) | ast.List(elts=elts), slice=key):
            index = names.value(key)
            return again(elts[index]) if isinstance(index, int) and -len(elts) <= index < len(elts) else UNKNOWN
        case ast.BoolOp(op=ast.Or(), values=[*_, last]) if all(
            truth(each, names) is False for each in node.values[:-1]
        ):
            return again(last)
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            known = truth(node, names)
            return UNKNOWN if known is None else known
        case ast.NamedExpr(value=value):
            return again(value)
        case ast.Call(func=ast.Name(id="bool" | "int"), args=[only]) if truth(only, names) is not None:
            return truth(only, names)
    return UNKNOWN


def _branch(test: bool | None, body: Any, orelse: Any) -> Any:
    if test is not None:
        return body if test else orelse
    return body if body is not UNKNOWN and orelse is not UNKNOWN and _equal(body, orelse) else UNKNOWN


def _equal(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def truth(node: ast.expr, names: Names, depth: int = 0) -> bool | None:
    """Return whether an expression is true whatever its names stand for, or None where that depends."""
    value = names.value(node)
    if value is not UNKNOWN:
        return bool(value)
    if depth > 20:
        return None

    def again(each: ast.expr) -> bool | None:
        return truth(each, names, depth + 1)

    match node:
        case ast.BoolOp(op=op, values=values):
            known = [again(each) for each in values]
            decisive = isinstance(op, ast.Or)
            return (
                decisive
                if decisive in known
                else (not decisive)
                if set(known) == {not decisive}
                else _excluded(op, values)
            )
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            known_operand = again(operand)
            return None if known_operand is None else not known_operand
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compared(left, op, right, names)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            chosen = again(test)
            return (
                again(body if chosen else orelse)
                if chosen is not None
                else again(body)
                if again(body) is again(orelse)
                else None
            )
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, kind]):
            return True if names.dotted(kind) == {"builtins.object"} else None
        case ast.Call(func=ast.Name(id="bool"), args=[only]):
            return again(only)
        case ast.Call(func=ast.Name(id="any" | "all"), args=[ast.List(elts=elts) | ast.Tuple(elts=elts)]):
            is_any = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "any"
            return again(ast.BoolOp(ast.Or() if is_any else ast.And(), elts)) if elts else not is_any
        case ast.NamedExpr(value=value):
            return again(value)
        case ast.Lambda() | ast.JoinedStr(values=[ast.Constant(value=str()), *_]):
            return True
        case ast.Tuple(elts=elts) | ast.List(elts=elts) | ast.Set(elts=elts):
            return bool(elts)
    return None


def _excluded(op: ast.boolop, values: list[ast.expr]) -> bool | None:
    """`x or not x`, and `x and not x`."""
    negated = [each.operand for each in values if isinstance(each, ast.UnaryOp) and isinstance(each.op, ast.Not)]
    if any(_same(one, other) for one in negated for other in values):
        return isinstance(op, ast.Or)
    return None


def _compared(left: ast.expr, op: ast.cmpop, right: ast.expr, names: Names) -> bool | None:
    if _same(left, right) and isinstance(
        op, ast.Eq | ast.Is | ast.LtE | ast.GtE | ast.NotEq | ast.IsNot | ast.Lt | ast.Gt
    ):
        return isinstance(op, ast.Eq | ast.Is | ast.LtE | ast.GtE)
    if isinstance(op, ast.In | ast.NotIn) and isinstance(right, ast.Tuple | ast.List | ast.Set):
        return isinstance(op, ast.In) if any(_same(left, each) for each in right.elts) else None
    if isinstance(left, ast.Call) and getattr(left.func, "id", "") == "len" and isinstance(op, ast.Eq) and left.args:
        shown = left.args[0].elts if isinstance(left.args[0], ast.Tuple | ast.List) else None
        return names.value(right) == len(shown) if shown is not None and names.value(right) is not UNKNOWN else None
    if isinstance(left, ast.Call) and getattr(left.func, "id", "") == "len" and isinstance(op, ast.GtE | ast.Gt):
        least = names.value(right)
        return True if isinstance(least, int) and least < isinstance(op, ast.GtE) else None
    return None


def _same(left: ast.AST, right: ast.AST) -> bool:
    return type(left) is type(right) and ast.dump(left) == ast.dump(right)


def is_used(function: Function | ast.Lambda, name: str) -> bool:
    """Whether anything hangs on a name: to delete it, measure it, or give it to one that nobody reads is no use."""
    below = list(ast.walk(function))
    loaded = [node for node in below if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    dead = {node for statement in below for node in _idle(statement, loaded)}
    return any(node.id == name and node not in dead for node in loaded)


def _idle(statement: ast.AST, loaded: list[ast.Name]) -> Iterator[ast.AST]:
    """Yield the nodes of a statement that does nothing with them."""
    match statement:
        case ast.Expr(value=ast.Name() | ast.Tuple() | ast.Compare() | ast.Attribute()):
            yield from ast.walk(statement)
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))) if name in _IDLE:
            yield from ast.walk(statement)
        case ast.Assign(targets=[ast.Name(id=target)], value=value):
            if not any(node.id == target and node not in set(ast.walk(value)) for node in loaded):
                yield from ast.walk(value)
        case ast.Assign(targets=[ast.Tuple(elts=elts)], value=value) if all(
            isinstance(each, ast.Name) for each in elts
        ):
            targets = {each.id for each in elts if isinstance(each, ast.Name)}
            if not any(node.id in targets and node not in set(ast.walk(value)) for node in loaded):
                yield from ast.walk(value)
        case (
            ast.BinOp(op=ast.Mult(), left=ast.Constant(value=0)) | ast.BinOp(op=ast.Mult(), right=ast.Constant(value=0))
        ):
            yield from ast.walk(statement)
