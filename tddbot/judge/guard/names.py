"""What a name, an attribute or a call stands for, by its dotted name: aliases and detours are seen through."""

import ast
import builtins
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tddbot.judge.guard.folding import UNKNOWN, folded
from tddbot.judge.guard.module import Module

Binder = str | ast.expr | None
"""What a name is bound to: a dotted name, an expression, or what nobody can tell."""

NOWHERE: frozenset[str] = frozenset()
_BUILTINS = frozenset(dir(builtins)) - {"__name__", "__doc__", "__file__", "__spec__", "__loader__", "__package__"}
_DEEPEST = 12
_PASSED_ON = frozenset({
    "sys", "os", "builtins", "gc", "inspect", "signal", "subprocess", "importlib", "socket", "types", "ctypes",
    "atexit", "threading", "unittest", "traceback", "shutil",
})  # fmt: skip
_SAME = {"posix": "os", "nt": "os", "_signal": "signal", "_imp": "imp", "_socket": "socket", "_pickle": "pickle"}
_GETTERS = frozenset({"builtins.getattr", "builtins.object.__getattribute__", "inspect.getattr_static"})
_IMPORTERS = frozenset({"builtins.__import__", "importlib.import_module", "importlib.__import__"})
_WRAPPERS = frozenset({"functools.partial", "importlib.reload", "functools.partialmethod", "builtins.staticmethod"})
_MUTATING = frozenset({
    "append", "extend", "insert", "add", "update", "setdefault", "pop", "remove", "discard", "clear", "sort", "reverse",
    "popitem", "appendleft",
})  # fmt: skip
_TABLES = frozenset({"os.environ", "sys.modules", "sys.argv", "sys.path", "sys.meta_path"})
_COPIES = frozenset(
    f"builtins.{name}" for name in ("dict", "list", "set", "tuple", "frozenset", "sorted", "str", "repr")
)
_BUILTIN_NAMES = frozenset({"__builtins__", "__builtin__"})


@dataclass(frozen=True)
class Names:
    """The names of one module. `uses` is every place that stands for something of another module or a builtin."""

    module: Module
    _known: dict[ast.AST, frozenset[str]] = field(default_factory=dict)
    _values: dict[ast.AST, Any] = field(default_factory=dict)

    @cached_property
    def uses(self) -> tuple[tuple[str, ast.AST], ...]:
        """Dotted names with the nodes that stand for them, imports included."""
        found: list[tuple[str, ast.AST]] = []
        for statement in self.module.every(ast.Import):
            found += ((canonical(alias.name), statement) for alias in statement.names)
        for source in self.module.every(ast.ImportFrom):
            found += ((f"{_source(source)}.{alias.name}", source) for alias in source.names if not source.level)
        for node in self.module.every(ast.Name, ast.Attribute, ast.Call, ast.Subscript):
            found += ((name, node) for name in self.dotted(node))
        return tuple(found)

    def dotted(self, node: ast.AST, depth: int = 0) -> frozenset[str]:
        """Return what an expression may stand for, as dotted names; of what is defined here, nothing."""
        known = self._known.get(node)
        if known is None:
            self._known[node] = NOWHERE
            known = frozenset(map(canonical, self._resolved(node, depth))) if depth <= _DEEPEST else NOWHERE
            self._known[node] = known
        return known

    def is_any(self, node: ast.AST, names: frozenset[str]) -> bool:
        """Whether an expression may stand for one of these."""
        return not names.isdisjoint(self.dotted(node))

    def value(self, node: ast.expr) -> Any:
        """Return the constant that an expression amounts to, or UNKNOWN."""
        if node not in self._values:
            self._values[node] = UNKNOWN  # a name that is defined by itself has no value
            self._values[node] = folded(node, self._single)
        return self._values[node]

    def text(self, node: ast.expr | None) -> str | None:
        """Return the constant string that an expression amounts to, or None."""
        if node is None:
            return None
        value = self.value(node)
        return value if isinstance(value, str) else None

    def binders(self, name: str, scope: str) -> list[Binder]:
        """Return what a name is bound to, as it is seen from a scope; [] where that is nowhere."""
        while True:
            if found := self._bindings.get(scope, {}).get(name):
                return found
            if not scope:
                return []
            scope = scope.rpartition(".")[0]

    def _single(self, name: ast.Name) -> Any:
        found = self.binders(name.id, self.module.scopes.get(name, ""))
        value = found[0] if len(found) == 1 else None
        if not isinstance(value, ast.expr) or isinstance(self.module.parents.get(value), ast.arguments):
            return UNKNOWN
        made = self.value(value)
        return UNKNOWN if isinstance(made, list | dict | set) and name.id in self._changed else made

    def _resolved(self, node: ast.AST, depth: int) -> Iterator[str]:
        match node:
            case ast.Name():
                yield from self._named(node.id, self.module.scopes.get(node, ""), depth)
            case ast.Attribute(value=value, attr=attribute):
                yield from (f"{base}.{attribute}" for base in self.dotted(value, depth + 1))
            case ast.Subscript(value=value, slice=key):
                yield from self._items(self.dotted(value, depth + 1), self.text(key))
            case ast.Call():
                yield from self._called(node, depth)
            case ast.NamedExpr(value=value) | ast.Await(value=value):
                yield from self.dotted(value, depth + 1)
            case ast.IfExp(body=body, orelse=orelse):
                yield from self.dotted(body, depth + 1) | self.dotted(orelse, depth + 1)
            case ast.BoolOp(values=values):
                for each in values:
                    yield from self.dotted(each, depth + 1)

    def _named(self, name: str, scope: str, depth: int) -> Iterator[str]:
        if name in _BUILTIN_NAMES:
            yield "builtins"
            return
        found = self.binders(name, scope)
        for binder in found:
            if isinstance(binder, str):
                yield binder
            elif binder is not None:
                yield from self.dotted(binder, depth + 1)
        if not found:
            if name in _BUILTINS:
                yield f"builtins.{name}"
            else:
                yield from (f"{star}.{name}" for star in self._stars)

    def _items(self, bases: frozenset[str], key: str | None) -> Iterator[str]:
        for base in bases if key is not None else ():
            if base.endswith(".__dict__"):
                yield f"{base.removesuffix('.__dict__')}.{key}"
            elif base == "sys.modules":
                yield str(key)
            elif base == "builtins":
                yield f"builtins.{key}"
            elif base == "<globals>":
                yield from self._named(str(key), "", 0)

    def _called(self, node: ast.Call, depth: int) -> Iterator[str]:
        first = node.args[0] if node.args else None
        for name in self.dotted(node.func, depth + 1):
            if name in _GETTERS and len(node.args) > 1 and first and (text := self.text(node.args[1])) is not None:
                yield from (f"{base}.{text}" for base in self.dotted(first, depth + 1))
            elif name in _IMPORTERS and (text := self.text(first)) is not None:
                yield text.partition(".")[0] if name.endswith("__import__") and len(node.args) < 4 else text
            elif name in _WRAPPERS and first:
                yield from self.dotted(first, depth + 1)
            elif name in _COPIES and first and (kept := self.dotted(first, depth + 1) & _TABLES):
                yield from kept
            elif name.removesuffix(".copy").removesuffix(".keys") in _TABLES:
                yield name.rpartition(".")[0]
            elif name == "builtins.vars" and first:
                yield from (f"{base}.__dict__" for base in self.dotted(first, depth + 1))
            elif name in ("builtins.globals", "builtins.locals") or (name == "builtins.vars" and not first):
                yield "<globals>"
            elif name.endswith(".__getattribute__") and (text := self.text(first)) is not None:
                yield f"{name.removesuffix('.__getattribute__')}.{text}"
            else:
                base, _, method = name.rpartition(".")
                if method in ("get", "pop", "__getitem__", "setdefault"):
                    yield from self._items(frozenset({base}), self.text(first))
        yield from self._fetched(node, depth)

    def _fetched(self, node: ast.Call, depth: int) -> Iterator[str]:
        """`operator.attrgetter("a.b")(module)` and `itemgetter`, which fetch what they are told."""
        if not isinstance(node.func, ast.Call) or not node.args or not node.func.args:
            return
        key = self.text(node.func.args[0])
        for name in self.dotted(node.func.func, depth + 1) if key is not None else ():
            if name in ("operator.attrgetter", "operator.methodcaller"):
                yield from (f"{base}.{key}" for base in self.dotted(node.args[0], depth + 1))
            elif name == "operator.itemgetter":
                yield from self._items(self.dotted(node.args[0], depth + 1), key)

    @cached_property
    def _changed(self) -> frozenset[str]:
        """Names whose object is changed somewhere, or given away to who might."""
        found: set[str] = set()
        for name in self.module.every(ast.Name):
            parent = self.module.parents.get(name)
            if (
                (isinstance(parent, ast.Attribute) and parent.attr in _MUTATING)
                or (isinstance(parent, ast.Subscript) and parent.value is name and not isinstance(parent.ctx, ast.Load))
                or (
                    isinstance(parent, ast.Call)
                    and parent.func is not name
                    and not (isinstance(parent.func, ast.Name) and parent.func.id in _BUILTINS)
                )
            ):
                found.add(name.id)
        return frozenset(found)

    @cached_property
    def _stars(self) -> tuple[str, ...]:
        """Modules of Python's own from which everything is imported."""
        found = (each for each in self.module.every(ast.ImportFrom) if each.names[0].name == "*" and not each.level)
        return tuple(module for each in found if (module := _source(each)).partition(".")[0] in sys.stdlib_module_names)

    @cached_property
    def _bindings(self) -> dict[str, dict[str, list[Binder]]]:
        found: dict[str, dict[str, list[Binder]]] = {}
        scopes = self.module.scopes
        for scope, name, binder in self._bound():
            found.setdefault(scope, {}).setdefault(name, []).append(binder)
        for node in (*self.module.functions(), *self.module.every(ast.ClassDef)):
            around = scopes[node].rpartition(".")[0]
            found.setdefault(around, {}).setdefault(node.name, []).append(None)
        return found

    def _bound(self) -> Iterator[tuple[str, str, Binder]]:
        module, scopes = self.module, self.module.scopes
        for name in module.every(ast.Name):
            if isinstance(name.ctx, ast.Store):
                yield scopes[name], name.id, _value_of(name, module)
        for argument in module.every(ast.arg):
            yield scopes[argument], argument.arg, self._default(argument)
        for plain in module.every(ast.Import):
            for alias in plain.names:
                yield scopes[plain], alias.asname or _top(alias.name), alias.name if alias.asname else _top(alias.name)
        for source in module.every(ast.ImportFrom):
            for alias in source.names:
                dotted = "." * source.level + f"{_source(source)}.{alias.name}"
                yield scopes[source], alias.asname or alias.name, dotted
        for handler in module.every(ast.ExceptHandler):
            if handler.name:
                yield scopes[handler], handler.name, None

    def _default(self, argument: ast.arg) -> Binder:
        """A parameter may be its default: `def f(leave=os._exit)`."""
        around = self.module.parents.get(argument)
        if not isinstance(around, ast.arguments):
            return None
        plain = [*around.posonlyargs, *around.args]
        pairs: list[tuple[ast.arg, ast.expr | None]] = [
            *zip(reversed(plain), reversed(around.defaults), strict=False),
            *zip(around.kwonlyargs, around.kw_defaults, strict=False),
        ]
        default = next((value for each, value in pairs if each is argument), None)
        return default if isinstance(default, ast.Attribute | ast.Name | ast.Call) else None


def canonical(name: str) -> str:
    """Return a dotted name as it is commonly written: `posix._exit` is `os._exit`, and so is `shutil.os._exit`."""
    first, _, rest = name.partition(".")
    if first in _SAME:
        name, first = f"{_SAME[first]}.{rest}" if rest else _SAME[first], _SAME[first]
    if not rest or first not in sys.stdlib_module_names:
        return name
    parts = name.split(".")
    for index in range(len(parts) - 1, 0, -1):
        if parts[index] in _PASSED_ON and parts[0] != "builtins" and not (parts[0] == "os" and parts[index] == "path"):
            return ".".join(parts[index:])
    return name


def is_unknown(value: object) -> bool:
    """Whether folding came to nothing."""
    return value is UNKNOWN


def _value_of(name: ast.Name, module: Module) -> Binder:
    """What is stored to a name, where that is said plainly."""
    parent = module.parents.get(name)
    if isinstance(parent, ast.Assign | ast.AnnAssign | ast.NamedExpr):
        return parent.value
    above = module.parents.get(parent) if isinstance(parent, ast.Tuple | ast.List) else None
    if (
        isinstance(above, ast.Assign)
        and isinstance(above.value, ast.Tuple | ast.List)
        and isinstance(parent, ast.Tuple)
        and len(above.value.elts) == len(parent.elts)
    ):
        return above.value.elts[parent.elts.index(name)]
    return None


def _source(node: ast.ImportFrom) -> str:
    return node.module or ""


def _top(module: str) -> str:
    return module.partition(".")[0]
