"""Cases of a test as its syntax tree has them: rows of parameters, assertions of one shape, rows of a loop. Pure."""

import ast
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from itertools import accumulate

from tddbot.context.code.outline import lines_of

FEWEST = 8
"""A test with fewer cases has none to spare."""

_GIVEN = ("argnames", "argvalues")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Span = tuple[int, int]
"""From where to where, in characters of a text."""


class Form(Enum):
    """How a test lists its cases."""

    ROWS = "rows of parametrize"
    LINES = "assertions"
    LOOP = "rows of a loop"


@dataclass(frozen=True)
class Text:
    """A file's text with the places of its syntax tree, which counts bytes of UTF-8 in each line."""

    text: str

    @cached_property
    def lines(self) -> list[str]:
        """The lines, each with its end."""
        return lines_of(self.text)

    @cached_property
    def starts(self) -> list[int]:
        """Where each line starts."""
        return [0, *accumulate(map(len, self.lines))]

    def place(self, line: int, column: int) -> int:
        """Return the place of a column, in bytes, of a line, from 1."""
        before = self.lines[line - 1].encode("utf-8", "surrogatepass")[:column]
        return self.starts[line - 1] + len(before.decode("utf-8", "surrogatepass"))

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Return where a node stands."""
        end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self.place(node.lineno, node.col_offset), self.place(*end)

    def line_of(self, place: int) -> int:
        """Return the line, from 1, that a place is in."""
        return bisect_right(self.starts, place)


@dataclass(frozen=True, slots=True)
class Case:
    """One case: where it stands, its values by column, and the ID that pytest.param gives it, where it is plain."""

    span: Span
    first: int
    last: int
    values: tuple[ast.expr, ...]
    id: ast.expr | None = None
    is_plain: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """All cases of one table or of one test, whose `test` is pytest's name for it (`TestA::test_x`).

    `holder` is the list of nodes that they are in. `names` are those of the parameters or of the loop's variables,
    `body` the loop's lines, `ids` the elements of `ids=[…]`. `tables` are all of the test's, from the one nearest to
    the function on; `place` is its own among them.
    """

    form: Form
    test: str
    function: Function
    cases: tuple[Case, ...]
    holder: list[ast.expr] | list[ast.stmt]
    names: tuple[str, ...] = ()
    ids: list[ast.expr] | None = None
    body: range = range(0)
    tables: "tuple[Group, ...]" = ()
    place: int = 0


def groups(tree: ast.Module, text: Text) -> Iterator[Group]:
    """Yield what a file's tests list, whether or not it is much."""
    for test, function in _functions(tree.body, ""):
        yield from _parametrized(test, function, tree, text)
        yield from _loops(test, function, tree, text)
        yield from _assertions(test, function, text)


def _functions(body: Sequence[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}::")
        elif isinstance(node, Function):
            yield f"{prefix}{node.name}", node


def _listed(node: ast.expr, *scopes: Sequence[ast.stmt]) -> list[ast.expr] | None:
    """Return the elements of a list or tuple that is written out, or that a name stands for, which is set just once."""
    if isinstance(node, ast.Name):
        found = [value for body in scopes for value in _set_to(node.id, body)]
        if len(found) != 1:
            return None
        node = found[0]
    if isinstance(node, ast.List | ast.Tuple) and not any(isinstance(each, ast.Starred) for each in node.elts):
        return node.elts
    return None


def _set_to(name: str, body: Sequence[ast.stmt]) -> Iterator[ast.expr]:
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                yield value
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
                yield value


def _case(node: ast.expr, width: int, is_bare: bool, text: Text) -> Case | None:
    """Return a row as a case of so many values, or of itself where it `is_bare`; None where that is not sure."""
    id_: ast.expr | None = None
    is_plain = True
    if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "param":
        id_ = next((keyword.value for keyword in node.keywords if keyword.arg == "id"), None)
        is_plain = all(keyword.arg == "id" for keyword in node.keywords)
        values = tuple(node.args)
    elif is_bare:
        values = (node,)
    elif isinstance(node, ast.Tuple | ast.List):
        values = tuple(node.elts)
    else:
        return None
    if len(values) != width or any(isinstance(value, ast.Starred) for value in values):
        return None
    return Case(text.span(node), node.lineno, node.end_lineno or node.lineno, values, id_, is_plain)


def _rows(elements: Sequence[ast.expr], width: int, is_bare: bool, text: Text) -> tuple[Case, ...] | None:
    rows = [_case(element, width, is_bare, text) for element in elements]
    return tuple(row for row in rows if row) if None not in rows else None


def _parametrized(test: str, function: Function, tree: ast.Module, text: Text) -> Iterator[Group]:
    marks = [each for each in function.decorator_list if _is_parametrize(each)]
    tables = [_table(test, function, mark, tree, text) for mark in reversed(marks) if isinstance(mark, ast.Call)]
    known = tuple(table for table in tables if table)
    if len(known) == len(marks):
        for place, table in enumerate(known):
            yield replace(table, tables=known, place=place)


def _is_parametrize(node: ast.expr) -> bool:
    func = node.func if isinstance(node, ast.Call) else node
    return isinstance(func, ast.Attribute) and func.attr == "parametrize"


def _table(test: str, function: Function, mark: ast.Call, tree: ast.Module, text: Text) -> Group | None:
    given = dict(zip(_GIVEN, mark.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in mark.keywords if keyword.arg}
    asked_names = given.pop("argnames", None)
    names = _names(asked_names)
    elements = _listed(given.pop("argvalues", ast.Constant(None)), tree.body)
    asked = given.pop("ids", None)
    ids = None if asked is None else _listed(asked, tree.body)
    if names is None or elements is None or given.keys() - {"scope"} or len(mark.args) > len(_GIVEN):
        return None
    # A list of one name has rows of one value, and a name alone has values.
    rows = _rows(elements, len(names), len(names) == 1 and isinstance(asked_names, ast.Constant), text)
    # A function may make the IDs, which then nobody knows.
    if rows is None or (asked is not None and (ids is None or len(ids) != len(rows))):
        return None
    return Group(Form.ROWS, test, function, rows, elements, names, ids)


def _names(node: ast.expr | None) -> tuple[str, ...] | None:
    match node:
        case ast.Constant(value=str(names)):
            return tuple(name.strip() for name in names.split(",") if name.strip())
        case ast.List(elts=elts) | ast.Tuple(elts=elts):
            found = [each.value for each in elts if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            return tuple(found) if len(found) == len(elts) else None
    return None


def _loops(test: str, function: Function, tree: ast.Module, text: Text) -> Iterator[Group]:
    for node in function.body:
        if not isinstance(node, ast.For) or node.orelse:
            continue
        targets = node.target.elts if isinstance(node.target, ast.Tuple | ast.List) else [node.target]
        names = tuple(target.id for target in targets if isinstance(target, ast.Name))
        elements = _listed(node.iter, function.body, tree.body)
        if elements is None or len(names) != len(targets):
            continue
        rows = _rows(elements, len(names), isinstance(node.target, ast.Name), text)
        if rows and all(map(is_literal, (value for row in rows for value in row.values))):
            body = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            yield Group(Form.LOOP, test, function, rows, elements, names, body=body)


def is_literal(node: ast.expr) -> bool:
    """Whether a value is written out."""
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _assertions(test: str, function: Function, text: Text) -> Iterator[Group]:
    """Yield the assertions of each shape: the same function called, the same comparison, and values written out."""
    own = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {each.arg for each in ast.walk(function) if isinstance(each, ast.arg)} - {"self", "cls"}
    shapes: dict[str, list[Case]] = {}
    for node in function.body:
        if not _is_assertion(node) or any(isinstance(each, ast.Name) and each.id in own for each in ast.walk(node)):
            continue
        first, last = node.lineno, node.end_lineno or node.lineno
        start, end = text.span(node)
        before, after = text.text[text.starts[first - 1] : start], text.text[end : text.starts[last]]
        if not before.strip() and (not after.strip() or after.lstrip().startswith("#")):
            values = tuple(_literals(node))
            case = Case((start, end), first, last, values)
            shapes.setdefault(_shape(node, values), []).append(case)
    for cases in shapes.values():
        yield Group(Form.LINES, test, function, tuple(cases), function.body)


def _is_assertion(node: ast.stmt) -> bool:
    match node:
        case ast.Assert():
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name))):
            return name.startswith("assert")
    return False


def _literals(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the largest literals in a node."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr) and is_literal(child):
            yield child
        else:
            yield from _literals(child)


def _shape(node: ast.stmt, values: Sequence[ast.expr]) -> str:
    dumped = ast.dump(node)
    for value in values:
        dumped = dumped.replace(ast.dump(value), "·", 1)
    return dumped
