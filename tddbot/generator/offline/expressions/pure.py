"""The pure functions of a module, as far as its syntax tree shows: which of the user's own an expression may call."""

import ast
import builtins
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from tddbot.generator.offline.expressions.stubs import stubs
from tddbot.parsing import Unparsable, parsed

MOST_PARAMETERS = 2

_LIBRARIES = frozenset((
    "bisect", "collections", "decimal", "fractions", "functools", "itertools", "math", "operator", "re", "statistics",
    "string", "textwrap", "typing", "unicodedata",
))  # fmt: skip
_WORLDLY = frozenset((
    "breakpoint", "compile", "delattr", "eval", "exec", "exit", "getattr", "globals", "hash", "help", "id", "input",
    "locals", "object", "open", "print", "quit", "setattr", "vars", "__import__",
))  # fmt: skip
"""Builtins that reach out of a function, or whose answers are another in each process."""

_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_")) - _WORLDLY
_STATEFUL = (
    ast.Global, ast.Nonlocal, ast.Import, ast.ImportFrom, ast.Yield, ast.YieldFrom, ast.Await, ast.With, ast.AsyncWith,
    ast.AsyncFor, ast.AsyncFunctionDef, ast.ClassDef, ast.Delete,
)  # fmt: skip
_CHANGING = frozenset((
    "add", "append", "clear", "discard", "extend", "insert", "insort", "insort_left", "insort_right", "pop", "popitem",
    "remove", "reverse", "setdefault", "sort", "update",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pure:
    """A function of one or two plain positional parameters; `line` is where it stands."""

    name: str
    arity: int
    line: int


def pure(text: str) -> tuple[Pure, ...]:
    """Return the pure functions of a module, in the order of the source."""
    tree = parsed(text)
    return () if isinstance(tree, Unparsable) else tuple(_Module(tree, {stub.name for stub in stubs(text)}).pure())


class _Module:
    def __init__(self, tree: ast.Module, stubs: Collection[str]) -> None:
        self._tree = tree
        self._stubs = stubs
        self._functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}

    def pure(self) -> Iterator[Pure]:
        for name, node in self._functions.items():
            arity = _arity(node)
            if arity and name not in dir(builtins) and self._is_pure(name, set()):
                yield Pure(name, arity, node.lineno)

    @cached_property
    def _bound(self) -> Counter[str]:
        """How often a statement of the module itself, or a `global` anywhere, binds a name."""
        within = {id(each) for node in self._tree.body if isinstance(node, _SCOPES) for each in ast.walk(node)}
        found: Counter[str] = Counter()
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Global):
                found.update(node.names)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in within:
                found[node.id] += 1
        found.update(node.name for node in self._tree.body if isinstance(node, _SCOPES))
        return found

    @cached_property
    def _constants(self) -> set[str]:
        """The names that the module binds once, to a value."""
        targets = {
            target.id
            for node in self._tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        return {name for name in targets if self._bound[name] == 1 and name not in self._imported}

    @cached_property
    def _imported(self) -> set[str]:
        """The names that imports of libraries without effects bind."""
        names: set[str] = set()
        for node in self._tree.body:
            if isinstance(node, ast.Import):
                names |= {each.asname or each.name for each in node.names if each.name in _LIBRARIES}
            elif isinstance(node, ast.ImportFrom) and node.module in _LIBRARIES | {"collections.abc"}:
                names |= {each.asname or each.name for each in node.names if each.name not in _CHANGING}
        return names

    def _is_pure(self, name: str, seen: set[str]) -> bool:
        """Whether a function is pure, and all that it calls; `seen` are those that are looked at already."""
        node = self._functions[name]
        if name in self._stubs or self._bound[name] > 1 or node.decorator_list:
            return False
        seen.add(name)
        inner = [each for part in node.body for each in ast.walk(part)]
        local = _locals(node)
        if any(isinstance(each, _STATEFUL) or _reaches_out(each, local) for each in inner):
            return False
        free = {each.id for each in inner if isinstance(each, ast.Name)} - local
        return all(self._is_harmless(each, seen) for each in free)

    def _is_harmless(self, name: str, seen: set[str]) -> bool:
        if name in self._functions:
            return name in seen or self._is_pure(name, seen)
        return name in self._imported or name in self._constants or (name in _BUILTINS and not self._bound[name])


_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _arity(node: ast.FunctionDef) -> int:
    """Return how many plain positional parameters a function takes; 0 where they are others, or too many."""
    given = node.args
    names = (*given.posonlyargs, *given.args)
    is_plain = not (given.vararg or given.kwarg or given.kwonlyargs or given.defaults)
    return len(names) if is_plain and len(names) <= MOST_PARAMETERS else 0


def _locals(node: ast.FunctionDef) -> set[str]:
    """Return the names that a function binds, those of functions and comprehensions in it included."""
    names = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
    names |= {each.name for part in node.body for each in ast.walk(part) if isinstance(each, ast.FunctionDef)}
    names |= {each.name for each in ast.walk(node) if isinstance(each, ast.ExceptHandler) and each.name}
    return names | {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def _reaches_out(node: ast.AST, local: Collection[str]) -> bool:
    """Whether a node sets an attribute, or changes what the function has not bound itself."""
    match node:
        case ast.Attribute(attr=name, ctx=context):
            return not isinstance(context, ast.Load) or name.startswith("__") or _changes(node, name, local)
        case ast.Subscript(ctx=ast.Store()):
            return _root(node) not in local
    return False


def _changes(node: ast.Attribute, name: str, local: Collection[str]) -> bool:
    root = _root(node)
    return name in _CHANGING and root is not None and root not in local


def _root(node: ast.expr) -> str | None:
    """Return the name of what an attribute or an item belongs to; None where that has none."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
