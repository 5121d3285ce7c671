"""Slips that programmers make, as splices of a source's bytes. Pure, and written without a look at tddbot's repairs."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

COMPARISON, ARITHMETIC, BOOLEAN = "comparison", "arithmetic", "boolean"
CONSTANT, LOST_RETURN, NEGATED = "constant", "lost return", "negated condition"
KINDS = (COMPARISON, ARITHMETIC, BOOLEAN, CONSTANT, LOST_RETURN, NEGATED)

_COMPARED: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">")),
    ast.LtE: ("<=", ("<",)),
    ast.Gt: (">", (">=", "<")),
    ast.GtE: (">=", (">",)),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: (r"is\s+not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: (r"not\s+in", ("in",)),
}
_COMPUTED: dict[type[ast.operator], tuple[str, tuple[str, ...]]] = {
    ast.Add: (r"\+", ("-",)),
    ast.Sub: ("-", ("+",)),
    ast.Mult: (r"\*", ("+", "/")),
    ast.Div: ("/", ("//", "*")),
    ast.FloorDiv: ("//", ("/",)),
    ast.Mod: ("%", ("//",)),
    ast.Pow: (r"\*\*", ("*",)),
}
_NOT = (ast.BoolOp, ast.IfExp, ast.Lambda, ast.NamedExpr)


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method; `line` is where its code begins, decorators included, as in `co_firstlineno`."""

    path: str
    name: str
    line: int
    node: ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Slip:
    """The bytes from `start` to `end` of the file become `text`."""

    kind: str
    path: str
    function: str
    line: int
    start: int
    end: int
    text: str
    note: str

    def injected(self, source: bytes) -> bytes:
        """Return the source with the slip in it."""
        return source[: self.start] + self.text.encode() + source[self.end :]


def functions(path: str, source: bytes) -> list[Function]:
    """Return the functions of a module and the methods of its classes; a nested one belongs to the one around it."""
    return list(_functions(path, ast.parse(source), ""))


def slips(function: Function, source: bytes) -> list[Slip]:
    """Return every slip that can be made in the body of a function and still parses, in the order of the source."""
    text = _Text(source)
    found: list[Slip] = []
    for statement in function.node.body:
        for node in ast.walk(statement):
            for start, end, after, kind in _of_node(node, text):
                line = source.count(b"\n", 0, start) + 1
                note = f"`{_short(source[start:end])}` became `{_short(after.encode())}`"
                slip = Slip(kind, function.path, function.name, line, start, end, after, note)
                if _parses(slip.injected(source)):
                    found.append(slip)
    return sorted(found, key=lambda slip: (slip.start, slip.end, slip.text))


_Splice = tuple[int, int, str]


class _Text:
    """Positions of the syntax tree (line, column in UTF-8) as offsets into the bytes of a file."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def start(self, node: ast.expr | ast.stmt) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._starts[node.end_lineno - 1] + node.end_col_offset

    def between(self, left: ast.expr, right: ast.expr, operator: str) -> tuple[int, int] | None:
        """Where `operator` stands between two expressions, if nothing but blanks and parentheses is around it."""
        at = self.end(left)
        found = re.fullmatch(rf"[\s)]*({operator})[\s(]*".encode(), self.source[at : self.start(right)])
        return (at + found.start(1), at + found.end(1)) if found else None

    def word(self, at: int, word: bytes) -> int:
        """Where the text after a keyword begins."""
        found = re.compile(word + rb"\s*").match(self.source, at)
        return found.end() if found else at


def _functions(path: str, parent: ast.Module | ast.ClassDef, prefix: str) -> Iterator[Function]:
    for node in parent.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            line = min((node.lineno, *(decorator.lineno for decorator in node.decorator_list)))
            yield Function(path, prefix + node.name, line, node)
        elif isinstance(node, ast.ClassDef):
            yield from _functions(path, node, f"{prefix}{node.name}.")


def _of_node(node: ast.AST, text: _Text) -> Iterator[tuple[int, int, str, str]]:
    for kind, make in _MAKERS:
        for splice in make(node, text):
            yield (*splice, kind)


def _comparison(node: ast.AST, text: _Text) -> Iterator[_Splice]:
    if isinstance(node, ast.Compare):
        for (left, right), operator in zip(pairwise([node.left, *node.comparators]), node.ops, strict=True):
            written, wrong = _COMPARED[type(operator)]
            if place := text.between(left, right, written):
                yield from ((*place, other) for other in wrong)


def _arithmetic(node: ast.AST, text: _Text) -> Iterator[_Splice]:
    if isinstance(node, ast.BinOp) and not _is_text(node.left) and not _is_text(node.right):
        written, wrong = _COMPUTED.get(type(node.op), ("", ()))
        if wrong and (place := text.between(node.left, node.right, written)):
            yield from ((*place, other) for other in wrong)
    if isinstance(node, ast.AugAssign) and not _is_text(node.value):
        written, wrong = _COMPUTED.get(type(node.op), ("", ()))
        if wrong and (place := text.between(node.target, node.value, f"{written}=")):
            yield from ((*place, f"{other}=") for other in wrong)


def _boolean(node: ast.AST, text: _Text) -> Iterator[_Splice]:
    if isinstance(node, ast.BoolOp):
        written, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in pairwise(node.values):
            if place := text.between(left, right, written):
                yield (*place, other)
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield text.start(node), text.end(node), str(not node.value)


def _constant(node: ast.AST, text: _Text) -> Iterator[_Splice]:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        start, end = text.start(node), text.end(node)
        if text.source[start:end].isdigit():
            yield from ((start, end, str(node.value + step)) for step in (1, -1))


def _lost_return(node: ast.AST, text: _Text) -> Iterator[_Splice]:
    if isinstance(node, ast.Return) and node.value is not None:
        start = text.start(node)
        yield start, text.word(start, b"return"), ""


def _negated(node: ast.AST, text: _Text) -> Iterator[_Splice]:
    if not isinstance(node, ast.If | ast.While | ast.IfExp):
        return
    test = node.test
    start, end = text.start(test), text.end(test)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield start, text.word(start, b"not"), ""
    elif isinstance(test, _NOT):
        yield start, end, f"not ({text.source[start:end].decode()})"
    else:
        yield start, start, "not "


_MAKERS: tuple[tuple[str, Callable[[ast.AST, _Text], Iterator[_Splice]]], ...] = (
    (COMPARISON, _comparison),
    (ARITHMETIC, _arithmetic),
    (BOOLEAN, _boolean),
    (CONSTANT, _constant),
    (LOST_RETURN, _lost_return),
    (NEGATED, _negated),
)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


def _parses(source: bytes) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _short(text: bytes) -> str:
    plain = " ".join(text.decode().split())
    return plain if len(plain) <= 30 else f"{plain[:29]}…"
