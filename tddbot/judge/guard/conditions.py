"""Where a module decides: the conditions of branches, loops and expressions, and what of a value is decided by."""

import ast
from collections.abc import Iterator

from tddbot.judge.guard.module import Module

_PASSING = (
    ast.Compare, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.Call, ast.Attribute, ast.Subscript, ast.NamedExpr, ast.Tuple,
    ast.List, ast.JoinedStr, ast.FormattedValue, ast.Slice, ast.Set, ast.GeneratorExp, ast.comprehension, ast.keyword,
    ast.Starred,
)  # fmt: skip


_MATCHERS = frozenset({"startswith", "endswith", "find", "count", "__eq__", "__contains__", "index"})
_FARTHEST = 3


def conditions(module: Module) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Yield what decides, with the expression that it decides by."""
    for kind in (ast.If, ast.IfExp, ast.While, ast.Assert):
        yield from ((branch, branch.test) for branch in module.nodes.get(kind, ()) if isinstance(branch, kind))
    for match in module.every(ast.Match):
        yield match, match.subject
    for case in module.every(ast.match_case):
        if case.guard:
            yield case, case.guard
    for loop in module.every(ast.comprehension):
        yield from ((loop, test) for test in loop.ifs)


def is_decided(module: Module, node: ast.AST, by_constant: bool = False) -> bool:
    """Whether a condition hangs on a value, be it by a local name that is given to it.

    `by_constant` asks for more: that it is compared with a constant on the way, or reckoned with one.
    """
    return _decides(module, node, by_constant, 0)


def _decides(module: Module, node: ast.AST, by_constant: bool, depth: int) -> bool:
    inner, is_weighed, is_compared = node, not by_constant, False
    for parent in module.above(node):
        if isinstance(parent, ast.If | ast.IfExp | ast.While | ast.Assert | ast.Match | ast.match_case):
            asked = (getattr(parent, name, None) for name in ("test", "subject", "guard"))
            return any(each is inner for each in asked) and (is_weighed or isinstance(parent, ast.Match))
        if isinstance(parent, ast.Assign | ast.AnnAssign) or (isinstance(parent, ast.NamedExpr) and not is_weighed):
            return depth < _FARTHEST and _by_name(module, parent, by_constant and not is_weighed, depth)
        if isinstance(parent, ast.Return | ast.Expr):
            return (
                by_constant
                and is_weighed
                and is_compared
                and not isinstance(inner, ast.Compare | ast.BoolOp | ast.UnaryOp)
            )
        if not isinstance(parent, _PASSING) or (by_constant and _is_reckoned(parent, inner)):
            return False
        is_weighed = is_weighed or _weighs(parent, inner)
        is_compared = is_compared or isinstance(parent, ast.Compare)
        inner = parent
    return False


def _is_reckoned(parent: ast.AST, inner: ast.AST) -> bool:
    """Whether a value is reckoned with another one: what is said of a difference is not said of the value."""
    if not isinstance(parent, ast.BinOp):
        return False
    other = parent.left if parent.right is inner else parent.right
    return not any(isinstance(each, ast.Constant) for each in ast.walk(other))


def _weighs(parent: ast.AST, inner: ast.AST) -> bool:
    """Whether a comparison or sum has nothing but constants beside what is weighed."""
    if isinstance(parent, ast.Compare):
        # What has a text in it, such as a dot, is not told from others by that.
        if parent.left is not inner and isinstance(parent.ops[0], ast.In | ast.NotIn):
            return False
        return all(_is_plain(each) for each in (parent.left, *parent.comparators) if each is not inner)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mod):
        return isinstance(parent.right, ast.Constant)
    method = parent.func.attr if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute) else ""
    return method in _MATCHERS and isinstance(parent, ast.Call) and all(map(_is_plain, parent.args))


def _is_plain(node: ast.expr) -> bool:
    """Whether an expression is a constant other than None, or a display of such."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return all(map(_is_plain, node.elts))
    if isinstance(node, ast.Call) and len(node.args) > 1:
        return all(isinstance(each, ast.Constant) for each in node.args)
    operand = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(operand, ast.Constant) and operand.value is not None


def _by_name(module: Module, statement: ast.AST, by_constant: bool, depth: int) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    names = {each.id for each in targets if isinstance(each, ast.Name)}
    scope = module.scopes.get(statement, "")
    stored = [each for each in module.every(ast.Name) if each.id in names and isinstance(each.ctx, ast.Store)]
    if sum(module.scopes[each] == scope for each in stored) > len(names):
        return False
    return any(
        _decides(module, use, by_constant, depth + 1)
        for use in module.every(ast.Name)
        if use.id in names and isinstance(use.ctx, ast.Load) and module.scopes[use].startswith(scope)
    )
