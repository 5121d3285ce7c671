"""Functions that tests call for what these leave behind, which other tests may find. Pure."""

import ast
from collections.abc import Iterator

from tddbot.judge.contradictions.sheet import Sheet
from tddbot.judge.contradictions.state import sounds_adding


def called_for_effect(sheet: Sheet, by_name: bool = True) -> Iterator[str]:
    """Yield the functions (dotted) of which some test wants no result, or, `by_name`, that sound like keeping things.

    What is only to raise is left out.
    """
    for test in sheet.tests:
        raising = [node for each in ast.walk(test.function) if isinstance(each, ast.With) for node in each.body]
        dropped = {
            id(node.value)
            for node in ast.walk(test.function)
            if isinstance(node, ast.Expr) and not any(node is each for each in raising)
        }
        for node in ast.walk(test.function):
            full = _full(node.func, sheet) if isinstance(node, ast.Call) else None
            if full and (id(node) in dropped or (by_name and sounds_adding(full))):
                yield full


def _full(function: ast.expr, sheet: Sheet) -> str | None:
    """Return what is called in full, where an import of the file's names it."""
    if isinstance(function, ast.Attribute):
        above = _full(function.value, sheet)
        return f"{above}.{function.attr}" if above else None
    return sheet.imports.get(function.id) if isinstance(function, ast.Name) else None
