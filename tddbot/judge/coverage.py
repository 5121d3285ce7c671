"""Which of a patch's lines are new, and which of those no test of the target runs: dead added code is named."""

import ast
import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from tddbot.domain import Edit, Patch, Run
from tddbot.parsing import Unparsable, parsed

_MOST = 10
_LONGEST = 100
_MOST_COMPARED = 4_000_000
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = (ast.stmt, ast.excepthandler, ast.match_case)
# Interpreters before 3.10 leave no event for some of these; the others are no code.
_SILENT = (ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal, ast.Try, ast.TryStar)


def added_lines(edit: Edit) -> frozenset[int]:
    """Return the lines of the file after the edit, from 1, that are new or changed; blank ones are neither."""
    before, after = _lines(edit.before or ""), _lines(edit.after or "")
    start, tail = _same(before, after), 0
    if start < min(len(before), len(after)):
        tail = _same(before[start:][::-1], after[start:][::-1])
    middle = before[start : len(before) - tail], after[start : len(after) - tail]
    changed = [range(len(middle[1]))]
    if len(middle[0]) * len(middle[1]) <= _MOST_COMPARED:
        codes = SequenceMatcher(None, *middle, autojunk=False).get_opcodes()
        changed = [range(first, last) for tag, _, _, first, last in codes if tag in ("insert", "replace")]
    return frozenset(start + at + 1 for each in changed for at in each if after[start + at].strip())


def _same(before: list[str], after: list[str]) -> int:
    """Return how many lines are the same at the beginning."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((at for at, (old, new) in pairs if old != new), min(len(before), len(after)))


def _lines(text: str) -> list[str]:
    """The lines as Python counts them."""
    return re.split(r"\r\n?|\n", text)


def uncovered(patch: Patch, run: Run) -> tuple[str, ...]:
    """Return added or changed statements that no test of a traced run of the target ran, as `path:line: source`.

    At most ten. What runs at import is left out, since a trace begins with the test; so is everything where no line of
    the patched files is in the trace, since tests may run them in a process of their own.
    """
    ran: dict[str, set[int]] = {}
    for lines in run.coverage.values():
        for path, hits in lines.items():
            ran.setdefault(path, set()).update(hits)
    if not any(ran.get(path) for path in patch.paths):
        return ()
    return tuple(line for edit in patch.edits for line in _uncovered(edit, ran.get(edit.path, set())))[:_MOST]


def _uncovered(edit: Edit, ran: set[int]) -> Iterator[str]:
    if edit.after is None or not edit.path.endswith(".py"):
        return
    tree = parsed(edit.after)
    if isinstance(tree, Unparsable):
        return
    added, source = added_lines(edit), _lines(edit.after)
    dead = {min(added & lines) for lines in _statements(tree) if added & lines and not ran & lines}
    yield from (f"{edit.path}:{line}: {source[line - 1].strip()[:_LONGEST]}" for line in sorted(dead))


def _statements(tree: ast.Module) -> Iterator[set[int]]:
    """Yield the lines of each statement in a function, of a compound one those of its head."""
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    while waiting:
        node, is_called = waiting.pop()
        if isinstance(node, ast.stmt) and is_called and not _is_silent(node):
            yield _head(node)
        below = [child for child in ast.iter_child_nodes(node) if isinstance(child, _BLOCKS)]
        waiting.extend((child, is_called or isinstance(node, _FUNCTIONS)) for child in below)


def _head(statement: ast.stmt) -> set[int]:
    below = [each for name in ("body", "cases") for each in getattr(statement, name, [])]
    first = min((_start(each) for each in below), default=None)
    end = statement.end_lineno or statement.lineno
    return set(range(_start(statement), (end if first is None else max(first - 1, statement.lineno)) + 1))


def _start(node: ast.stmt | ast.match_case) -> int:
    own = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([own, *(each.lineno for each in decorators)])


def _is_silent(statement: ast.stmt) -> bool:
    """Whether a statement may run without a trace of it: texts, declarations, and conditions that are constant."""
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.If(test=ast.Constant()) | ast.While(test=ast.Constant()):
            return True
        case ast.AnnAssign(value=None):
            return True
    return isinstance(statement, _SILENT)
