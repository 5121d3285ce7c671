"""Positions of a syntax tree as offsets into a source's bytes, for whoever changes a source at one place."""

import ast
import re


class SourceText:
    """A source's bytes, in which the nodes of its tree (line, column in UTF-8) can be found."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self._starts = [0]
        for line in source.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def start(self, node: ast.expr | ast.stmt) -> int:
        """Return where a node begins."""
        return self._starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt) -> int:
        """Return where a node ends. Raise ValueError for one that was not parsed."""
        if node.end_lineno is None or node.end_col_offset is None:
            raise ValueError("the node has no end")
        return self._starts[node.end_lineno - 1] + node.end_col_offset

    def of(self, node: ast.expr | ast.stmt) -> str:
        """Return a node's text."""
        return self.source[self.start(node) : self.end(node)].decode()

    def between(self, left: ast.expr, right: ast.expr, word: str) -> tuple[int, int] | None:
        """Return where `word` (a pattern) stands between two expressions, if only blanks and parentheses are around."""
        at = self.end(left)
        found = re.fullmatch(rf"[\s)\\]*({word})[\s(\\]*".encode(), self.source[at : self.start(right)])
        return (at + found.start(1), at + found.end(1)) if found else None

    def after(self, at: int, word: bytes) -> int:
        """Return where the text after a keyword begins that stands at `at`, or `at` where it does not."""
        found = re.compile(word + rb"\b\s*").match(self.source, at)
        return found.end() if found else at
