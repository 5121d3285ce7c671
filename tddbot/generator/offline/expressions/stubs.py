"""Functions that have no body yet: which they are, and their file with an expression in the body's place."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tddbot.parsing import Unparsable, parsed

MOST_PARAMETERS = 3

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Stub:
    """A function of a module whose body says nothing.

    `start` and `end` are lines from 1 and columns in bytes of what only stands in for a body; with `is_docstring` that
    is its docstring, which stays. `unfit` says in a clause why no expression is looked for; else it is "".
    """

    name: str
    parameters: tuple[str, ...]
    start: tuple[int, int]
    end: tuple[int, int]
    is_docstring: bool
    unfit: str = ""


def stubs(text: str) -> tuple[Stub, ...]:
    """Return the stubs of a module, methods of its classes included, in the order of the source."""
    tree = parsed(text)
    return () if isinstance(tree, Unparsable) else tuple(_found(tree, text, ""))


def _found(tree: ast.Module | ast.ClassDef, text: str, prefix: str) -> Iterator[Stub]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from _found(node, text, f"{prefix}{node.name}.")
        elif isinstance(node, Function) and (empty := _empty(node)):
            yield _stub(node, empty, text, prefix)


def _stub(node: Function, empty: Sequence[ast.stmt], text: str, prefix: str) -> Stub:
    given = node.args
    parameters = tuple(each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs))
    first, last = empty[0], empty[-1]
    start, end = (first.lineno, first.col_offset), (last.end_lineno or 0, last.end_col_offset or 0)
    unfit = _unfit(node, parameters, prefix)
    if not unfit and _lines(text)[first.lineno - 1].encode()[: first.col_offset].strip():
        unfit = "stands on one line with its body"
    is_docstring = first is node.body[0] and ast.get_docstring(node, clean=False) is not None
    return Stub(f"{prefix}{node.name}", parameters, start, end, is_docstring, unfit)


def _unfit(node: Function, parameters: Sequence[str], prefix: str) -> str:
    if prefix:
        return "is a method: what it does may depend on state"
    if isinstance(node, ast.AsyncFunctionDef):
        return "is asynchronous"
    if node.args.vararg or node.args.kwarg:
        return "takes any number of arguments"
    if node.decorator_list:
        return "is decorated"
    if not parameters:
        return "takes no argument: it would be a constant, or depend on state"
    if len(parameters) > MOST_PARAMETERS:
        return f"takes more than {MOST_PARAMETERS} arguments"
    return ""


def _empty(node: Function) -> list[ast.stmt]:
    """Return the statements that stand in for a body; none where there is one. A docstring alone is its own."""
    rest = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    if not all(_says_nothing(statement) for statement in rest):
        return []
    return rest or node.body[:1]


def _says_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass():
            return True
        case ast.Expr(ast.Constant(value=value)):
            return value is Ellipsis
        case ast.Raise(exc=ast.Name("NotImplementedError") | ast.Call(func=ast.Name("NotImplementedError"))):
            return True
    return False


def filled(text: str, bodies: Sequence[tuple[Stub, str]]) -> str:
    """Return the module with each stub's body being `return <expression>`, and with the imports that these need.

    Docstrings, comments and line endings stay as they are.
    """
    lines = _lines(text)
    ending = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    for stub, expression in sorted(bodies, key=lambda body: body[0].start, reverse=True):
        (first, column), (last, end) = stub.start, stub.end
        statement = f"return {expression}"
        if stub.is_docstring:
            kept = lines[last - 1].rstrip("\r\n")
            lines[last - 1] = f"{kept}{ending}{' ' * column}{statement}{ending}"
        else:
            lines[first - 1 : last] = [
                f"{lines[first - 1][:column]}{statement}{lines[last - 1].encode()[end:].decode()}"
            ]
    return _with_imports("".join(lines), ending)


def _lines(text: str) -> list[str]:
    """Return the lines as Python counts them, endings included; `str.splitlines` ends lines at more characters."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def _with_imports(text: str, ending: str) -> str:
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & {"math", "itertools"}
    known = {alias.asname or alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    missing = sorted(used - known)
    if not missing:
        return text
    at = _first_place(tree)
    lines = _lines(text)
    block = [f"import {name}{ending}" for name in missing]
    after = lines[at:]
    is_import = bool(after) and after[0].startswith(("import ", "from "))
    gap = [] if is_import or not after or not after[0].strip() else [ending, ending]
    before = (
        [ending] if at and lines[at - 1].strip() and not lines[at - 1].startswith(("import ", "from ", "#")) else []
    )
    return "".join([*lines[:at], *before, *block, *gap, *after])


def _first_place(tree: ast.Module) -> int:
    """Return how many lines stand before the first import may: the module's docstring, and what is of the future."""
    at = 0
    for node in tree.body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not (is_docstring or (isinstance(node, ast.ImportFrom) and node.module == "__future__")):
            first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
            return first - 1 if isinstance(node, ast.Import | ast.ImportFrom) else at
        at = node.end_lineno or at
    return at
