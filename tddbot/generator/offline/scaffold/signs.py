"""What a piece of test code is, by its look: a test, a fixture, a block that expects an error."""

import ast
from collections.abc import Iterator, Sequence

Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_test(node: ast.AST) -> bool:
    """Whether a function or class is a test by its name."""
    return getattr(node, "name", "").lower().startswith("test")


def is_fixture(node: Function) -> bool:
    """Whether a function is a fixture."""
    return any(_last(each) in ("fixture", "yield_fixture") for each in node.decorator_list)


def fixture_name(node: Function) -> str:
    """Return the name by which tests ask for a fixture."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call):
            for keyword in decorator.keywords:
                if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                    return str(keyword.value.value)
    return node.name


def _last(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def expected(node: ast.expr) -> set[str]:
    """The errors that a `with` statement expects."""
    if not isinstance(node, ast.Call) or _last(node) not in ("raises", "assertRaises", "assertRaisesRegex", "suppress"):
        return set()
    return {each.id for argument in node.args for each in names_in(argument)} | {"Exception"}


def names_in(node: ast.expr) -> Iterator[ast.Name]:
    """Yield the names in an expression."""
    yield from (each for each in ast.walk(node) if isinstance(each, ast.Name))


def parts(node: ast.expr | None) -> Sequence[ast.expr]:
    """Return the parts of a tuple, or what is none by itself."""
    return () if node is None else node.elts if isinstance(node, ast.Tuple) else (node,)


def assigned(node: ast.stmt) -> Iterator[ast.Name]:
    """Yield the names that an assignment binds."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    yield from (each for target in targets for each in names_in(target))
