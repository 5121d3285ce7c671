"""What a brief needs to know of a Python file besides its text: what it imports, defines and takes from modules."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tddbot.context.code.imports import Import, imports_among
from tddbot.context.code.walking import nodes_of


@dataclass(frozen=True, slots=True)
class Facts:
    """A file's facts.

    `defined` are the top-level names that the file makes itself, in their order, `named` these and every function and
    class in it, methods included, and `exported` those of `__all__`, where it is plain. `taken` has the attributes that
    the file takes of imported names, by the dotted name as written. `is_facade` tells that it holds no function or
    class: what it imports it only hands on.
    """

    imports: tuple[Import, ...]
    defined: tuple[str, ...]
    named: frozenset[str]
    exported: tuple[str, ...]
    taken: Mapping[str, tuple[str, ...]]
    is_facade: bool

    @property
    def public(self) -> tuple[str, ...]:
        """The names for others: of those defined here the exported ones, or else those without an underscore."""
        if self.exported:
            return tuple(name for name in self.defined if name in self.exported)
        return tuple(name for name in self.defined if not name.startswith("_"))


def facts_of(tree: ast.Module, text: str) -> Facts:  # noqa: ARG001
    """Return the facts of a file."""
    nodes = list(nodes_of(tree))
    found = imports_among(nodes)
    defined = tuple(dict.fromkeys(name for node in statements(tree.body) for name in names_of(node)))
    has_code = any(isinstance(node, _CODE) for node in statements(tree.body))
    named = frozenset((*defined, *(node.name for node in nodes if isinstance(node, _CODE))))
    return Facts(found, defined, named, _exported(tree), _taken(nodes, found), not has_code)


_CODE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module or class, those that only a condition or a `try` stands around included.

    It does not call itself: a chain of `elif` nests as deeply as it is long.
    """
    waiting = list(reversed(body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If | ast.Try | ast.With):
            handlers = [inner for handler in getattr(node, "handlers", ()) for inner in handler.body]
            parts = (node.body, handlers, getattr(node, "orelse", ()), getattr(node, "finalbody", ()))
            waiting += reversed([inner for part in parts for inner in part])
        else:
            yield node


def names_of(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement defines by `def`, `class` or assignment."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (name for target in targets for name in _targets(target))
        case ast.AnnAssign(target=target):
            yield from _targets(target)
        case _ if (alias := getattr(node, "name", None)) is not None:  # `type X = …`, from Python 3.12 on
            yield from _targets(alias)


def _targets(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        yield from (item.id for item in target.elts if isinstance(item, ast.Name))


def _exported(tree: ast.Module) -> tuple[str, ...]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List(elts=items) | ast.Tuple(elts=items)):
                return tuple(item.value for item in items if isinstance(item, ast.Constant) and type(item.value) is str)
    return ()


def _taken(nodes: Sequence[ast.AST], found: Sequence[Import]) -> dict[str, tuple[str, ...]]:
    bound = {each.bound for each in found}
    taken: dict[str, dict[str, None]] = {}
    for node in nodes:
        if isinstance(node, ast.Attribute) and (base := _dotted(node.value)) in bound:
            taken.setdefault(base, {})[node.attr] = None
    return {base: tuple(sorted(names)) for base, names in sorted(taken.items())}


def _dotted(node: ast.expr) -> str:
    """Return `a.b.c` as it is written, or "" for what is no dotted name."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join((node.id, *reversed(names))) if isinstance(node, ast.Name) else ""
