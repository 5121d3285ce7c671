"""What a parameter may be given, as its annotation says it: read off the syntax tree, where nothing is imported."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tddbot.ties.values import Opaque, Value, kind_of, tree_of, written

_DEEPEST = 6
_PLAIN = frozenset({"int", "float", "str", "bool", "bytes", "complex"})
_LISTS = frozenset({"list", "List", "Sequence", "Iterable", "Collection", "MutableSequence", "Iterator", "Reversible"})
_SETS = frozenset({"set", "Set", "AbstractSet", "MutableSet"})
_FROZEN = frozenset({"frozenset", "FrozenSet"})
_TUPLES = frozenset({"tuple", "Tuple"})
_DICTS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict"})
_ENUMS = frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value may be.

    `kind` is the name of a plain type, or `row` (a tuple of any length), `one` (one of `parts`), `given` (one of
    `values`), `made` (a call of `name` with `parts`).
    """

    kind: str
    parts: tuple["Shape", ...] = ()
    values: tuple[Value, ...] = ()
    name: str = ""

    def is_hashable(self) -> bool:
        """Whether each such value may be a key, or in a set."""
        return self.kind not in ("list", "set", "dict", "made") and all(part.is_hashable() for part in self.parts)


def annotated(annotation: str, module: ast.Module) -> Shape | None:
    """Return what an annotation in a module allows, or None where that is anything, or not known."""
    try:
        tree = tree_of(annotation).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return _Reading({node.name: node for node in module.body if isinstance(node, ast.ClassDef)}, module).shape(tree, 0)


def like(values: Iterable[Value]) -> Shape | None:
    """Return the shape that values have in common, or None where there is none."""
    by_kind: dict[str, list[Value]] = {}
    for value in values:
        by_kind.setdefault(kind_of(value), []).append(value)
    return _one([_of_kind(kind, found) for kind, found in by_kind.items()]) if by_kind else None


def _of_kind(kind: str, values: Sequence[Value]) -> Shape | None:
    if kind in _PLAIN:
        return Shape(kind)
    if isinstance(values[0], tuple):
        lengths = {len(value) for value in values}
        if len(lengths) == 1 and values[0]:
            return _whole("tuple", [like(each[at] for each in values) for at in range(len(values[0]))])
        inner = like(item for value in values for item in value)
        return _whole("row", [inner])
    if isinstance(values[0], list | set | frozenset):
        inner = like(item for value in values for item in value)
        return _hashed(_whole(kind, [inner]), kind)
    if isinstance(values[0], dict):
        keys, items = like(key for each in values for key in each), like(it for each in values for it in each.values())
        return _hashed(_whole("dict", [keys, items]), "dict")
    return Shape("given", values=tuple({written(value): value for value in values}.values()))


def _whole(kind: str, parts: Sequence[Shape | None]) -> Shape | None:
    known = tuple(part for part in parts if part is not None)
    return Shape(kind, known) if len(known) == len(parts) else None


def _hashed(shape: Shape | None, kind: str) -> Shape | None:
    """The shape, where what has to be hashable in it is."""
    needs = shape is not None and kind in ("set", "frozenset", "dict")
    return None if needs and shape is not None and not shape.parts[0].is_hashable() else shape


def _one(shapes: Sequence[Shape | None]) -> Shape | None:
    found = tuple(dict.fromkeys(shape for shape in shapes if shape is not None))
    if len(found) < len(set(shapes)):
        return None
    return found[0] if len(found) == 1 else Shape("one", found)


@dataclass
class _Reading:
    """The annotations of one module."""

    classes: dict[str, ast.ClassDef]
    module: ast.Module

    def shape(self, node: ast.expr, depth: int) -> Shape | None:
        if depth > _DEEPEST:
            return None
        match node:
            case ast.Constant(None):
                return Shape("given", values=(None,))
            case ast.Constant(str(text)):
                return self.shape(_parsed(text), depth + 1)
            case ast.BinOp(left, ast.BitOr(), right):
                return _one([self.shape(left, depth + 1), self.shape(right, depth + 1)])
            case ast.Name() | ast.Attribute():
                return self._named(_last(node), depth)
            case ast.Subscript(value, inner):
                parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                return self._with_parts(_last(value), parts, depth + 1)
        return None

    def _named(self, name: str, depth: int) -> Shape | None:
        if name in _PLAIN:
            return Shape(name)
        if name in self.classes:
            return self._made(self.classes[name], depth + 1)
        alias = next((each for each in self.module.body if _is_alias(each, name)), None)
        value = getattr(alias, "value", None)
        return self.shape(value, depth + 1) if isinstance(value, ast.expr) else None

    def _with_parts(self, name: str, parts: Sequence[ast.expr], depth: int) -> Shape | None:
        if name == "Literal":
            return Shape("given", values=tuple(_literal(part) for part in parts))
        if name == "Annotated":
            return self.shape(parts[0], depth)
        if name in _TUPLES and len(parts) == 2 and _is_ellipsis(parts[1]):
            return _whole("row", [self.shape(parts[0], depth)])
        shapes = [self.shape(part, depth) for part in parts]
        if name == "Optional":
            return _one([*shapes, Shape("given", values=(None,))])
        if name == "Union":
            return _one(shapes)
        kinds = ((_LISTS, "list"), (_SETS, "set"), (_FROZEN, "frozenset"), (_TUPLES, "tuple"), (_DICTS, "dict"))
        kind = next((kind for names, kind in kinds if name in names), "")
        return _hashed(_whole(kind, shapes), kind) if kind else None

    def _made(self, node: ast.ClassDef, depth: int) -> Shape | None:
        """What makes an object of a class: a member of an Enum, or a call with what a plain dataclass declares."""
        bases = {_last(base) for base in node.bases}
        if bases & _ENUMS:
            members = [name for each in node.body if isinstance(each, ast.Assign) for name in _targets(each)]
            return Shape("given", values=tuple(Opaque(f"{node.name}.{name}") for name in members if name[:1] != "_"))
        if not ("NamedTuple" in bases or any(_last(each) == "dataclass" for each in node.decorator_list)):
            return None
        fields = [each for each in node.body if isinstance(each, ast.AnnAssign) and not _is_class_variable(each)]
        needed = [each.annotation for each in fields if each.value is None]
        has_own = any(isinstance(each, ast.FunctionDef) and each.name == "__init__" for each in node.body)
        if has_own or bases - {"NamedTuple", "Generic"}:
            return None
        parts = [self.shape(each, depth + 1) for each in needed]
        known = tuple(part for part in parts if part is not None)
        return Shape("made", known, name=node.name) if len(known) == len(parts) else None


def _parsed(text: str) -> ast.expr:
    try:
        return tree_of(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Name("Any", ast.Load())


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _last(node.func)
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _literal(node: ast.expr) -> Value:
    return node.value if isinstance(node, ast.Constant) else Opaque(ast.unparse(node))


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _is_alias(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Assign | ast.AnnAssign) and name in _targets(node)


def _targets(node: ast.Assign | ast.AnnAssign) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return (each.id for each in targets if isinstance(each, ast.Name))


def _is_class_variable(node: ast.AnnAssign) -> bool:
    return _last(node.annotation.value if isinstance(node.annotation, ast.Subscript) else node.annotation) == "ClassVar"
