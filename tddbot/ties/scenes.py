"""What tests do with objects of a class, as expressions: an object is made, some things are done with it, one is told.

`(lambda it: (it.push(2), it.pop())[-1])(Stack())` is such a scene. Scenes are read off the tests' syntax trees, so that
they are there for a class or method that is yet to be written, too, of which no call can be recorded.
"""

import ast
import builtins
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from tddbot.parsing import Unparsable, parsed
from tddbot.ties.differing import Function, functions

IT = "it"
_MOST = 60
_MOST_STEPS = 6
_MOST_ROWS = 8
_DEEPEST = 100
_Row = Mapping[str, ast.expr]


@dataclass(frozen=True, slots=True)
class Scene:
    """An object's source, what is done with it, and what is told of it in the end; the object is named `it`."""

    maker: str
    steps: tuple[str, ...]
    told: str

    @property
    def expression(self) -> str:
        """All of it in one expression, a call."""
        return f"(lambda {IT}: ({', '.join([*self.steps, self.told])},)[-1])({self.maker})"


def scenes(test: str, owner: str, module: ast.Module) -> list[Scene]:
    """Return what the tests in a text do with objects of a class, and less of the same; the shortest first."""
    tests = _tests(test)
    reading = _Reading(owner, set(top_names(module)), tests)
    whole = dict.fromkeys(scene for node in reading.functions.values() for scene in reading.of(node))
    # A scene without one of its steps is as good as another, and one with a step more may tell more.
    varied = (other for scene in whole for other in _varied(scene))
    found = islice(dict.fromkeys((*whole, *varied)), _MOST)
    return sorted(found, key=lambda scene: (len(scene.expression), scene.expression))


def calls(test: str, function: str, module: ast.Module) -> list[str]:
    """Return the calls of a function that the tests in a text make, as its module could make them, too."""
    known, found = set(top_names(module)), dict[str, None]()
    for node in _tests(test).values():
        for row in islice(_rows(node), _MOST_ROWS):
            for each in (inner for statement in node.body for inner in ast.walk(_filled(statement, row))):
                if isinstance(each, ast.Call) and _last(each.func) == function:
                    each.func = ast.Name(function, ast.Load())
                    if all(name in known or _is_builtin(name) for name in _used(each)):
                        found[ast.unparse(each)] = None
    return list(found)


def seen_again(expression: str) -> Scene | None:
    """Return the scene that an expression is, or None."""
    node = ast.parse(expression, mode="eval").body
    match node:
        case ast.Call(ast.Lambda(body=ast.Subscript(ast.Tuple(elts))), [maker]) if elts:
            *steps, told = map(ast.unparse, elts)
            return Scene(ast.unparse(maker), tuple(steps), told)
    return None


def _tests(text: str) -> dict[str, Function]:
    """The functions in a text, without those that nest too deeply to be copied and written."""
    tree = parsed(text)
    found = {} if isinstance(tree, Unparsable) else dict(functions(tree.body))
    return {name: node for name, node in found.items() if not _is_deep(node)}


def _is_deep(node: ast.AST) -> bool:
    level: list[ast.AST] = [node]
    for _ in range(_DEEPEST):
        level = [inner for each in level for inner in ast.iter_child_nodes(each)]
        if not level:
            return False
    return True


def _varied(scene: Scene) -> Iterator[Scene]:
    steps = scene.steps
    for at in range(len(steps)):
        yield Scene(scene.maker, (*steps[:at], *steps[at + 1 :]), scene.told)
    if len(steps) < _MOST_STEPS:
        yield from (Scene(scene.maker, (*steps[: at + 1], *steps[at:]), scene.told) for at in range(len(steps)))
        if "(" in scene.told:
            yield Scene(scene.maker, (*steps, scene.told), scene.told)
    if len(steps) > 1:
        yield Scene(scene.maker, steps[::-1], scene.told)


def top_names(module: ast.Module) -> Iterator[str]:
    """Yield what a module defines or imports at its top."""
    for node in module.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


@dataclass
class _Reading:
    """The tests of one file that make objects of the class `owner`, in whose module these names are known."""

    owner: str
    known: set[str]
    functions: dict[str, Function]

    def of(self, node: Function) -> Iterator[Scene]:
        """Yield the scenes of one test; of one with a table, for its first rows."""
        for row in islice(_rows(node), _MOST_ROWS):
            yield from self._with(node, row)

    def _with(self, node: Function, row: _Row) -> Iterator[Scene]:
        body = [_filled(statement, row) for statement in node.body]
        makers = {each.arg: maker for each in node.args.args if (maker := self._of_fixture(each.arg))}
        for name, maker in makers.items():
            yield from self._told(name, maker, body)
        for at, statement in enumerate(body):
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                maker = self._maker(statement.value)
                yield from self._told(statement.targets[0].id, maker, body[at + 1 :]) if maker else ()
            for each in ast.walk(statement):
                if isinstance(each, ast.Attribute) and (maker := self._maker(each.value)):
                    yield from self._at_once(each, maker, statement)

    def _told(self, name: str, maker: str, body: Sequence[ast.stmt]) -> Iterator[Scene]:
        """Yield what is told of the object by this name, each with the steps before."""
        steps: list[str] = []
        for statement in _flat(body):
            for told in self._views(statement, name):
                yield Scene(maker, tuple(steps[-_MOST_STEPS:]), told)
            if isinstance(statement, ast.Expr | ast.Assign) and (step := self._written(statement.value, name)):
                steps.append(step)

    def _at_once(self, node: ast.Attribute, maker: str, statement: ast.stmt) -> Iterator[Scene]:
        outer: ast.expr = next(
            (call for call in ast.walk(statement) if isinstance(call, ast.Call) and call.func is node), node
        )
        told = copy.deepcopy(outer)
        inner = told.func if isinstance(told, ast.Call) else told
        if isinstance(inner, ast.Attribute):
            inner.value = ast.Name(IT, ast.Load())
            if text := self._written(told, IT):
                yield Scene(maker, (), text)

    def _views(self, statement: ast.stmt, name: str) -> Iterator[str]:
        """Yield the largest parts of a statement that look at the object and that the module could evaluate, too."""
        waiting: list[ast.AST] = [statement]
        while waiting:
            node = waiting.pop(0)
            if isinstance(node, ast.expr) and not isinstance(node, ast.Name | ast.BoolOp):
                is_compared = isinstance(node, ast.Compare) and not isinstance(node.ops[0], ast.In | ast.NotIn)
                text = "" if is_compared else self._written(node, name)
                if text:
                    yield text
                    continue
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                waiting += (node.func.value, *node.args, *node.keywords)  # a method by itself is nothing to look at
            else:
                waiting += ast.iter_child_nodes(node)

    def _written(self, node: ast.expr, name: str) -> str:
        """Return an expression with the object as `it`, or "" where it does not hold it, or holds what is unknown."""
        names = _used(node)
        if name not in names or isinstance(node, ast.Name | ast.Lambda | ast.Await):
            return ""
        if any(each != name and each not in self.known and not _is_builtin(each) for each in names):
            return ""
        return ast.unparse(_Renamed(name).visit(copy.deepcopy(node)))

    def _maker(self, node: ast.expr) -> str:
        """Return the source of a call that makes an object of the class, as its module knows it, or ""."""
        if not isinstance(node, ast.Call):
            return ""
        made, name = copy.deepcopy(node), ast.Name(self.owner, ast.Load())
        if _last(node.func) == self.owner:
            made.func = name
        elif isinstance(made.func, ast.Attribute) and _last(made.func.value) == self.owner:
            made.func.value = name  # a class method that makes one
        else:
            return ""
        return ast.unparse(made) if all(each in self.known or _is_builtin(each) for each in _used(made)) else ""

    def _of_fixture(self, name: str) -> str:
        node = self.functions.get(name)
        ends = [each.value for each in ast.walk(node) if isinstance(each, ast.Return | ast.Yield)] if node else []
        return self._maker(ends[-1]) if ends and ends[-1] is not None else ""


def _flat(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements in their order, those within a `with` as well."""
    for statement in body:
        if isinstance(statement, ast.With):
            yield from _flat(statement.body)
        elif isinstance(statement, ast.Expr | ast.Assign | ast.Assert | ast.Return):
            yield statement


def _rows(node: Function) -> Iterator[_Row]:
    """Yield what a table of `pytest.mark.parametrize` gives a test, row by row; nothing once, where it has none."""
    tables = [each for each in node.decorator_list if isinstance(each, ast.Call) and _last(each.func) == "parametrize"]
    if len(tables) != 1 or len(tables[0].args) < 2:
        yield {}
        return
    names, rows = tables[0].args[:2]
    shown = [_text(each) for each in names.elts] if isinstance(names, ast.Tuple | ast.List) else _text(names).split(",")
    for row in rows.elts if isinstance(rows, ast.List | ast.Tuple) else ():
        row = row.args[0] if isinstance(row, ast.Call) and _last(row.func) == "param" and len(row.args) == 1 else row
        values = row.elts if len(shown) > 1 and isinstance(row, ast.Tuple | ast.List) else [row]
        yield dict(zip((name.strip() for name in shown), values, strict=False))


def _filled(statement: ast.stmt, row: _Row) -> ast.stmt:
    filled: ast.stmt = _Filling(row).visit(copy.deepcopy(statement))
    return filled


class _Filling(ast.NodeTransformer):
    def __init__(self, row: _Row) -> None:
        self._row = row

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._row.get(node.id, node)


class _Renamed(ast.NodeTransformer):
    def __init__(self, name: str) -> None:
        self._name = name

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(IT, node.ctx) if node.id == self._name else node


def _is_builtin(name: str) -> bool:
    return hasattr(builtins, name)


def _used(node: ast.AST) -> list[str]:
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]


def _last(node: ast.AST | None) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
