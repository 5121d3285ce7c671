"""Where in the repository the things that tests import are defined, and stubs of those that are not. Pure."""

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tddbot.domain import Edit, Patch
from tddbot.judge.contradictions.sheet import Function, imported
from tddbot.judge.contradictions.state import Found, State, defined, has_fixed_defaults, is_unwritten
from tddbot.parsing import parsed

_DEEPEST = 5
_FUNCTION = "def {0}(*arguments, **keywords):\n    raise NotImplementedError\n"
_METHOD = "    def {0}(self, *arguments, **keywords):\n        raise NotImplementedError\n"
_CLASS = "class {0}:\n    def __init__(self, *arguments, **keywords):\n        pass\n"


@dataclass(frozen=True, slots=True)
class Place:
    """Something in a file, by its qualified name; where it `is_missing`, its module lacks it or is not there."""

    path: str
    name: str
    is_missing: bool = False


@dataclass(frozen=True)
class Sources:
    """The repository's modules: the files that a dotted module may be, where a missing one would live, and texts.

    `absolute` gives the full name of what a relative import of so many dots names, seen from a file.
    """

    files: Callable[[str], tuple[str, ...]]
    home: Callable[[str], str | None]
    text: Callable[[str], tuple[str, str] | None]
    absolute: Callable[[str, int, str], str]
    _trees: dict[str, ast.Module | None] = field(default_factory=dict)

    def place(self, dotted: str, depth: int = 0) -> Place | None:
        """Return where a dotted name leads, or None for what is not of this repository, or not clear."""
        parts = dotted.split(".")
        for count in range(len(parts) - 1, 0, -1):
            module = ".".join(parts[:count])
            for path in self.files(module):
                return self._within(path, parts[count:], depth)
            if (home := self.home(module)) is not None:
                return Place(home, ".".join(parts[count:]), is_missing=True)
        return None

    def tree(self, path: str) -> ast.Module | None:
        """Return the syntax tree of a module, its relative imports made absolute."""
        if path not in self._trees:
            text = self.text(path)
            tree = parsed(text[0]) if text else None
            self._trees[path] = self._with_full_imports(path, tree) if isinstance(tree, ast.Module) else None
        return self._trees[path]

    def found(self, dotted: str) -> Found | None:
        """Return the module's tree and the name in it that a dotted name leads to."""
        place = self.place(dotted)
        tree = self.tree(place.path) if place and not place.is_missing else None
        return (tree, place.name) if tree is not None and place is not None else None

    def is_free(self, dotted: str) -> bool | None:
        """Whether a function sees nothing but what it is given; None where it is yet to be written."""
        place = self.place(dotted)
        if place is None:
            return False
        if place.is_missing:
            return None
        tree = self.tree(place.path)
        node = defined(tree, place.name) if tree else None
        if tree is None or node is None:
            return False
        if isinstance(node, Function) and is_unwritten(node) and "." not in place.name:
            return None if not node.decorator_list and has_fixed_defaults(node) else False
        return State(self.found).is_free((tree, place.name))

    def is_plain_module(self, dotted: str) -> bool:
        """Whether a name is one of a module of this repository that is no package, or of a class in one."""
        parts = dotted.split(".")
        for count in range(len(parts) - 1, 0, -1):
            for path in self.files(".".join(parts[:count])):
                tree, above = self.tree(path), parts[count:-1]
                is_class = len(above) == 1 and tree is not None and isinstance(defined(tree, above[0]), ast.ClassDef)
                return not path.endswith("__init__.py") and (not above or is_class)
        return False

    def stub(self, wanted: Iterable[str]) -> Patch | None:
        """Return a patch that makes what is missing of these, methods with their classes; None where nothing is."""
        places = [place for place in map(self.place, dict.fromkeys(wanted)) if place and place.is_missing]
        edits = []
        for path in dict.fromkeys(place.path for place in places):
            names = list(dict.fromkeys(place.name for place in places if place.path == path))
            before = self.text(path)
            text = f"{before[0]}\n\n{_written(names)}" if before else _written(names)
            edits.append(Edit(path, before[0] if before else None, text, before[1] if before else "utf-8"))
        return Patch(tuple(edits)) if edits else None

    def _within(self, path: str, names: list[str], depth: int) -> Place | None:
        tree = self.tree(path)
        if tree is None or depth > _DEEPEST:
            return None
        node = defined(tree, names[0])
        match node:
            case ast.Import() | ast.ImportFrom():
                origin = dict(imported([node])).get(names[0])
                return self.place(".".join((origin, *names[1:])), depth + 1) if origin else None
            case ast.ClassDef() if len(names) == 2:
                return Place(path, ".".join(names)) if defined(tree, ".".join(names)) else None
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() if len(names) == 1:
                return Place(path, names[0])
            case None if not any(names[0] in ast.unparse(each) for each in tree.body):
                return Place(path, ".".join(names), is_missing=True)
        return None

    def _with_full_imports(self, path: str, tree: ast.Module) -> ast.Module:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                full = self.absolute(node.module or "", node.level, path)
                node.module, node.level = (full, 0) if full else (node.module, node.level)
        return tree


def _written(names: Iterable[str]) -> str:
    """Return stubs of functions, and of classes with those of their methods."""
    known = list(names)
    classes = dict.fromkeys(name.partition(".")[0] for name in known if "." in name or name[:1].isupper())
    parts = [_FUNCTION.format(name) for name in known if name.isidentifier() and name not in classes]
    for each in classes:
        methods = [name.partition(".")[2] for name in known if name.startswith(f"{each}.")]
        parts.append(_CLASS.format(each) + "".join(_METHOD.format(name) for name in methods if name.isidentifier()))
    return "\n\n".join(parts)
