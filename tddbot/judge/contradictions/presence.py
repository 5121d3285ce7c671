"""Names that one test wants absent and another present, read from the syntax of tests. Pure."""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tddbot.domain import NodeId
from tddbot.judge.contradictions.calls import Scope, UnknownError
from tddbot.judge.contradictions.plain import RAISES, Reader
from tddbot.judge.contradictions.sheet import Sheet, Test, imported
from tddbot.proof import Contradiction, Demand

_ERRORS = frozenset({"AttributeError", "ImportError", "ModuleNotFoundError"})
_SOMETIMES = ast.BoolOp | ast.IfExp | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True, slots=True)
class Stance:
    """That a test wants a name (dotted) to be there, or not to be; `test` is "" for what its whole file wants."""

    name: str
    is_present: bool
    path: str
    test: str
    line: int
    text: str


def stances(sheet: Sheet, test: Test, around: Sequence[Sheet] = ()) -> Iterator[Stance]:
    """Yield what a test wants of names, as far as it does nothing before that could change them."""
    reader = Reader(sheet, test)
    try:
        reader.begin(around)
        for statement in test.function.body:
            if reader.scope.begun:
                return  # names may have come or gone by what was called
            for name, is_present, node in _wanted(statement, reader.scope):
                yield _stance(sheet, test.name, name, is_present, node)
            if not any(True for _ in _absent(statement, reader.scope)):
                list(reader.statement(statement))
    except UnknownError:
        return


def imports(sheet: Sheet) -> Iterator[Stance]:
    """Yield the names that a file of tests cannot do without, since it begins with importing them."""
    for node in sheet.starting if not sheet.is_unfit else ():
        for _, name in imported([node]):
            yield _stance(sheet, "", name, True, node)


def opposed(
    found: Sequence[Stance], target: Sequence[NodeId], nodes: Sequence[NodeId], is_plain: Callable[[str], bool]
) -> Iterator[Contradiction]:
    """Yield contradictions between one of the target's tests and one of all `nodes` over the presence of a name.

    `is_plain` tells whether a name is one of a module that has no submodules, or of a class.
    """
    for absent in found:
        for present in found:
            if absent.is_present or not present.is_present or absent.name != present.name or not is_plain(absent.name):
                continue
            pair = _node(absent, nodes), _node(present, nodes)
            if None not in pair and pair[0] != pair[1] and (_node(absent, target) or _node(present, target)):
                reason = f"`{absent.name}` cannot be both absent and present"
                yield Contradiction(_demand(absent, nodes), _demand(present, nodes), reason)


def _node(stance: Stance, nodes: Sequence[NodeId]) -> NodeId | None:
    """Return the first of the tests that a stance is that of, which may be a file as a whole."""
    if not stance.test:
        return next((node for node in nodes if node.partition("::")[0] == stance.path), None)
    full = f"{stance.path}::{stance.test}"
    return next((node for node in nodes if full == node.partition("[")[0] or full.startswith(f"{node}::")), None)


def _demand(stance: Stance, nodes: Sequence[NodeId]) -> Demand:
    return Demand(_node(stance, nodes) or stance.path, stance.path, stance.line, stance.text)


def _stance(sheet: Sheet, test: str, name: str, is_present: bool, node: ast.stmt) -> Stance:
    text = " ".join(line.strip() for line in sheet.lines[node.lineno - 1 : node.end_lineno])
    return Stance(name, is_present, sheet.path, test, node.lineno, text)


def _wanted(statement: ast.stmt, scope: Scope) -> Iterator[tuple[str, bool, ast.stmt]]:
    absent = list(_absent(statement, scope))
    for name in absent:
        yield name, False, statement
    if absent or isinstance(statement, ast.With | ast.For | ast.If | ast.Try | ast.While):
        return
    if isinstance(statement, ast.ImportFrom):
        for _, name in imported([statement]):
            yield name, True, statement
    for name in _present(statement, scope):
        yield name, True, statement


def _absent(statement: ast.stmt, scope: Scope) -> Iterator[str]:
    match statement:
        case ast.Assert(ast.UnaryOp(ast.Not(), inner)):
            yield from _asked(inner, scope)
        case ast.Assert(ast.Compare(inner, [ast.Is() | ast.Eq()], [ast.Constant(False)])):
            yield from _asked(inner, scope)
        case ast.Assert(ast.Compare(ast.Constant(str(name)), [ast.NotIn()], [listed])):
            yield from _listed(name, listed, scope)
        case ast.Expr(ast.Call(ast.Attribute(ast.Name("self"), "assertFalse"), [inner, *_])):
            yield from _asked(inner, scope)
        case ast.Expr(ast.Call(ast.Attribute(ast.Name("self"), "assertNotIn"), [ast.Constant(str(name)), listed, *_])):
            yield from _listed(name, listed, scope)
        case ast.With([ast.withitem(ast.Call(function, [kind], _))], [inner]) if scope.full(function) in RAISES:
            if isinstance(kind, ast.Name) and kind.id in _ERRORS and scope.is_free(kind.id):
                yield from _reached(inner, scope)


def _asked(node: ast.expr, scope: Scope) -> Iterator[str]:
    """Yield the name for which `hasattr` asks."""
    match node:
        case ast.Call(ast.Name("hasattr"), [owner, ast.Constant(str(name))]) if scope.is_free("hasattr"):
            yield from _below(owner, name, scope)


def _listed(name: str, listed: ast.expr, scope: Scope) -> Iterator[str]:
    match listed:
        case ast.Call(ast.Name("dir" | "vars"), [owner], []) | ast.Attribute(owner, "__dict__"):
            yield from _below(owner, name, scope)


def _below(owner: ast.expr, name: str, scope: Scope) -> Iterator[str]:
    full = scope.full(owner)
    if full and not scope.is_free(full):
        yield f"{full}.{name}"


def _reached(statement: ast.stmt, scope: Scope) -> Iterator[str]:
    """Yield the name that a statement does nothing but reach."""
    match statement:
        case ast.ImportFrom(names=[_]):
            yield from (name for _, name in imported([statement]))
        case ast.Expr(ast.Attribute(owner, name)):
            yield from _below(owner, name, scope)
        case ast.Expr(ast.Call(ast.Name("getattr"), [owner, ast.Constant(str(name))], [])):
            yield from _below(owner, name, scope)


def _present(statement: ast.stmt, scope: Scope) -> Iterator[str]:
    """Yield the names that a statement reaches whatever happens, or asserts to be there."""
    if isinstance(statement, ast.Assert):
        yield from _asked(statement.test, scope)
        match statement.test:
            case ast.Compare(ast.Constant(str(name)), [ast.In()], [listed]):
                yield from _listed(name, listed, scope)
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _SOMETIMES):
            continue
        full = scope.full(node) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) else None
        if full and not full.startswith("self."):
            yield full
        waiting += ast.iter_child_nodes(node) if not isinstance(node, ast.Assert) else [node.test]
