"""What tests compare with although it is no test by its name: files that they read, and helpers that only assert."""

import ast
from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePosixPath

from tddbot.judge.guard.finding import Finding, found
from tddbot.judge.guard.module import Function, Module

_SHORTEST = 4
_STEPS = (ast.Assert, ast.Assign, ast.AnnAssign, ast.For, ast.If, ast.With, ast.Pass)


def expected_files(trees: Iterable[ast.AST], files: Iterable[str], sources: Collection[str]) -> frozenset[str]:
    """Return the data files of a repository that tests name, and that no source names."""
    texts = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    named = {PurePosixPath(text).name for text in texts if len(text) >= _SHORTEST and "\n" not in text}
    data = (path for path in files if not path.endswith((".py", ".pyi")) and PurePosixPath(path).name in named)
    return frozenset(path for path in data if not any(PurePosixPath(path).name in source for source in sources))


def changed_helpers(before: Module, after: Module) -> Iterator[Finding]:
    """Yield the functions that do nothing but assert, and that a patch changes or removes."""
    now = {after.scopes[function]: function for function in after.functions()}
    for function in before.functions():
        scope = before.scopes[function]
        if _only_asserts(function) and (scope not in now or ast.dump(now[scope]) != ast.dump(function)):
            place = now.get(scope, after.tree)
            yield found(after, "TDB110", place, function.name)


def _only_asserts(function: Function) -> bool:
    """Whether a function ends with an assertion, returns nothing, and changes nothing."""
    body = [each for each in function.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
    if not body or not isinstance(body[-1], ast.Assert | ast.For | ast.If | ast.With):
        return False
    below = [node for statement in body for node in ast.walk(statement)]
    if any(isinstance(node, ast.stmt) and not isinstance(node, _STEPS) for node in below):
        return False
    stored = (node for node in below if isinstance(node, ast.Attribute | ast.Subscript))
    return any(isinstance(node, ast.Assert) for node in below) and not any(
        isinstance(node.ctx, ast.Store) for node in stored
    )
