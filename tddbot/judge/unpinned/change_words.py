"""One change of a program, as a reader would quote it: the smallest whole part that changes, before and after."""

import ast
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from tddbot.parsing import Unparsable, parsed

LEFT_OUT = "pass"
"""What a statement becomes that is left out."""

_LONGEST = 60
_PARTS = (ast.Compare, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Call, ast.Subscript, ast.IfExp, ast.stmt)


def quoted(source: str, start: int, end: int, text: str) -> tuple[str, str | None]:
    """Return what changes and what it becomes, None where it is left out, where bytes of the UTF-8 become `text`.

    Both are on one line, and cut around the first difference where they are longer than 60 characters.
    """
    data = source.encode()
    first, last = _part(source, data, start, end)
    was = _one_line(data[first:last])
    if text == LEFT_OUT:
        return _snippet(was, 0), None
    becomes = _one_line(data[first:start] + text.encode() + data[end:last])
    if len(was) > _LONGEST and was.startswith(becomes):
        return _snippet(was[len(becomes) :].strip(), 0), None
    pairs = enumerate(zip(was, becomes, strict=False))
    same = next((at for at, (old, new) in pairs if old != new), min(len(was), len(becomes)))
    return _snippet(was, same), _snippet(becomes, same)


def _part(source: str, data: bytes, start: int, end: int) -> tuple[int, int]:
    """The expression or simple statement around a change; of a compound one, the lines that change."""
    starts = [0, *accumulate(len(line) + 1 for line in data.split(b"\n"))]
    tree = parsed(source)
    spans = () if isinstance(tree, Unparsable) else _spans(tree, starts)
    around = [span for span in spans if span[0] <= start and end <= span[1]]
    if around:
        return min(around, key=lambda span: (span[1] - span[0] <= end - start, span[1] - span[0]))
    first, last = (bisect_right(starts, at) for at in (start, max(end - 1, start)))
    return starts[first - 1], starts[last] - 1


def _spans(tree: ast.Module, starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    waiting: list[ast.AST] = [*tree.body]
    while waiting:
        node = waiting.pop()
        # Before Python 3.12, what stands in an f-string has no places.
        if not isinstance(node, ast.JoinedStr):
            waiting.extend(ast.iter_child_nodes(node))
        is_compound = isinstance(node, ast.stmt) and bool(getattr(node, "body", None) or getattr(node, "cases", None))
        if isinstance(node, _PARTS) and not is_compound:
            start = starts[node.lineno - 1] + node.col_offset
            yield start, starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)


def _one_line(data: bytes) -> str:
    return " ".join(data.decode("utf-8", "replace").split())


def _snippet(line: str, same: int) -> str:
    """A line; where it is too long, what comes well before the first difference goes first."""
    if len(line) > _LONGEST and same > _LONGEST // 2:
        line = f"…{line[same - _LONGEST // 2 :]}"
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
