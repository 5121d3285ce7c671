"""Which of several proven patches is taken where they do the same: the smaller, then the simpler, then the cheaper."""

import ast
import difflib
from collections.abc import Iterator
from decimal import Decimal

from tddbot.domain import Attempt, Candidate, Edit, Patch, Usage
from tddbot.parsing import Unparsable, parsed

_BRANCHES = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.Assert)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def rank(attempt: Attempt) -> tuple[int, int, int, Decimal, int]:
    """Return what attempts that behave alike are sorted by, the best first.

    That is lines changed, cyclomatic complexity added, characters changed, USD, tokens. Characters come after the
    complexity, since two patches with as many characters are rare, and nothing would be left for it to decide.
    """
    patch = attempt.proposal.patch if isinstance(attempt.proposal, Candidate) else Patch(())
    lines, characters = difference(patch)
    return lines, complexity(patch), characters, *_cost(attempt.proposal.usage)


def difference(patch: Patch) -> tuple[int, int]:
    """Return how many lines a patch takes out and puts in, and how many characters those have.

    Blank lines and the space around a line count for nothing.
    """
    changed = [line for edit in patch.edits for line in _changed(edit)]
    return len(changed), sum(map(len, changed))


def complexity(patch: Patch) -> int:
    """Return the cyclomatic complexity of functions that a patch makes or changes, and of statements outside of any.

    Text that is no Python counts nothing.
    """
    return sum(_added(edit) for edit in patch.edits if edit.path.endswith((".py", ".pyi")))


def decisions(node: ast.AST) -> int:
    """Return the decision points below a node, by which McCabe's number (1976) of a function is more than one.

    Those are branches, loops, handlers, assertions, conditions of comprehensions, further operands of `and` and `or`,
    and cases but for the one that takes the rest. A function within counts one more, as it does for itself.
    """
    return sum(map(_decides, ast.walk(node)))


def _decides(node: ast.AST) -> int:
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    if isinstance(node, ast.comprehension):
        return 1 + len(node.ifs)
    if isinstance(node, ast.match_case):
        takes_all = isinstance(node.pattern, ast.MatchAs) and node.pattern.pattern is None and node.guard is None
        return 0 if takes_all else 1
    return int(isinstance(node, (*_BRANCHES, *_FUNCTIONS)))


def _added(edit: Edit) -> int:
    known = {ast.dump(node) for node in _parts(edit.before or "")}
    return sum(decisions(node) for node in _parts(edit.after or "") if ast.dump(node) not in known)


def _parts(text: str) -> Iterator[ast.AST]:
    """Yield functions and methods, and statements that hold none."""
    tree = parsed(text)
    waiting = [] if isinstance(tree, Unparsable) else list(tree.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.ClassDef):
            waiting += node.body
        else:
            yield node


def _changed(edit: Edit) -> Iterator[str]:
    before, after = _lines(edit.before), _lines(edit.after)
    while before and after and before[-1] == after[-1]:  # a long file is compared in no time so
        del before[-1], after[-1]
    start = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), None)
    start = min(len(before), len(after)) if start is None else start
    matcher = difflib.SequenceMatcher(None, before[start:], after[start:], autojunk=False)
    for operation, first, last, new_first, new_last in matcher.get_opcodes():
        if operation != "equal":
            yield from before[start + first : start + last]
            yield from after[start + new_first : start + new_last]


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _cost(usage: Usage) -> tuple[Decimal, int]:
    return usage.usd, usage.input_tokens + usage.output_tokens
