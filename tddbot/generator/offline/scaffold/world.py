"""The repository as the brief shows it, with a draft laid over it: which modules there are and what they define."""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tddbot.domain import Brief, Role
from tddbot.missing import Missing
from tddbot.parsing import parsed

_MOST_HANDED_ON = 5
_ROOTS = frozenset({"object", "Exception", "BaseException", "ValueError", "TypeError", "RuntimeError", "KeyError"})
_TESTS = (Role.CONFTEST, Role.TEST, Role.SIBLING)


@dataclass(frozen=True, slots=True)
class Members:
    """The names that a class has, and whether it may have more than can be read off it."""

    names: frozenset[str]
    is_open: bool


class World:
    """Files by path; `texts` are those whose whole text is known, `absent` the modules that are yet to be made.

    A name that a package imports from itself, and that failures have `said` to be missing, is such a module.
    """

    def __init__(self, brief: Brief, draft: Mapping[str, str], said: Iterable[Missing] = ()) -> None:
        self.sources = {each.path: each for each in brief.sources()}
        self.texts = {**{path: each.text for path, each in self.sources.items()}, **draft}
        missing = dict.fromkeys(each.path for each in brief.excerpts if each.role is Role.MISSING)
        self.absent = tuple(path for path in missing if path not in draft)
        self.tests = {each.path: each.text for each in brief.excerpts if each.role in _TESTS}
        self._listed = frozenset(_listed(brief)) | set(self.tests)
        self._trees: dict[str, ast.Module | None] = {}
        self._names: dict[str, dict[str, ast.stmt]] = {}
        self.absent += tuple(path for each in said if (path := self._submodule(each)))

    def _submodule(self, said: Missing) -> str | None:
        package = self.path_of(said.module, "", known=self._listed | set(self.texts)) if said.module else None
        node = self.names(package).get(said.name) if package and package.endswith("__init__.py") else None
        if package is None or not isinstance(node, ast.ImportFrom):
            return None
        path = package.removesuffix("__init__.py") + f"{said.name}.py"
        own = node.level == 1 and not node.module if node.level else node.module == said.module
        return path if own and not self.is_there(path) and path not in self.absent else None

    @cached_property
    def known(self) -> frozenset[str]:
        """Every path that is known to be there, or to be made."""
        return self._listed | set(self.texts) | set(self.absent)

    def is_there(self, path: str) -> bool:
        """Whether a file is known to be on disk or in the draft."""
        return path in self._listed or path in self.texts

    def is_awaited(self, dotted: str) -> bool:
        """Whether a module is to be made, or a package of which a module is."""
        stem = dotted.replace(".", "/")
        return any(
            path == f"{stem}.py" or path.endswith(f"/{stem}.py") or f"/{path}".find(f"/{stem}/") >= 0
            for path in self.absent
        )

    def tree(self, path: str) -> ast.Module | None:
        """Return the syntax tree of a file whose text is known."""
        if path not in self._trees:
            text = self.texts.get(path, self.tests.get(path))
            tree = None if text is None else parsed(text)
            self._trees[path] = tree if isinstance(tree, ast.Module) else None
        return self._trees[path]

    def path_of(self, dotted: str, importer: str, level: int = 0, known: Collection[str] | None = None) -> str | None:
        """Return the file of a module as an importing file names it, or None where it is none of the repository."""
        stem = dotted.replace(".", "/")
        known = self.known if known is None else known
        if level:
            parts = importer.split("/")[:-level]
            base = "/".join([*parts, *([stem] if stem else [])])
            return next((path for path in _leaves(base) if path in known), None)
        for ending in _leaves(stem):
            if ending in known:
                return ending
            fits = [path for path in known if path.endswith(f"/{ending}")]
            if fits:
                return min(fits, key=lambda path: (path.count("/"), path))
        return None

    def names(self, path: str) -> Mapping[str, ast.stmt]:
        """Return what a module binds at its top level, each name with its last statement."""
        if path not in self._names:
            tree = self.tree(path)
            self._names[path] = dict(_bound(tree.body)) if tree else {}
        return self._names[path]

    def is_open(self, path: str) -> bool:
        """Whether a module may have names that cannot be read off it, or its text is not known."""
        tree = self.tree(path)
        if tree is None or "__getattr__" in self.names(path):
            return True
        text = self.texts.get(path, "")
        return bool(self._stars(path)) or "globals()" in text or "vars()" in text

    def home(self, path: str, name: str) -> tuple[str, str]:
        """Return where a name is defined that a module may only hand on."""
        for _ in range(_MOST_HANDED_ON):
            node = self.names(path).get(name)
            if node is None and (star := self._star(path, name)):
                path = star
                continue
            if not isinstance(node, ast.ImportFrom):
                break
            alias = next(each for each in node.names if (each.asname or each.name) == name)
            origin = self.path_of(node.module or "", path, node.level)
            if origin is None or origin == path:
                break
            path, name = origin, alias.name
        return path, name

    def _star(self, path: str, name: str) -> str | None:
        """Return the module from which a star brings a name, by what it defines or lists in `__all__`."""
        for node in self._stars(path):
            origin = self.path_of(node.module or "", path, node.level)
            if origin and origin != path and (name in self.names(origin) or name in self._exported(origin)):
                return origin
        return None

    def _stars(self, path: str) -> list[ast.ImportFrom]:
        tree = self.tree(path)
        body = tree.body if tree else []
        return [node for node in body if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"]

    def _exported(self, path: str) -> frozenset[str]:
        match self.names(path).get("__all__"):
            case ast.Assign(value=ast.List(elts=items) | ast.Tuple(elts=items)):
                return frozenset(str(item.value) for item in items if isinstance(item, ast.Constant))
        return frozenset()

    def class_at(self, path: str, name: str) -> ast.ClassDef | None:
        """Return the class of this name in a file."""
        node = self.names(path).get(name)
        return node if isinstance(node, ast.ClassDef) else None

    def members(self, path: str, name: str, depth: int = 0) -> Members:
        """Return what a class has, with what it inherits from classes of the repository."""
        node = self.class_at(path, name)
        if node is None or depth > _MOST_HANDED_ON:
            return Members(frozenset(), True)
        names = set(_own(node))
        is_open = bool(node.keywords) or "__getattr__" in names or any(map(_is_dynamic, ast.walk(node)))
        for base in node.bases:
            if isinstance(base, ast.Name) and base.id in _ROOTS:
                continue
            above = self.members(*self.home(path, base.id), depth + 1) if isinstance(base, ast.Name) else None
            names |= above.names if above else set()
            is_open = is_open or above is None or above.is_open
        return Members(frozenset(names), is_open)


def _leaves(stem: str) -> tuple[str, ...]:
    return (f"{stem}/__init__.py", f"{stem}.py") if stem else ("__init__.py",)


def _listed(brief: Brief) -> Iterator[str]:
    for excerpt in brief.excerpts:
        if excerpt.role is Role.MAP:
            yield from (line.partition(":")[0].strip() for line in excerpt.text.splitlines() if ".py" in line)
        elif excerpt.role is not Role.MISSING:
            yield excerpt.path


def _bound(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node
            case ast.Import(names=names):
                yield from (((alias.asname or alias.name).partition(".")[0], node) for alias in names)
            case ast.ImportFrom(names=names):
                yield from ((alias.asname or alias.name, node) for alias in names)
            case _:
                yield from ((name, node) for name in _targets(node))
                for block in ("body", "orelse", "finalbody"):
                    yield from _bound(getattr(node, block, []))
                for handler in getattr(node, "handlers", []):
                    yield from _bound(handler.body)


def _targets(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.Assign(targets=targets):
            found: list[ast.expr] = targets
        case ast.AnnAssign(target=target, value=value) if value is not None:
            found = [target]
        case ast.For(target=target) | ast.AugAssign(target=target):
            found = [target]
        case ast.With(items=items):
            found = [item.optional_vars for item in items if item.optional_vars]
        case _:
            found = []
    yield from (
        each.id
        for target in found
        for each in ast.walk(target)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    )


def _own(node: ast.ClassDef) -> Iterator[str]:
    for name, _ in _bound(node.body):
        yield name
    for each in ast.walk(node):
        match each:
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                yield name
            case ast.Assign(targets=[ast.Name(id="__slots__")], value=value):
                yield from (
                    part.value
                    for part in ast.walk(value)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )


def _is_dynamic(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="setattr" | "type")) | ast.Attribute(attr="__dict__"):
            return True
    return False
