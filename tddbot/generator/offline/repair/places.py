"""The statements of a source file and the places in them that operators look at. Knows nothing of what ran."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tddbot.generator.offline.repair.vocabulary import Vocabulary
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
    "ExceptHandler": ("type",),
    "ExceptStarHandler": ("type",),
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
_EXPRESSIONS = frozenset({"Call", "Subscript", "Attribute", "BinaryOperation"})
_CALLED = frozenset({"func"})
_LONGEST = 40
_MOST_NAMES = 12


class End(Enum):
    """Whether something comes after a statement in its block: nothing in a branch, nothing in the whole function."""

    NO = 0
    BRANCH = 1
    FUNCTION = 2


@dataclass(frozen=True)
class Function:
    """A function or method, and the one around it."""

    source: Source
    node: "cst.FunctionDef"
    outer: "Function | None"

    @property
    def outermost(self) -> "Function":
        """The function around all others that it lies in."""
        return self.outer.outermost if self.outer else self

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names that it may read of its own: parameters, what it assigns, then those of the function around it."""
        own = (name for name in _bound(self.node) if name not in _RECEIVERS)
        return tuple(dict.fromkeys((*own, *(self.outer.names if self.outer else ()))))

    @cached_property
    def comparisons(self) -> tuple[str, ...]:
        """What it compares, as source, each once."""
        found = (node for node in descendants(self.node.body, _SCOPES) if kind(node) == "Comparison")
        return tuple(dict.fromkeys(self.source.between(*self.source.inner(node)) for node in found))

    @cached_property
    def expressions(self) -> tuple[str, ...]:
        """The short expressions in it, as source, each once; a method that is called is none by itself."""
        found: dict[str, None] = {}
        waiting: list[cst.CSTNode] = [self.node.body]
        while waiting:
            node = waiting.pop()
            if kind(node) in _SCOPES or kind(node) == "Annotation":
                continue
            start, end = self.source.outer(node)
            if kind(node) in _EXPRESSIONS and end - start <= _LONGEST:
                found[self.source.between(start, end)] = None
            waiting.extend(reversed(list(children(node, _CALLED if kind(node) == "Call" else frozenset()))))
        return tuple(found)

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
class Spot:
    """Where a statement stands: in which statement of the module, which function (None at import), and whose block.

    `before` is its neighbour in the block, None for the first one; a `last` one has none behind it.
    """

    top: "cst.CSTNode"
    function: Function | None = None
    end: End = End.NO
    owner: "cst.CSTNode | None" = None
    before: "cst.CSTNode | None" = None
    last: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A simple statement's line, or the head of a compound one; `parts` are the nodes that belong to no other."""

    node: "cst.CSTNode"
    spot: Spot
    lines: range
    parts: "tuple[cst.CSTNode, ...]"

    @property
    def top(self) -> "cst.CSTNode":
        """The statement of the module that it lies in."""
        return self.spot.top

    @property
    def function(self) -> Function | None:
        """The function that it lies in; None for what runs at import."""
        return self.spot.function

    @property
    def end(self) -> End:
        """What ends with it."""
        return self.spot.end


@dataclass(frozen=True, slots=True)
class Change:
    """One splice: the bytes from `start` to `end` become `text`. `prior` is how often this slip is made, by reason."""

    start: int
    end: int
    text: str
    prior: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operator looks: a node's parent, its statement and its source, and what its module names."""

    source: Source
    statement: Statement
    parent: "cst.CSTNode"
    vocabulary: Vocabulary

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that may be read here."""
        return self.statement.function.names[:_MOST_NAMES] if self.statement.function else ()

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
        yield from _statements(source, top, Spot(top))


def places(source: Source, statement: Statement, vocabulary: Vocabulary) -> "Iterator[tuple[cst.CSTNode, Place]]":
    """Yield a statement and each node in it that is worth a look, parents first."""
    whole = Place(source, statement, statement.top, vocabulary)
    yield statement.node, whole
    waiting: list[tuple[cst.CSTNode, cst.CSTNode]] = [(part, statement.node) for part in reversed(statement.parts)]
    while waiting:
        node, parent = waiting.pop()
        if kind(node) in _UNTOUCHED:
            continue
        yield node, Place(source, statement, parent, vocabulary)
        skip = _NOT_READ.get(kind(node), frozenset())
        if kind(node) in _TARGETS and kind(getattr(node, "target", None)) != "Subscript":
            skip = frozenset({"target"})
        waiting.extend((child, node) for child in reversed(list(children(node, skip))))


def _statements(source: Source, node: Any, spot: Spot) -> Iterator[Statement]:
    if kind(node) not in _COMPOUND:
        yield Statement(node, spot, source.lines(node), tuple(children(node)))
        return
    head = tuple(part for name in _HEADS.get(kind(node), ()) for part in _listed(getattr(node, name)))
    yield Statement(node, spot, _head_lines(source, node), head)
    inner = Function(source, node, spot.function) if kind(node) == "FunctionDef" else spot.function
    for block in _BLOCKS:
        for child in _listed(getattr(node, block, None)):
            if kind(child) in ("IndentedBlock", "SimpleStatementSuite"):
                yield from _block(source, child, Spot(spot.top, inner, _last(node, spot.end), node))
            else:
                yield from _statements(source, child, replace(spot, function=inner, before=None, last=False))


def _block(source: Source, block: Any, spot: Spot) -> Iterator[Statement]:
    if kind(block) == "SimpleStatementSuite":
        yield Statement(block, spot, source.lines(block), tuple(block.body))
        return
    before = None
    for index, child in enumerate(block.body, 1):
        last = index == len(block.body)
        end = spot.end if last else End.NO
        yield from _statements(source, child, replace(spot, end=end, before=before, last=last))
        before = child


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
