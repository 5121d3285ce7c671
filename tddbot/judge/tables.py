"""Whether a patch answers from a table of the tests' own literals instead of by a rule. Pure, over syntax trees.

Looked at are dictionaries, lists of rows, and chains of comparisons with a parameter. One is objected to when all that
it holds stands in the tests as a case, and it holds all cases of a test but for one, which a default would answer. A
table of which the tests know only a part, such as the symbols of Roman numerals, is none of these.
"""

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

Literals = frozenset[str]
"""Constants by their `repr`, so that 1, 1.0 and True are three."""

_TRIVIAL = frozenset(map(repr, (0, 1, -1, 0.0, 1.0, "", b"", None, True, False, (), [], {})))
_ASSERTIONS = frozenset({"assertEqual", "assertEquals", "assertListEqual", "assertDictEqual", "assertAlmostEqual"})
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Cases:
    """The literals of each case of one test: of a row of its parameters, or of one of its assertions."""

    test: str
    rows: frozenset[Literals]


def cases(tree: ast.AST, names: Collection[str] | None = None) -> tuple[Cases, ...]:
    """Return the cases of each test function of these names, and those of all of them; fewer than two are none.

    Without names, every function counts that is called as tests are.
    """
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("test") if names is None else node.name in names:
            rows = frozenset(row for row in (*_parameters(node), *_assertions(node)) if row - _TRIVIAL)
            found.append(Cases(node.name, rows))
    every = Cases("the tests", frozenset(row for each in found for row in each.rows))
    return tuple(each for each in (*found, *([every] if len(found) > 1 else [])) if len(each.rows) >= _FEWEST)


def may_hold(added: str, known: Iterable[Cases]) -> bool:
    """Whether added lines hold literals of two cases at all, which is quicker to see than whether they copy them."""
    return any(sum(any(part in added for part in row - _TRIVIAL) for row in each.rows) >= _FEWEST for each in known)


def copied(before: ast.AST | None, after: ast.AST, known: Iterable[Cases]) -> tuple[str, int] | None:
    """Return a test whose cases a new table or chain in `after` has copied, with its line, or None."""
    old = {rows for rows, _ in _tables(before)} if before else set()
    for rows, line in _tables(after):
        if rows not in old and len(rows) >= _FEWEST:
            for each in known:
                hit = {case for case in each.rows for row in rows if row <= case}
                if all(any(row <= case for case in each.rows) for row in rows) and len(hit) >= len(each.rows) - 1:
                    return each.test, line
    return None


def _parameters(test: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Literals]:
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("parametrize"):
            for table in decorator.args[1:2]:
                if isinstance(table, ast.List | ast.Tuple):
                    yield from (_literals([row]) for row in table.elts)


def _assertions(test: ast.AST) -> Iterator[Literals]:
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            yield _literals([node.test])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ASSERTIONS:
            yield _literals(node.args[:2])


def _tables(tree: ast.AST | None) -> Iterator[tuple[frozenset[Literals], int]]:
    """Yield the rows of each table with its line; those of trivial values, such as a recursion's ends, are none."""
    for node in ast.walk(tree) if tree else ():
        rows = frozenset(row for row in _rows(node) if row - _TRIVIAL)
        if rows:
            yield rows, getattr(node, "lineno", 0)


def _rows(node: ast.AST) -> Iterator[Literals]:
    match node:
        case ast.Dict(keys=keys, values=values):
            yield from (_literals([key, value]) for key, value in zip(keys, values, strict=True) if key is not None)
        case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts) if all(map(_is_row, elts)):
            yield from (_literals([row]) for row in elts)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from _branches(node)


def _is_row(node: ast.AST) -> bool:
    return isinstance(node, ast.Tuple | ast.List) and len(node.elts) > 1


def _branches(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Literals]:
    """Yield what each branch compares a parameter with, and what it gives then."""
    names = {argument.arg for argument in ast.walk(function) if isinstance(argument, ast.arg)}
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.IfExp):
            given = [node.body] if isinstance(node, ast.IfExp) else _given(node.body[0])
            if given and (compared := _compared(node.test, names)):
                yield _literals([*compared, *given])
        elif isinstance(node, ast.match_case) and isinstance(node.pattern, ast.MatchValue | ast.MatchSequence):
            patterns = [each.value for each in ast.walk(node.pattern) if isinstance(each, ast.MatchValue)]
            if given := _given(node.body[0]):
                yield _literals([*patterns, *given])


def _given(statement: ast.stmt) -> list[ast.expr]:
    value = statement.value if isinstance(statement, ast.Return | ast.Assign) else None
    return [value] if value is not None and _is_literal(value) else []


def _compared(test: ast.expr, names: set[str]) -> list[ast.expr]:
    """Return the literals with which a condition compares parameters, and nothing where it compares anything else."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        parts = [_compared(value, names) for value in test.values]
        return [literal for part in parts for literal in part] if all(parts) else []
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq | ast.Is):
        return []
    sides = [test.left, test.comparators[0]]
    literal = [side for side in sides if _is_literal(side)]
    asked = [side for side in sides if {each.id for each in ast.walk(side) if isinstance(each, ast.Name)} <= names]
    plain = [side for side in asked if isinstance(side, ast.Name | ast.Tuple) and not _is_literal(side)]
    return literal if len(literal) == 1 and len(plain) == 1 else []


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _literals(nodes: Iterable[ast.AST]) -> Literals:
    """Return the constants below these nodes, a minus sign with its number."""
    found: set[str] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            found.add(f"-{node.operand.value!r}")
        elif isinstance(node, ast.Constant):
            found.add(repr(node.value))
        else:
            waiting += ast.iter_child_nodes(node)
    return frozenset(found)
