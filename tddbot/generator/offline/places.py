"""The statements of a source file and the places in them that operators look at. Knows nothing of what ran."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.syntax import Source, children, descendants, kind

if TYPE_CHECKING:
    import libcst as cst

# What stands in the head of a compound statement and is worth a change; annotations and decorators are not.
_HEADS = {
    "If": ("test",),
    "While": ("test",),
    "For": ("iter",),
    "With": ("items",),
    "Match": ("subject",),
    "MatchCase": ("pattern", "guard"),
    "FunctionDef": ("params",),
}
_BLOCKS = ("body", "handlers", "cases", "orelse", "finalbody")
_COMPOUND = frozenset(_HEADS) | {"ClassDef", "Try", "TryStar", "ExceptHandler", "ExceptStarHandler", "Else", "Finally"}
_BRANCHES = frozenset({"If", "Else", "With", "Try", "TryStar", "ExceptHandler", "ExceptStarHandler", "MatchCase"})
_UNTOUCHED = frozenset(
    {"Annotation", "Import", "ImportFrom", "Global", "Nonlocal", "Del", "TypeAlias", "TypeParameters"}
)
# Names in these fields are written or looked up elsewhere: they are not variables that are read.
_NOT_READ = {
    "Attribute": frozenset({"attr"}),
    "Arg": frozenset({"keyword"}),
    "Param": frozenset({"name"}),
    "AsName": frozenset({"name"}),
    "MatchAs": frozenset({"name"}),
    "MatchClass": frozenset({"cls"}),
    "MatchKeywordElement": frozenset({"key"}),
    "MatchStar": frozenset({"name"}),
    "MatchMapping": frozenset({"rest"}),
}
_TARGETS = frozenset({"AssignTarget", "AugAssign", "AnnAssign", "CompFor", "NamedExpr"})
_SCOPES = frozenset({"FunctionDef", "ClassDef", "Lambda"})
_RECEIVERS = frozenset({"self", "cls", "_"})


class End(Enum):
    """Whether something comes after a statement in its block: nothing in a branch, nothing in the whole function."""

    NO = 0
    BRANCH = 1
    FUNCTION = 2


@dataclass(frozen=True)
class Function:
    """A function or method, and the one around it."""

    node: "cst.FunctionDef"
    outer: "Function | None"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names that it may read of its own: parameters, what it assigns, then those of the function around it."""
        own = (name for name in _bound(self.node) if name not in _RECEIVERS)
        return tuple(dict.fromkeys((*own, *(self.outer.names if self.outer else ()))))

    @cached_property
    def is_generator(self) -> bool:
        """Whether a yield stands anywhere in it."""
        return any(kind(node) == "Yield" for node in descendants(self.node.body))

    @cached_property
    def returns_a_value(self) -> bool:
        """Whether a return with a value stands in it, functions within it aside."""
        found: Iterator[Any] = descendants(self.node.body, _SCOPES)
        return any(kind(node) == "Return" and node.value is not None for node in found)


@dataclass(frozen=True, slots=True)
class Statement:
    """A simple statement's line, or the head of a compound one; `top` is the statement of the module it lies in.

    `function` is None for what runs at import; `parts` are the nodes under it that belong to no other statement.
    """

    node: "cst.CSTNode"
    top: "cst.CSTNode"
    lines: range
    function: Function | None
    parts: "tuple[cst.CSTNode, ...]"
    end: End = End.NO


@dataclass(frozen=True, slots=True)
class Change:
    """One splice: the bytes from `start` to `end` become `text`. `prior` is how often this slip is made, by reason."""

    start: int
    end: int
    text: str
    prior: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operator looks: a node's parent, its statement and its source."""

    source: Source
    statement: Statement
    parent: "cst.CSTNode"

    def replace(self, node: "cst.CSTNode", text: str, prior: float) -> Change:
        """Return the change of a node into `text`; the parentheses around it stay."""
        return Change(*self.source.inner(node), text, prior)

    def swap(self, first: "cst.CSTNode", second: "cst.CSTNode", prior: float) -> Change:
        """Return the change of two nodes, with the parentheses around each, into each other's place."""
        left, right = self.source.outer(first), self.source.outer(second)
        between = self.source.between(left[1], right[0])
        return Change(left[0], right[1], f"{self.code(second)}{between}{self.code(first)}", prior)

    def code(self, node: "cst.CSTNode") -> str:
        """Return a node's text with the parentheses around it, so that it may stand elsewhere."""
        return self.source.between(*self.source.outer(node))

    def bare(self, node: "cst.CSTNode") -> str:
        """Return a node's text without the parentheses around it."""
        return self.source.between(*self.source.inner(node))


def statements(source: Source) -> Iterator[Statement]:
    """Yield every statement of a file in the order of the source."""
    for top in source.module.body:
        yield from _statements(source, top, top, None, End.NO)


def places(source: Source, statement: Statement) -> "Iterator[tuple[cst.CSTNode, Place]]":
    """Yield a statement and each node in it that is worth a look, parents first."""
    whole = Place(source, statement, statement.top)
    yield statement.node, whole
    waiting: list[tuple[cst.CSTNode, cst.CSTNode]] = [(part, statement.node) for part in reversed(statement.parts)]
    while waiting:
        node, parent = waiting.pop()
        if kind(node) in _UNTOUCHED:
            continue
        yield node, Place(source, statement, parent)
        skip = _NOT_READ.get(kind(node), frozenset())
        if kind(node) in _TARGETS and kind(getattr(node, "target", None)) != "Subscript":
            skip = frozenset({"target"})
        waiting.extend((child, node) for child in reversed(list(children(node, skip))))


def _statements(
    source: Source, node: Any, top: "cst.CSTNode", function: Function | None, end: End
) -> Iterator[Statement]:
    if kind(node) not in _COMPOUND:
        yield Statement(node, top, source.lines(node), function, tuple(children(node)), end)
        return
    head = tuple(part for name in _HEADS.get(kind(node), ()) for part in _listed(getattr(node, name)))
    yield Statement(node, top, _head_lines(source, node), function, head, end)
    inner = Function(node, function) if kind(node) == "FunctionDef" else function
    for block in _BLOCKS:
        for child in _listed(getattr(node, block, None)):
            if kind(child) in ("IndentedBlock", "SimpleStatementSuite"):
                yield from _block(source, child, top, inner, _last(node, end))
            else:
                yield from _statements(source, child, top, inner, end)


def _block(source: Source, block: Any, top: "cst.CSTNode", function: Function | None, end: End) -> Iterator[Statement]:
    if kind(block) == "SimpleStatementSuite":
        yield Statement(block, top, source.lines(block), function, tuple(block.body), end)
        return
    for index, child in enumerate(block.body, 1):
        yield from _statements(source, child, top, function, end if index == len(block.body) else End.NO)


def _last(owner: "cst.CSTNode", end: End) -> End:
    """Say what ends with the last statement of a block; a loop's body ends nothing."""
    if kind(owner) == "FunctionDef":
        return End.FUNCTION
    if kind(owner) in _BRANCHES:
        return End.FUNCTION if end is End.FUNCTION else End.BRANCH
    return End.NO


def _head_lines(source: Source, node: Any) -> range:
    start = source.line_at(source.inner(node)[0])
    below = _listed(getattr(node, "body", None)) or _listed(getattr(node, "cases", None))
    stop = source.line_at(source.inner(below[0])[0]) if below else start
    return range(start, max(stop, start + 1))


def _listed(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def _bound(function: "cst.FunctionDef") -> Iterator[str]:
    for node in (*descendants(function.params), *descendants(function.body, _SCOPES)):
        target: Any = None
        if kind(node) == "Param":
            target = getattr(node, "name", None)
        elif kind(node) in _TARGETS or kind(node) == "For":
            target = getattr(node, "target", None)
        elif kind(node) == "AsName":
            target = getattr(node, "name", None)
        if target is not None:
            yield from _names_in(target)


def _names_in(target: Any) -> Iterator[str]:
    if kind(target) == "Name":
        yield target.value
    elif kind(target) in ("Tuple", "List"):
        for element in target.elements:
            yield from _names_in(element.value)
