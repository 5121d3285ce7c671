"""One file's syntax tree, walked once: its nodes by type, with the scope and the parent of each."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

Function = ast.FunctionDef | ast.AsyncFunctionDef
Node = TypeVar("Node", bound=ast.AST)

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A tree with what is asked of it again and again.

    A scope is the qualified name of the function or class around a node, "" at the top; a definition lies in its own.
    """

    tree: ast.Module
    path: str = ""
    nodes: dict[type[ast.AST], list[ast.AST]] = field(default_factory=dict)
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    scopes: dict[ast.AST, str] = field(default_factory=dict)

    def every(self, *kinds: type[Node]) -> Iterator[Node]:
        """Yield the nodes of these types, one type after the other, each in the order of the source."""
        for kind in kinds:
            yield from self.nodes.get(kind, ())  # type: ignore[misc]

    def functions(self) -> Iterator[Function]:
        """Yield all functions, those in classes and other functions included."""
        yield from self.every(ast.FunctionDef)
        yield from self.every(ast.AsyncFunctionDef)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what a node lies in, from its parent to the module."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def function_around(self, node: ast.AST) -> Function | None:
        """Return the innermost function that a node lies in, or None."""
        found = (each for each in self.above(node) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
        return next(found, None)

    def class_of(self, function: ast.AST) -> ast.ClassDef | None:
        """Return the class whose method this is, or None."""
        parent = self.parents.get(function)
        return parent if isinstance(parent, ast.ClassDef) else None


def walked(tree: ast.Module, path: str = "", scope: str = "") -> Module:
    """Return the module of a tree, however deeply that nests."""
    module = Module(tree, path)
    nodes, parents, scopes = module.nodes, module.parents, module.scopes
    waiting: list[tuple[ast.AST, str]] = [(tree, scope)]
    while waiting:
        node, around = waiting.pop()
        if isinstance(node, _SCOPES):
            around = f"{around}.{node.name}" if around else node.name
        nodes.setdefault(type(node), []).append(node)
        scopes[node] = around
        below = [(child, around) for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr_context)]
        for child, _ in below:
            parents[child] = node
        waiting += reversed(below)
    return module


def docstring_of(node: ast.AST) -> ast.Constant | None:
    """Return the constant that is a module's, class's or function's docstring, or None."""
    body = getattr(node, "body", None)
    if isinstance(node, (ast.Module, *_SCOPES)) and isinstance(body, list) and body:
        first = body[0]
        value = first.value if isinstance(first, ast.Expr) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value
    return None


def parameters(function: Function | ast.Lambda) -> tuple[str, ...]:
    """Return the names of all parameters, `self` and stars included, in order."""
    given = function.args
    stars = [each for each in (given.vararg, given.kwarg) if each]
    return tuple(each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs, *stars))
