"""One source file as a concrete syntax tree, with the place of each node. The only home of libcst; decides nothing."""

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from tddbot.domain import Excerpt
from tddbot.parsing import Unparsable, parsed

if TYPE_CHECKING:
    import libcst as cst

# libcst recurses on the C stack for each link of a chain and ends the process (30,000 times `and a`), takes time by the
# square of a chain (3,000 times `[0]`: 15 s), and by the fourth power of two of a pattern's brackets (ten: 4.5 s).
# CPython's compiler ends the process on 100,000 `for` in one comprehension.
_DEEPEST = 300
_DEEPEST_PATTERN = 6
TEXTS = frozenset({"SimpleString", "FormattedString", "ConcatenatedString"})
_FORMATTING = re.compile(
    r"whitespace|leading_lines|trailing|lines_|header|footer|lpar|rpar|comma|semicolon|[lr]bracket"
)


@dataclass(frozen=True)
class Source:
    """A parsed file. Offsets count the bytes of the text in UTF-8, whatever the file's own encoding is."""

    path: str
    encoding: str
    data: bytes
    module: "cst.Module"
    spans: "Mapping[cst.CSTNode, tuple[int, int]]"

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(accumulate(map(len, self.data.splitlines(keepends=True)), initial=0))

    def inner(self, node: "cst.CSTNode") -> tuple[int, int]:
        """Return the start and end of a node without the parentheses around it."""
        return self.spans[node]

    def outer(self, node: "cst.CSTNode") -> tuple[int, int]:
        """Return the start and end of a node with the parentheses around it."""
        start, end = self.spans[node]
        left, right = getattr(node, "lpar", None), getattr(node, "rpar", None)
        if left and right and isinstance(left, list | tuple):
            return self.spans[left[0]][0], self.spans[right[-1]][1]
        return start, end

    def between(self, start: int, end: int) -> str:
        """Return the text between two offsets."""
        return self.data[start:end].decode()

    def line_at(self, offset: int) -> int:
        """Return the line of an offset, counted from 1."""
        return bisect_right(self._starts, offset)

    def line_start(self, offset: int) -> int:
        """Return the offset at which the line of an offset starts."""
        return self._starts[self.line_at(offset) - 1]

    def around(self, start: int, end: int) -> tuple[int, int]:
        """Return the start and end of the lines that hold two offsets, without the indentation and the line ending."""
        first, last = self.line_start(start), self._starts[self.line_at(end)] if end < len(self.data) else end
        text = self.data[first:last]
        return first + len(text) - len(text.lstrip()), first + len(text.rstrip())

    def lines(self, node: "cst.CSTNode") -> range:
        """Return the lines that a node stands on."""
        start, end = self.outer(node)
        return range(self.line_at(start), self.line_at(max(start, end - 1)) + 1)


def read(excerpt: Excerpt) -> Source | str:
    """Parse a file, or say in one clause why it cannot be parsed and printed again byte for byte."""
    fault = _fault(excerpt.text)
    parsed = fault or _parsed(excerpt)
    return f"{excerpt.path} {parsed}" if isinstance(parsed, str) else parsed


def _parsed(excerpt: Excerpt) -> Source | str:
    import libcst as cst  # noqa: PLC0415 (0.2 s that only a repair should pay)
    from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper  # noqa: PLC0415

    try:
        module = cst.parse_module(excerpt.text)
        if module.code != excerpt.text:
            return "has a layout that would not survive an edit"
        # Nothing changes the tree, so the wrapper need not copy it first.
        found = MetadataWrapper(module, unsafe_skip_copy=True).resolve(ByteSpanPositionProvider)
    except cst.ParserSyntaxError:
        return "does not parse"
    except RecursionError:
        return "nests too deeply to be read"
    spans = {node: (span.start, span.start + span.length) for node, span in found.items()}
    return Source(excerpt.path, excerpt.encoding, excerpt.text.encode(), module, spans)


def _fault(text: str) -> str | None:
    tree = parsed(text)
    if isinstance(tree, Unparsable):
        return tree.reason
    return "nests too deeply to be read" if _is_deep(tree) or _has_deep_pattern(tree, text) else None


def _is_deep(tree: ast.Module) -> bool:
    """Whether a node lies deeper than may be, where each operand of `a and b …` and each `for` is a level, too."""
    waiting: list[tuple[ast.AST, int]] = [(tree, 0)]
    while waiting:
        node, above = waiting.pop()
        links = getattr(node, "values" if isinstance(node, ast.BoolOp) else "generators", ())
        depth = above + 1 + len(links)
        if depth > _DEEPEST:
            return True
        waiting.extend((child, depth) for child in ast.iter_child_nodes(node))
    return False


def _has_deep_pattern(tree: ast.Module, text: str) -> bool:
    """Whether brackets nest too deeply in a `case`; the tree does not show those that only group."""
    matches = [node for node in ast.walk(tree) if isinstance(node, ast.Match)]
    lines = re.split(r"\r\n?|\n", text) if matches else []
    for match in matches:
        start = match.subject.end_lineno or match.lineno
        for case in match.cases:
            head = lines[start - 1 : max(case.pattern.end_lineno, case.body[0].lineno - 1)]
            if _brackets("".join(head)) > _DEEPEST_PATTERN:
                return True
            start = case.body[-1].end_lineno or start
    return False


def _brackets(text: str) -> int:
    """Return how deep brackets nest in a text, strings not told apart."""
    depths = accumulate((letter in "([{") - (letter in ")]}") for letter in text)
    return max(depths, default=0)


def kind(node: object) -> str:
    """Return the name of a node's libcst class, by which operators are chosen without importing libcst."""
    return type(node).__name__


def children(node: "cst.CSTNode", skip: frozenset[str] = frozenset()) -> "Iterator[cst.CSTNode]":
    """Yield a node's parts in the order of the source, without layout and without the fields in `skip`."""
    for name in _parts(type(node)):
        if name in skip:
            continue
        value = getattr(node, name)
        if isinstance(value, list | tuple):
            yield from value
        # Asked of the class, since a node works out its children when it is asked itself.
        elif hasattr(type(value), "children"):
            yield value


def descendants(node: "cst.CSTNode", without: frozenset[str] = frozenset()) -> "Iterator[cst.CSTNode]":
    """Yield a node and all its parts, parents first, but nothing of the kinds in `without`."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if kind(here) not in without:
            yield here
            waiting.extend(reversed(list(children(here))))


@cache
def _parts(cls: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls) if not _FORMATTING.search(field.name))
