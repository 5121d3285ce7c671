"""A file of tests in parts that can be shown or left out: which lines each has, what it defines, what it uses."""

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tddbot.context.code.facts import names_of
from tddbot.context.code.walking import nodes_of

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_PREPARES = ("setup", "teardown", "setUp", "tearDown", "asyncSetUp", "asyncTearDown", "pytest_")
_LONGEST_NAME = 60


class Kind(StrEnum):
    """What a part is: always shown, an import, a test, the head of a class with tests, or shown where it is used."""

    ALWAYS = "always"
    IMPORT = "import"
    TEST = "test"
    CLASS = "class"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Part:
    """Lines `first` to `last` (from 1) of a file; the parts of a file follow one another without a gap.

    `name` is pytest's (`TestA::test_x`), `defines` and `uses` are plain names, fixtures included; `owner` is the place
    of the class among the parts, -1 at the top level; `size` is in characters.
    """

    first: int
    last: int
    kind: Kind
    name: str = ""
    defines: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    owner: int = -1
    indent: int = 0
    size: int = 0


Outline = tuple[Part, ...]


def lines_of(text: str) -> list[str]:
    """Return the lines as Python counts them, each with its end."""
    return _LINES.findall(text)


def outline_of(tree: ast.Module, text: str) -> Outline:
    """Return the parts of a file, in their order."""
    parts: list[Part] = []
    _add(tree.body, parts, "", -1, 0)
    if not parts:
        return ()
    # Blank lines and comments belong to what follows them, and those at the end to the last part.
    lines = lines_of(text)
    starts = [1, *(part.last + 1 for part in parts[:-1])]
    ends = [*(part.last for part in parts[:-1]), max(parts[-1].last, len(lines))]
    spans = [(min(start, part.first), end) for part, start, end in zip(parts, starts, ends, strict=True)]
    return tuple(
        replace(part, first=first, last=last, size=sum(map(len, lines[first - 1 : last])))
        for part, (first, last) in zip(parts, spans, strict=True)
    )


def _add(body: Sequence[ast.stmt], parts: list[Part], prefix: str, owner: int, indent: int) -> None:
    for node in body:
        first = _first_line(node)
        last = node.end_lineno or node.lineno
        name = getattr(node, "name", "")
        qualified = f"{prefix}{name}" if isinstance(name, str) and name else ""
        if parts and first <= parts[-1].last:
            parts[-1] = _joined(parts[-1], node, last)
        elif isinstance(node, ast.ClassDef) and _holds_tests(node):
            head = [*node.bases, *node.decorator_list, *node.keywords]
            end = max(first, _first_line(node.body[0]) - 1)
            parts.append(Part(first, end, Kind.CLASS, qualified, frozenset({name}), _uses(head), owner, indent))
            _add(node.body, parts, f"{qualified}::", len(parts) - 1, node.body[0].col_offset)
        else:
            parts.append(
                Part(first, last, _kind(node), qualified, frozenset(names_of(node)), _uses([node]), owner, indent)
            )


def _joined(part: Part, node: ast.stmt, last: int) -> Part:
    """Statements of one line are shown or left out together."""
    defines, uses = part.defines | frozenset(names_of(node)), part.uses | _uses([node])
    kind = part.kind if part.kind is _kind(node) else Kind.ALWAYS
    return replace(part, last=max(part.last, last), kind=kind, defines=defines, uses=uses)


def _first_line(node: ast.stmt) -> int:
    decorators: Sequence[ast.expr] = getattr(node, "decorator_list", ())
    return min((node.lineno, *(each.lineno for each in decorators)))


def _holds_tests(node: ast.ClassDef) -> bool:
    """Whether a class has tests of its own, so that some of its members may be left out; not one in a single line."""
    return node.body[0].lineno > node.lineno and any(
        (isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test"))
        or (isinstance(each, ast.ClassDef) and _holds_tests(each))
        for each in node.body
    )


def _kind(node: ast.stmt) -> Kind:
    match node:
        case ast.Import() | ast.ImportFrom():
            return Kind.IMPORT
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            if name.startswith("test"):
                return Kind.TEST
            return Kind.ALWAYS if name.startswith(_PREPARES) or _is_autouse(node) else Kind.USED
        case ast.ClassDef():
            return Kind.USED
        case ast.Assign(targets=[ast.Name(id="pytestmark" | "pytest_plugins" | "__test__")]):
            return Kind.ALWAYS
        case ast.Assign() | ast.AnnAssign():
            return Kind.USED
    return Kind.ALWAYS


def _is_autouse(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    calls = (each for each in node.decorator_list if isinstance(each, ast.Call))
    return any(keyword.arg == "autouse" for call in calls for keyword in call.keywords)


def _uses(nodes: Sequence[ast.AST]) -> frozenset[str]:
    return frozenset(name for top in nodes for node in nodes_of(top) for name in _named(node))


def _named(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node uses: also as an argument or in a string, as fixtures are asked for."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            yield name
        case ast.Constant(value=str(text)) if len(text) <= _LONGEST_NAME and text.isidentifier():
            yield text


def with_needs(chosen: Collection[int], outline: Outline) -> frozenset[int]:
    """Return the places of these parts with all that they need: what they use, their classes, what always runs."""
    kept = set(chosen)
    while True:
        names = frozenset(name for place in kept for name in outline[place].uses)
        more = {outline[place].owner for place in kept} - {-1}
        more |= {place for place, part in enumerate(outline) if _is_needed(part, kept, names)}
        if more <= kept:
            return frozenset(kept)
        kept |= more


def _is_needed(part: Part, kept: Collection[int], names: frozenset[str]) -> bool:
    if part.owner >= 0 and part.owner not in kept:
        return False
    if part.kind in (Kind.USED, Kind.CLASS):
        return not names.isdisjoint(part.defines)
    return part.kind in (Kind.ALWAYS, Kind.IMPORT)


def cut(text: str, outline: Outline, kept: Collection[int]) -> str:
    """Return the text of the kept parts; a comment marks each place where others were left out."""
    lines, ending = lines_of(text), "\r\n" if "\r\n" in text else "\n"
    shown: list[str] = []
    left_out: list[Part] = []

    def mark() -> None:
        if left_out:
            shown.append(_mark(left_out) + ending)
            left_out.clear()

    for place, part in enumerate(outline):
        if place in kept:
            mark()
            shown += lines[part.first - 1 : part.last]
        else:
            left_out.append(part)
    mark()
    return "".join(shown)


def _mark(parts: Sequence[Part]) -> str:
    tests = sum(part.kind is Kind.TEST for part in parts)
    what = f", {tests} tests among them" if tests > 1 else ", a test among them" if tests else ""
    lines = f"lines {parts[0].first} to {parts[-1].last}{what}"
    return " " * min(part.indent for part in parts) + f"# [{lines}: not shown]"
