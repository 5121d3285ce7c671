"""What the tests say of single cases: the literals of each, and which functions are called with what."""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tddbot.judge.guard.module import Function

Literals = frozenset[str]
"""Constants as texts: numbers as they are written best, strings as themselves."""

TRIVIAL = frozenset({"0", "1", "-1", "", "None", "True", "False"})
_ASSERTIONS = frozenset({"assertEqual", "assertEquals", "assertListEqual", "assertDictEqual", "assertAlmostEqual"})


@dataclass(frozen=True, slots=True)
class Cases:
    """The literals of each case of one test: of a row of its parameters, or of one of its assertions."""

    test: str
    rows: frozenset[Literals]


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a test makes of a function: its arguments as source, and the literals that are expected of it."""

    function: str
    arguments: str
    expected: Literals


def atom(value: object) -> str:
    """Return a constant as a text: `1.0` is `1`, and `b"x"` is `x`."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def cases(tree: ast.AST, names: Collection[str] | None = None) -> tuple[Cases, ...]:
    """Return the cases of each test function of these names, and those of all of them together.

    Without names, every function counts that is called as tests are.
    """
    found = []
    for node in _tests(tree, names):
        rows = frozenset(row for row in (*_parameters(node), *_assertions(node)) if row - TRIVIAL)
        found.append(Cases(node.name, rows))
    every = Cases("the tests", frozenset(row for each in found for row in each.rows))
    return tuple(each for each in (*found, *([every] if len(found) > 1 else [])) if each.rows)


def calls(tree: ast.AST, names: Collection[str] | None = None) -> tuple[Call, ...]:
    """Return the calls that stand in assertions of these tests, one for each row of a test's parameters."""
    return tuple(
        call
        for test in _tests(tree, names)
        for values in _rows(test)
        for node in ast.walk(test)
        for call in called(node, values)
    )


def literals(nodes: Iterable[ast.AST]) -> Literals:
    """Return the constants below these nodes, a minus sign with its number."""
    found: set[str] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            found.add(f"-{atom(node.operand.value)}")
        elif isinstance(node, ast.Constant):
            found.add(atom(node.value))
        else:
            waiting += ast.iter_child_nodes(node)
    return frozenset(found)


def _tests(tree: ast.AST, names: Collection[str] | None) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (
            node.name.startswith("test") if names is None else node.name in names
        ):
            yield node


def _tables(test: Function) -> Iterator[tuple[list[str], list[ast.expr]]]:
    """Yield the names and the rows of each table of parameters."""
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("parametrize"):
            table = decorator.args[1] if len(decorator.args) > 1 else None
            if isinstance(table, ast.List | ast.Tuple):
                yield _names(decorator.args[0]), [_row(each) for each in table.elts]


def _row(node: ast.expr) -> ast.expr:
    """A row, be it wrapped in `pytest.param`."""
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "param":
        return ast.Tuple(node.args, ast.Load())
    return node


def _names(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [name.strip() for name in node.value.split(",") if name.strip()]
    elements = node.elts if isinstance(node, ast.Tuple | ast.List) else []
    return [each.value for each in elements if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def _parameters(test: Function) -> Iterator[Literals]:
    for _, rows in _tables(test):
        yield from (literals([row]) for row in rows)


def _rows(test: Function) -> Iterator[Mapping[str, ast.expr]]:
    """Yield what the parameters of a test are, row by row; once nothing, where it has no table."""
    found = False
    for names, rows in _tables(test):
        for row in rows:
            values = row.elts if len(names) > 1 and isinstance(row, ast.Tuple | ast.List) else [row]
            found = True
            yield dict(zip(names, values, strict=False))
    if not found:
        yield {}


def _assertions(test: ast.AST) -> Iterator[Literals]:
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            yield literals([node.test])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ASSERTIONS:
            yield literals(node.args[:2])


def called(node: ast.AST, values: Mapping[str, ast.expr]) -> Iterator[Call]:
    """Yield the calls within one assertion, names as `values` has them, with what the comparison's other side says."""
    sides: list[ast.expr] = []
    if isinstance(node, ast.For | ast.Assign | ast.Expr):
        sides = [node.iter if isinstance(node, ast.For) else node.value]
    elif isinstance(node, ast.Assert):
        test = node.test
        sides = [test.left, *test.comparators] if isinstance(test, ast.Compare) else [test]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.startswith("assert"):
        sides = list(node.args[:2])
    for side in sides:
        others = [
            values.get(each.id, each) if isinstance(each, ast.Name) else each for each in sides if each is not side
        ]
        for call in ast.walk(side):
            if isinstance(call, ast.Call):
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                given = [*call.args, *(each.value for each in call.keywords)]
                filled = [values.get(each.id, each) if isinstance(each, ast.Name) else each for each in given]
                yield Call(name, ", ".join(map(ast.unparse, filled)), literals(others))
