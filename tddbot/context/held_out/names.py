"""The IDs that pytest gives to the rows of a table, as far as they follow from its text. Pure.

By the rules of `_pytest.python.IdMaker` of pytest 7 to 9, which hooks of a project may change: whoever can look at what
was collected has to.
"""

import ast
from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from tddbot.context.held_out.groups import Case, Group

_LONG = 100
"""From this length on, newer versions of pytest name a string by its parameter."""

_MOST = 16
_MOST_TESTS = 20_000
_UNPRINTABLE = {number: f"\\x{number:02x}" for number in (*range(32), 127)} | {9: "\\t", 10: "\\n", 13: "\\r"}


def names_of_rows(table: Group) -> list[tuple[str, ...]] | None:
    """Return for each row the IDs that it may have, the likeliest first; None where two rows may have the same one."""
    found = [tuple(dict.fromkeys(_names(table, index, case))) for index, case in enumerate(table.cases)]
    every = [name for names in found for name in names]
    return found if all(found) and len(set(every)) == len(every) else None


def combined(group: Group) -> list[tuple[str, ...]]:
    """Return for each row of a table the IDs of all tests that have it, whatever their rows of the other tables are.

    Empty where they cannot be told apart.
    """
    known = [names_of_rows(table) for table in group.tables]
    found = [names for names in known if names]
    if len(found) < len(known) or prod(sum(map(len, names)) for names in found) > _MOST_TESTS:
        return []
    columns: list[Sequence[str]] = [[name for row in names for name in row] for names in found]
    before, after = columns[: group.place], columns[group.place + 1 :]
    return [tuple("-".join(parts) for parts in product(*before, row, *after)) for row in found[group.place]]


def _names(table: Group, index: int, case: Case) -> Iterator[str]:
    for given in (case.id, table.ids[index] if table.ids else None):
        if given is not None and not (isinstance(given, ast.Constant) and given.value is None):
            yield _plain(given.value) if isinstance(given, ast.Constant) else ast.unparse(given)
            return
    columns = [_of_value(value, name, index) for value, name in zip(case.values, table.names, strict=True)]
    for count, parts in enumerate(product(*columns)):
        if count == _MOST:
            return
        yield "-".join(parts)


def _of_value(node: ast.expr, parameter: str, index: int) -> tuple[str, ...]:
    by_place = f"{parameter}{index}"
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        # Classes and functions are named by themselves; what else it may be is only told by what was collected.
        if isinstance(node, ast.Lambda):
            return ("<lambda>",)
        name = ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else by_place
        return tuple(dict.fromkeys((by_place, name.rpartition(".")[2], name)))
    if isinstance(value, str | bytes) and len(value) > _LONG:
        return (by_place, _plain(value))
    if value is None or isinstance(value, str | bytes | bool | int | float | complex):
        return (_plain(value),)
    return (by_place,)


def _plain(value: object) -> str:
    match value:
        case str():
            return value.encode("unicode_escape").decode("ascii").translate(_UNPRINTABLE)
        case bytes():
            return value.decode("ascii", "backslashreplace").translate(_UNPRINTABLE)
    return str(value)
