"""A file of tests as its syntax has it: what its names are bound to, and what surrounds each of its tests. Pure."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tddbot.parsing import parsed

Function = ast.FunctionDef | ast.AsyncFunctionDef

_SURROUND = re.compile(
    r"(async)?set_?up(_(module|function|method|class))?|(async)?tear_?down(_(module|function|method|class))?"
    r"|setUp(Class|Module)|tearDown(Class|Module)|asyncSetUp|asyncTearDown|run|__\w+__"
)
_HOOKS = re.compile(r"pytest_(runtest|pyfunc|fixture|collection|itemcollected|pycollect)\w*")
_HELPERS = re.compile(r"fixture|conftest|plugin|\btests?\b|testing|helper|support")
_MARKS = frozenset({"parametrize", "slow", "fast", "unit", "smoke", "integration", "regression", "asyncio", "anyio"})
_TEST_CASES = frozenset({"object", "TestCase", "unittest.TestCase"})
AROUND_ALL = re.compile(r"^\s*usefixtures\s*=|-p[\s\"',=]+(?!no:)\w", re.MULTILINE)
"""What gives all tests fixtures or plugins, in a configuration of pytest's."""


@dataclass(frozen=True, slots=True)
class Test:
    """A test function with the names of its cases; `fresh` are those whose values no other test can have."""

    name: str
    function: Function
    cases: frozenset[str] = frozenset()
    fresh: bool = True
    is_method: bool = False


@dataclass(frozen=True)
class Sheet:
    """One file of tests, or a conftest.

    `imports` are absolute dotted names by the name that they are bound to, `constants` what is assigned once;
    `fixtures` are those that only return what their expression says, `starting` the imports at the top, `named` all
    that is imported anywhere. `is_unfit` where something may go on around each
    test that no reader of the test sees.
    """

    path: str
    lines: Sequence[str]
    tests: tuple[Test, ...] = ()
    imports: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, ast.expr] = field(default_factory=dict)
    fixtures: Mapping[str, ast.expr] = field(default_factory=dict)
    bound: frozenset[str] = frozenset()
    starting: tuple[ast.ImportFrom, ...] = ()
    named: frozenset[str] = frozenset()
    is_unfit: bool = False


def sheet(path: str, text: str) -> Sheet | None:
    """Return what a file has, or None where it cannot be read."""
    tree = parsed(text)
    if not isinstance(tree, ast.Module):
        return None
    bound = list(_bound(tree.body))
    once = {name for name in bound if bound.count(name) == 1}
    functions = [node for node in tree.body if isinstance(node, Function)]
    return Sheet(
        path,
        text.split("\n"),
        tuple(_tests(tree)),
        {name: dotted for name, dotted in imported(tree.body) if name in once},
        {name: value for name, value in _assigned(tree.body) if name in once},
        {each.name: value for each in functions if (value := _fixture(each)) is not None},
        frozenset(bound),
        tuple(node for node in tree.body if isinstance(node, ast.ImportFrom)),
        frozenset(dotted for node in ast.walk(tree) if isinstance(node, ast.stmt) for _, dotted in imported([node])),
        not all(_is_calm(node) for node in tree.body) or _takes_unused(tree),
    )


def imported(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Yield the names that imports bind, with what they are in full; relative imports are left out."""
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else ((alias.name.partition(".")[0],) * 2)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                if alias.name != "*":
                    yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _bound(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Yield each name as often as the module binds it, whichever way it goes; `*` for what nobody knows."""
    for statement in body:
        if isinstance(statement, Function | ast.ClassDef):
            yield statement.name
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.alias):
                yield node.asname or node.name.partition(".")[0]
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                yield node.id


def _assigned(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        match node:
            case ast.Assign([ast.Name(name)], value):
                yield name, value
            case ast.AnnAssign(ast.Name(name), _, ast.expr() as value):
                yield name, value


def _is_calm(node: ast.stmt) -> bool:
    """Whether a statement of a module has no part in how its tests run, but for what it binds."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return not _SURROUND.fullmatch(node.name) and not _HOOKS.fullmatch(node.name) and not _is_automatic(node)
        case ast.Assign([ast.Name("pytest_plugins")], _):
            return False
        case ast.Assign([ast.Name("pytestmark")], value):
            return all(map(_is_harmless_mark, value.elts if isinstance(value, ast.List | ast.Tuple) else [value]))
        case ast.Assign(targets):
            return all(isinstance(each, ast.Name | ast.Tuple) for each in targets)
        case ast.Expr(ast.Call(function)):
            return ast.unparse(function).startswith("sys.path.")
        case ast.If(test):
            return "TYPE_CHECKING" in ast.unparse(test) or "__name__" in ast.unparse(test)
        case ast.Expr(ast.Constant()) | ast.Import() | ast.ImportFrom() | ast.ClassDef() | ast.AnnAssign():
            return True
    return False


def _takes_unused(tree: ast.Module) -> bool:
    """Whether names are imported from tests' helpers and never mentioned, as fixtures are that need not be named."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    aliases = [(node, alias) for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    helping = [alias for node, alias in aliases if _HELPERS.search(f".{node.module or ''}")]
    return any((alias.asname or alias.name) not in used for alias in helping)


def _is_automatic(function: Function) -> bool:
    return any("autouse" in ast.unparse(each) for each in function.decorator_list)


def _is_fixture(function: Function) -> bool:
    """Whether it is one, which stands before those of the file that have its name."""
    return any("fixture" in ast.unparse(each) for each in function.decorator_list)


def _tests(tree: ast.Module) -> Iterator[Test]:
    for node in tree.body:
        if isinstance(node, Function) and node.name.startswith("test"):
            yield from _test(node, "", [])
        elif isinstance(node, ast.ClassDef) and _is_plain_class(node):
            for inner in node.body:
                if isinstance(inner, Function) and inner.name.startswith("test"):
                    yield from _test(inner, f"{node.name}::", node.decorator_list)


def _is_plain_class(node: ast.ClassDef) -> bool:
    """Whether the class of tests adds nothing to how they run."""
    if node.keywords or not all(ast.unparse(base) in _TEST_CASES for base in node.bases):
        return False
    for inner in node.body:
        match inner:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                if _SURROUND.fullmatch(inner.name) or _is_fixture(inner):
                    return False
            case ast.Expr(ast.Constant()) | ast.Pass():
                pass
            case ast.Assign([ast.Name(name)], _) if name != "pytestmark":
                pass
            case _:
                return False
    return True


def _test(function: Function, prefix: str, around: list[ast.expr]) -> Iterator[Test]:
    """Yield the test, unless one of its decorators may change what it runs in."""
    marks = [*around, *function.decorator_list]
    if not all(map(_is_harmless_mark, marks)):
        return
    tables = [mark for mark in marks if isinstance(mark, ast.Call) and ast.unparse(mark.func).endswith("parametrize")]
    names = [name for table in tables for name in _case_names(table)]
    fresh = len(tables) < 2 and not any(isinstance(each, ast.Name) for table in tables for each in _values(table))
    yield Test(prefix + function.name, function, frozenset(names), fresh, bool(prefix))


def _is_harmless_mark(mark: ast.expr) -> bool:
    name = ast.unparse(mark.func if isinstance(mark, ast.Call) else mark)
    before, _, last = name.rpartition(".")
    if before not in ("pytest.mark", "mark") or last not in _MARKS:
        return False
    if not isinstance(mark, ast.Call) or last != "parametrize":
        return True
    odd = any("skip" in text or "xfail" in text for text in map(ast.unparse, mark.args))
    return not odd and all(keyword.arg in ("ids", "argnames", "argvalues") for keyword in mark.keywords)


def _case_names(table: ast.Call) -> Iterator[str]:
    named = [keyword.value for keyword in table.keywords if keyword.arg == "argnames"] or table.args[:1]
    for node in ast.walk(named[0]) if named else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (name.strip() for name in node.value.split(","))


def _values(table: ast.Call) -> Iterator[ast.AST]:
    """Yield the nodes of a table's values but for functions that are called, such as `pytest.param`."""
    waiting: list[ast.AST] = [*table.args[1:2], *(each.value for each in table.keywords if each.arg == "argvalues")]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node)


def _fixture(function: Function) -> ast.expr | None:
    """Return what a fixture returns, where it does nothing else, for each test anew."""
    if [ast.unparse(each) for each in function.decorator_list] not in (["pytest.fixture"], ["pytest.fixture()"]):
        return None
    arguments = function.args
    if arguments.args or arguments.vararg or arguments.kwonlyargs or isinstance(function, ast.AsyncFunctionDef):
        return None
    body = [
        node for node in function.body if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant)
    ]
    return body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
