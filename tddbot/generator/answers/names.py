"""Which public names an edit takes from a module: what other code may import or call stays. Pure, over syntax trees.

A name counts where everybody would say that the module defines it; it is kept wherever it may still be had, be it
imported back, inherited from elsewhere or made when the program runs. Names with a leading underscore are free.
"""

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath

from tddbot.parsing import parsed

_ANY = "*"
"""Stands among names for all of them: which ones there are is not to be seen in the source."""

_BARE = frozenset(
    {"ABC", "Enum", "Flag", "Generic", "IntEnum", "NamedTuple", "Protocol", "StrEnum", "Struct", "TypedDict"}
)
"""Base classes from which no class gets names that it might have had as its own before."""

_MOST_BASES = 50
_TYPE_ALIAS: type[ast.stmt] | tuple[()] = getattr(ast, "TypeAlias", ())  # from Python 3.12 on


@dataclass(slots=True)
class _Names:
    """What a body binds: `own` by definition or assignment, `all` also by import, loop and the like."""

    own: dict[str, None] = field(default_factory=dict)
    all: set[str] = field(default_factory=set)
    classes: dict[str, list[ast.ClassDef]] = field(default_factory=dict)
    exports: dict[str, None] | None = None

    def define(self, names: Iterable[str]) -> None:
        for name in names:
            self.own[name] = None
            self.all.add(name)

    def exported(self) -> Iterable[str]:
        """What `import *` gives."""
        return self.exports if self.exports is not None else {name for name in self.all if _is_public(name)}


@dataclass(frozen=True, slots=True)
class _Public:
    """What others may use of a module: its names, the entries of `__all__`, the members of each class."""

    names: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()
    members: tuple[tuple[str, tuple[str, ...]], ...] = ()


def lost_names(before: str, after: str, path: str = "") -> tuple[str, ...]:
    """Return the public names that the module `before` has and `after` has not, in the order of `before`.

    Members of classes come as `Class.name`, entries of `__all__` as `name (in __all__)`. `path` tells an `__init__.py`,
    where an import from its own package is an export. Empty where one of the two is no Python.
    """
    tree = parsed(after)
    return lost(before, tree, path) if isinstance(tree, ast.Module) else ()


def lost(before: str, after: ast.Module, path: str = "") -> tuple[str, ...]:
    """Return the same, where the tree of what comes after is there already."""
    old, new = _public(before, path), _bound(after.body, path)
    gone = [] if "__getattr__" in new.own else _missing(old.names, new.all)
    unlisted = [f"{name} (in __all__)" for name in _missing(old.exports, new.exported()) if name not in gone]
    has = _Having(new)
    members = [
        f"{name}.{member}"
        for name, wanted in old.members
        if name in new.classes
        for member in has.missing(new.classes[name], wanted)
    ]
    return (*gone, *unlisted, *members)


@lru_cache(maxsize=16)  # many answers are about the same few files
def _public(source: str, path: str) -> _Public:
    tree = parsed(source)
    if not isinstance(tree, ast.Module):
        return _Public()
    names = _bound(tree.body, path)
    members = [
        (name, tuple(filter(_is_public, dict.fromkeys(member for each in classes for member in _made(each)))))
        for name, classes in names.classes.items()
        if _is_public(name)
    ]
    return _Public(tuple(filter(_is_public, names.own)), tuple(names.exports or ()), tuple(members))


def _is_public(name: str) -> bool:
    return not name.startswith("_")


def _missing(wanted: Iterable[str], kept: Iterable[str]) -> list[str]:
    there = kept if isinstance(kept, set | dict) else set(kept)
    return [] if _ANY in there else [name for name in wanted if name not in there and name != _ANY]


class _Having:
    """What the classes of a module have, each looked at once."""

    def __init__(self, names: _Names) -> None:
        self._names = names
        self._members: dict[int, set[str]] = {}

    def missing(self, classes: Sequence[ast.ClassDef], wanted: Sequence[str]) -> list[str]:
        """Return which of the wanted members neither the class nor any of its bases has."""
        made = {member for each in classes for member in _made(each)}
        rest = _missing(wanted, made)
        reach = self._reach(classes) if rest else []
        if any(_ANY in names or "__getattr__" in names for names in reach):
            return []
        return [name for name in rest if not any(name in names for names in reach)]

    def _reach(self, classes: Sequence[ast.ClassDef]) -> list[Iterable[str]]:
        """Return the names of a class and of each of its bases, as far as they can be seen."""
        found: list[Iterable[str]] = []
        todo, seen = list(classes), set[int]()
        while todo and len(seen) < _MOST_BASES:
            each = todo.pop()
            if id(each) in seen:
                continue
            seen.add(id(each))
            if id(each) not in self._members:
                self._members[id(each)] = set(_had(each))
            found.append(self._members[id(each)])
            for base in map(_name_of, each.bases):
                todo.extend(self._names.classes.get(base, ()))
                if base not in self._names.classes:
                    found.append(_of_foreign(base))
        return [*found, (_ANY,)] if todo else found


def _name_of(base: ast.expr) -> str:
    inner = base.value if isinstance(base, ast.Subscript) else base
    return inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else ""


def _of_foreign(base: str) -> Iterable[str]:
    if base in _BARE:
        return ()
    known = getattr(builtins, base, None)
    return dir(known) if isinstance(known, type) else (_ANY,)


def _made(each: ast.ClassDef) -> Iterator[str]:
    """Yield what a class body defines, and what `__init__` sets on `self`."""
    yield from _bound(each.body).own
    for node in each.body:
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            yield from _set_on_self(node)


def _had(each: ast.ClassDef) -> Iterator[str]:
    """Yield all that a class body binds, and what any of its methods sets on `self`."""
    yield from _bound(each.body).all
    for node in each.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _set_on_self(node)


def _set_on_self(method: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    arguments = [*method.args.posonlyargs, *method.args.args]
    own = arguments[0].arg if arguments else ""
    for node in ast.walk(method):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == own:
            if isinstance(node.ctx, ast.Store):
                yield node.attr
            elif node.attr == "__dict__":
                yield _ANY
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr":
            yield _ANY


def _bound(body: Sequence[ast.stmt], path: str = "") -> _Names:
    """Return what a module's or a class's body binds. Not by recursion: a chain of `elif` may be thousands deep."""
    names = _Names()
    todo = list(reversed(body))
    while todo:
        node = todo.pop()
        _bind(node, names, path)
        todo.extend(reversed(_inner(node)))
    return names


def _inner(node: ast.stmt) -> list[ast.stmt]:
    """Return the statements of a compound one that run in the same scope. A script's own part can be had by nobody."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return []
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__")), orelse=orelse):
            return orelse
        case ast.Match(cases=cases):
            return [inner for case in cases for inner in case.body]
    handlers = [inner for handler in getattr(node, "handlers", ()) for inner in handler.body]
    return [*getattr(node, "body", ()), *handlers, *getattr(node, "orelse", ()), *getattr(node, "finalbody", ())]


def _bind(node: ast.stmt, names: _Names, path: str) -> None:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            names.define([name])
        case ast.ClassDef(name=name):
            names.define([name])
            names.classes.setdefault(name, []).append(node)
        case ast.Import(names=imported) | ast.ImportFrom(names=imported):
            _import(node, imported, names, path)
        case ast.Assign(targets=targets):
            _assign(targets, node.value, names)
        case ast.AnnAssign(target=target, value=value):
            _assign([target], value, names)
        case ast.AugAssign(target=ast.Name(id="__all__"), value=value):
            _export(value, names)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="__all__")))):
            _export(None, names)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="globals" | "vars"))))):
            names.all.add(_ANY)
        case ast.For(target=target) | ast.AsyncFor(target=target):
            names.all.update(_stored(target))
        case ast.With(items=items) | ast.AsyncWith(items=items):
            names.all.update(name for item in items if item.optional_vars for name in _stored(item.optional_vars))
        case ast.Delete(targets=targets):
            for name in (target.id for target in targets if isinstance(target, ast.Name)):
                names.own.pop(name, None)
                names.all.discard(name)
        case _ if isinstance(node, _TYPE_ALIAS):
            names.define([getattr(node, "name").id])  # noqa: B009 - unknown to the types of Python 3.11


def _assign(targets: Sequence[ast.expr], value: ast.expr | None, names: _Names) -> None:
    for target in targets:
        match target:
            case ast.Name(id="__all__"):
                names.exports = {}
                _export(value, names)
            case ast.Subscript(value=ast.Call(func=ast.Name(id="globals" | "vars" | "locals"))):
                names.all.add(_ANY)
            case _:
                names.define(_stored(target))


def _stored(target: ast.expr) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def _export(value: ast.expr | None, names: _Names) -> None:
    """Take the entries of `__all__` from a list or tuple of strings; what is made otherwise may hold any name."""
    names.exports = {} if names.exports is None else names.exports
    entries = value.elts if isinstance(value, ast.List | ast.Tuple) else [None]
    for entry in entries:
        is_text = isinstance(entry, ast.Constant) and isinstance(entry.value, str)
        names.exports[entry.value if is_text else _ANY] = None  # type: ignore[union-attr]


def _import(node: ast.Import | ast.ImportFrom, imported: Sequence[ast.alias], names: _Names, path: str) -> None:
    """Bind imported names; they are the module's own where they are exported by PEP 484's conventions."""
    is_exported = isinstance(node, ast.ImportFrom) and _is_own_package(node, path)
    for alias in imported:
        name = alias.asname or alias.name.partition(".")[0]
        names.all.add(name)
        if name != _ANY and (is_exported or alias.asname == alias.name):
            names.own[name] = None


def _is_own_package(node: ast.ImportFrom, path: str) -> bool:
    place = PurePosixPath(path)
    if place.name != "__init__.py":
        return False
    return node.level > 0 or place.parent.name in (node.module or "").split(".")
