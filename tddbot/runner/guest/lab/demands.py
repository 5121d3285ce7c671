"""A test's source, rewritten: what it asserts is handed to a recorder, and nothing of it is checked."""

from __future__ import annotations

import ast
import types
from typing import Any, Dict, List, Sequence, Tuple

RECORDER = "__tddbot_demands__"
"""The recorder's name among the builtins, where every function finds it."""

_RAISES = frozenset({"raises", "assertRaises", "assertRaisesRegex"})
_CLOSE = frozenset({"isclose", "allclose"})
_OPTIMIZED = 0x01


def rewritten(text: "str | bytes", path: str) -> Dict[Tuple[str, int], types.CodeType]:
    """Return the code of all functions in a file of tests, by name and first line."""
    tree = _Rewriter().visit(ast.parse(text, path))
    found: Dict[Tuple[str, int], types.CodeType] = {}
    waiting = [compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)]
    while waiting:
        for code in waiting.pop().co_consts:
            if isinstance(code, types.CodeType):
                waiting.append(code)
                if code.co_flags & _OPTIMIZED:
                    found[code.co_name, code.co_firstlineno] = code
    return found


class _Rewriter(ast.NodeTransformer):
    """Puts calls of the recorder where something is asserted."""

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        """Hand on what is demanded."""
        return _suppressed(node, _demand(node.test))

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        """Go on where a helper fails."""
        if isinstance(node.value, (ast.Constant, ast.Yield, ast.YieldFrom)):
            return node
        return _suppressed(node, self.visit(node.value))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Know what is to be raised."""
        self.generic_visit(node)
        if _last_name(node.func) in _RAISES:
            return _call("raises", node, node.func, *node.args, keywords=node.keywords)
        return node


def _suppressed(node: ast.stmt, value: ast.expr) -> ast.stmt:
    """What goes wrong in one demand is of no concern to the next."""
    body: List[ast.stmt] = [ast.copy_location(ast.Expr(value), node)]
    kind = ast.copy_location(ast.Attribute(_recorder(node), "Swallowed", ast.Load()), node)
    handler = ast.copy_location(ast.ExceptHandler(kind, None, [ast.copy_location(ast.Pass(), node)]), node)
    return ast.copy_location(ast.Try(body, [handler], [], []), node)


def _demand(test: ast.expr) -> ast.expr:
    """Return an expression that hands on what is demanded, and is true."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _comparison(test)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return _call("each", test, *[_demand(value) for value in test.values])
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _call("false", test, test.operand)
    if isinstance(test, ast.Call) and not test.keywords and len(test.args) == 1 and _last_name(test.func) == "all":
        inner = test.args[0]
        if isinstance(inner, (ast.GeneratorExp, ast.ListComp)):
            inner.elt = _demand(inner.elt)
            return test
    if isinstance(test, ast.Call) and _last_name(test.func) in _CLOSE and len(test.args) >= 2:
        return _call("nearly", test, *test.args[:2])
    return _call("true", test, test)


def _comparison(test: ast.Compare) -> ast.expr:
    left, (operator,), (right,) = test.left, test.ops, test.comparators
    if isinstance(operator, ast.Eq):
        return _call("equal", test, left, right)
    if isinstance(operator, ast.Is):
        return _call("same", test, left, right)
    if isinstance(operator, (ast.Lt, ast.LtE)) and isinstance(left, ast.Call) and _last_name(left.func) == "abs":
        difference = left.args[0] if left.args else None
        if isinstance(difference, ast.BinOp) and isinstance(difference.op, ast.Sub):
            return _call("nearly", test, difference.left, difference.right)
    return _call("other", test, left, right)


def _call(method: str, node: ast.expr, *arguments: ast.expr, keywords: Sequence[ast.keyword] = ()) -> ast.expr:
    line: Any = ast.copy_location(ast.Constant(node.lineno), node)
    function = ast.copy_location(ast.Attribute(_recorder(node), method, ast.Load()), node)
    return ast.copy_location(ast.Call(function, [line, *arguments], list(keywords)), node)


def _recorder(node: ast.AST) -> ast.expr:
    return ast.copy_location(ast.Name(RECORDER, ast.Load()), node)


def _last_name(function: ast.expr) -> str:
    return str(getattr(function, "attr", "") or getattr(function, "id", ""))
