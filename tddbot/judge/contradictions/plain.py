"""The demands of a test that nothing but arguments can have a part in, read from its syntax. Pure.

What is known to be harmless is gone through; at the first statement that is anything else, the reading ends.
"""

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tddbot.judge.contradictions.calls import Called, Local, Scope, UnknownError, awaited, names_in
from tddbot.judge.contradictions.sheet import Sheet, Test

RAISES = ("pytest.raises", "self.assertRaises", "self.assertRaisesRegex")
"""What expects an exception of what is within it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A demand of one call's result, as a recorder will name it: by its test and one of its `lines`.

    `text` is the statement's, on one line; `loose` is one with a tolerance of its own, `raised` the built-in exception
    that is expected.
    """

    path: str
    test: str
    lines: range
    line: int
    text: str
    call: Called
    loose: bool = False
    raised: str = ""


def asked(sheet: Sheet, test: Test, around: Sequence[Sheet] = ()) -> Iterator[Asked]:
    """Yield the demands of a test, as far as nothing but arguments can have a part in them.

    `around` are the conftests, the nearest first. There are none of a test around which anything goes on.
    """
    reader = Reader(sheet, test)
    try:
        reader.begin(around)
        for statement in test.function.body:
            yield from list(reader.statement(statement))
    except UnknownError:
        return


class Reader:
    """Goes through one test, statement by statement."""

    def __init__(self, sheet: Sheet, test: Test) -> None:
        self.scope = Scope(sheet, test)
        self._sheet = sheet
        self._test = test

    def begin(self, around: Sequence[Sheet]) -> None:
        """Take in what the test is given. Raise UnknownError where that is a fixture of which too little is known."""
        arguments = self._test.function.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        is_odd = arguments.vararg or arguments.kwarg or arguments.defaults or any(arguments.kw_defaults)
        if is_odd or any(each.is_unfit for each in (self._sheet, *around)):
            raise UnknownError
        for argument in every[1 if self._test.is_method else 0 :]:
            self._give(argument.arg, around)

    def _give(self, name: str, around: Sequence[Sheet]) -> None:
        if name in self._test.cases:
            self.scope.locals[name] = Local(shared=not self._test.fresh)
            return
        home = next((each for each in (self._sheet, *around) if name in each.bound), None)
        if home is None or name not in home.fixtures:
            raise UnknownError
        self.scope.names = home
        self.scope.bind(name, home.fixtures[name])
        self.scope.names = self._sheet

    def statement(self, node: ast.stmt) -> Iterator[Asked]:
        """Yield what one statement demands. Raise UnknownError where it does anything else of consequence."""
        match node:
            case ast.Expr(ast.Constant()) | ast.Pass():
                pass
            case ast.Import() | ast.ImportFrom():
                self.scope.take_imports(node)
            case ast.Assert(test):
                yield from self._demanded(node, test)
            case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, ast.expr() as value):
                self.scope.bind(name, value)
            case ast.Assign([ast.Tuple() as targets], value):
                if self.scope.look(value):
                    raise UnknownError
                self.scope.spread(targets, shared=True)
            case ast.With([item], body):
                yield from self._within(node, item, body)
            case ast.For(target, over, body, []):
                yield from self._loop(target, over, body)
            case ast.Expr(value):
                yield from self._expression(node, value)
            case _:
                raise UnknownError

    def _loop(self, target: ast.expr, over: ast.expr, body: Sequence[ast.stmt]) -> Iterator[Asked]:
        """Yield the demands in a loop, before each of which everything in it may have happened."""
        if self.scope.look(over):
            raise UnknownError
        self.scope.spread(target, shared=any(True for _ in names_in(over)))
        self.scope.loops += 1
        found = [each for statement in body for each in self.statement(statement)]
        self.scope.loops -= 1
        begun = tuple(self.scope.begun)
        yield from (replace(each, call=replace(each.call, begun=begun)) for each in found)

    def _within(self, node: ast.With, item: ast.withitem, body: Sequence[ast.stmt]) -> Iterator[Asked]:
        manager = item.context_expr
        name = self.scope.full(manager.func) if isinstance(manager, ast.Call) else None
        if not isinstance(manager, ast.Call) or not (item.optional_vars is None or _is_name(item.optional_vars)):
            raise UnknownError
        if name == "self.subTest":
            for statement in body:
                yield from self.statement(statement)
        elif name in RAISES and len(body) == 1 and manager.args:
            yield from self._raising(node, body[0], manager)
            if isinstance(item.optional_vars, ast.Name):
                self.scope.locals[item.optional_vars.id] = Local()
        else:
            raise UnknownError

    def _raising(self, node: ast.With, statement: ast.stmt, manager: ast.Call) -> Iterator[Asked]:
        """Yield that one call is to raise. Anything else in there might do so, too, or might not be reached."""
        match statement:
            case ast.Expr(value) | ast.Assign([ast.Name()], value):
                calls = self.scope.look(value)
            case _:
                raise UnknownError
        inner = awaited(value)
        if isinstance(inner, ast.Call) and self.scope.callee(inner.func) is not None and len(calls) == 1:
            yield self._asked(node, manager, calls[0], raised=self._builtin(manager.args[0]))

    def _builtin(self, kind: ast.expr) -> str:
        """Return the name of a built-in exception, "" of any other."""
        is_builtin = isinstance(kind, ast.Name) and self.scope.is_free(kind.id) and hasattr(builtins, kind.id)
        return kind.id if is_builtin and isinstance(kind, ast.Name) else ""

    def _expression(self, node: ast.Expr, value: ast.expr) -> Iterator[Asked]:
        inner = awaited(value)
        if not isinstance(inner, ast.Call):
            raise UnknownError
        name = self.scope.full(inner.func) or ""
        if name.startswith("self.assert") and name not in RAISES:
            yield from self._demanded(node, inner, bool(inner.keywords) or len(inner.args) > 2)
        elif self.scope.changes(inner.func):
            for argument in (*inner.args, *(keyword.value for keyword in inner.keywords)):
                if self.scope.look(argument):
                    raise UnknownError
        elif self.scope.callee(inner.func) is not None:
            self.scope.look(value)
            self.scope.begun[-1] = replace(self.scope.begun[-1], is_dropped=True)
        else:
            raise UnknownError

    def _demanded(self, node: ast.stmt, unit: ast.expr, loose: bool = False) -> Iterator[Asked]:
        """Yield what is demanded of the one function whose result decides, if there is but one."""
        if isinstance(unit, ast.BoolOp) and isinstance(unit.op, ast.And):
            for value in unit.values:
                yield from self._demanded(node, value)
            return
        # The arguments of a method of unittest's, of which Python knows nothing by itself.
        parts = unit.args[:2] if isinstance(node, ast.Expr) and isinstance(unit, ast.Call) else [unit]
        direct = [call for part in parts for call in self.scope.look(part)]
        names = {name for part in parts for name in self._compared(part)}
        named = [self.scope.locals[name] for name in names if name in self.scope.locals]
        calls = [*direct, *(call for local in named for call in local.calls)]
        is_clear = all(local.made and not local.touched for local in named if local.calls)
        if not is_clear or len({(call.function, call.receiver) for call in calls}) != 1:
            return
        doubtful = any(local.touched for local in named)
        for call in calls:
            known = replace(call, doubtful=call.doubtful or doubtful)
            yield self._asked(node, unit, known, loose or _is_loose(unit))

    def _compared(self, part: ast.AST) -> Iterator[str]:
        """Yield the names in an expression, but for those in calls of what is not the test's own."""
        waiting = [part]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Name):
                yield node.id
            elif not isinstance(node, ast.Call) or self.scope.callee(node.func) is None:
                waiting += ast.iter_child_nodes(node)

    def _asked(self, node: ast.stmt, unit: ast.expr, call: Called, loose: bool = False, raised: str = "") -> Asked:
        lines = range(unit.lineno, (unit.end_lineno or unit.lineno) + 1)
        text = " ".join(line.strip() for line in self._sheet.lines[node.lineno - 1 : node.end_lineno])
        return Asked(self._sheet.path, self._test.name, lines, node.lineno, text, call, loose, raised)


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name)


def _is_loose(unit: ast.expr) -> bool:
    """Whether a comparison has, or may have, a tolerance of its own."""
    calls = [node for node in ast.walk(unit) if isinstance(node, ast.Call)]
    named = [(ast.unparse(call.func), call) for call in calls]
    if any(name.endswith("approx") and (len(call.args) > 1 or call.keywords) for name, call in named):
        return True
    if any(name.endswith(("isclose", "allclose")) and (len(call.args) > 2 or call.keywords) for name, call in named):
        return True
    return isinstance(unit, ast.Compare) and any(isinstance(each, ast.Lt | ast.LtE) for each in unit.ops)
