"""Which modules a file names, anywhere in it, as it writes them. Where they live is the layout's affair.

Names in strings count where a function that takes modules gets them: `importlib.import_module("shop.price")`.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from tddbot.context.code.walking import nodes_of


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: `from ..a import b` is level 2, module "a", name "b"; `import a.b` has no name.

    A `loose` one is a string such as "shop.price.Price.total" (what is to be patched), of which any part may be what
    is a module.
    """

    module: str
    name: str = ""
    level: int = 0
    bound: str = ""
    loose: bool = False


LONGEST = 255
"""The most characters of a module's dotted name that can be looked for; no file system has room for more."""

_NAMING = (ast.Import, ast.ImportFrom, ast.Call, ast.Assign, ast.List, ast.Tuple)
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_TAKE_MODULES = frozenset({"import_module", "__import__", "importorskip", "run_module"})
_TAKE_TARGETS = frozenset({"setattr", "delattr", "patch", "resolve_name", "spy"})


def imports(tree: ast.Module) -> tuple[Import, ...]:
    """Return the imports of a file in the order in which they stand, those inside functions included."""
    return imports_among(nodes_of(tree))


def imports_among(nodes: Iterable[ast.AST]) -> tuple[Import, ...]:
    """Return the imports among all nodes of a file."""
    placed = [(_place(node), found) for node in nodes if isinstance(node, _NAMING) for found in _of(node)]
    placed.sort(key=lambda each: each[0])
    return tuple(found for _, found in placed if len(found.module) + len(found.name) <= LONGEST)


def used_as_module(tree: ast.Module, name: str) -> bool:
    """Whether a file uses `name` only as the left side of a dot, and at least once, as modules are used."""
    loads = sum(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))
    dotted = sum(
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
        for node in ast.walk(tree)
    )
    return 0 < loads == dotted


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _of(node: ast.AST) -> Iterator[Import]:
    match node:
        case ast.Import(names=names):
            yield from (Import(alias.name, bound=alias.asname or alias.name) for alias in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            yield from (Import(module or "", alias.name, level, alias.asname or alias.name) for alias in names)
        case ast.Call(func=function, args=[ast.Constant(value=str(text)), *_]) if _DOTTED.fullmatch(text):
            called = _last_name(function)
            if called in _TAKE_MODULES:
                yield Import(text)
            elif called in _TAKE_TARGETS and "." in text:
                module, _, name = text.rpartition(".")
                yield Import(module, name, loose=True)
        case ast.Assign(targets=[ast.Name(id="pytest_plugins")], value=value):
            yield from (Import(text) for text in _strings(value) if _DOTTED.fullmatch(text))
        case ast.List(elts=items) | ast.Tuple(elts=items):
            for option, following in pairwise(items):
                match option, following:
                    case ast.Constant(value="-m"), ast.Constant(value=str(text)) if _DOTTED.fullmatch(text):
                        yield Import(text)


def _last_name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _strings(value: ast.expr) -> Iterator[str]:
    items = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
    yield from (item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str))
