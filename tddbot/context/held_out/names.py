"""The IDs that pytest gives to the rows of a table, as far as they follow from its text. Pure.

By the rules of `_pytest.python.IdMaker` of pytest 7 to 9, which hooks of a project may change: whoever can look at what
was collected has to.
"""

import ast
from collections.abc import Iterator, Sequence
from itertools import product

from tddbot.context.held_out.groups import Case, Group

_LONG = 100
"""From this length on, newer versions of pytest name a string by its parameter."""

_MOST = 16
_UNPRINTABLE = {number: f"\\x{number:02x}" for number in (*range(32), 127)} | {9: "\\t", 10: "\\n", 13: "\\r"}


def names_of_rows(table: Group) -> list[tuple[str, ...]] | None:
    """Return for each row the IDs that it may have, the likeliest first; None where two rows may have the same one."""
    found = [tuple(dict.fromkeys(_names(table, index, case))) for index, case in enumerate(table.cases)]
    every = [name for names in found for name in names]
    return found if all(found) and len(set(every)) == len(every) else None


def combined(group: Group, index: int) -> tuple[str, ...]:
    """Return the IDs of all tests that have this row of this table, whatever their rows of the other tables are."""
    columns: list[Sequence[str]] = []
    for place, table in enumerate(group.tables):
        names = names_of_rows(table)
        if names is None:
            return ()
        columns.append(names[index] if place == group.place else [name for row in names for name in row])
    return tuple("-".join(parts) for parts in product(*columns))


def _names(table: Group, index: int, case: Case) -> Iterator[str]:
    given = case.id or (table.ids[index] if table.ids else None)
    if given is not None and not (isinstance(given, ast.Constant) and given.value is None):
        if isinstance(given, ast.Constant):
            yield _plain(given.value)
        return
    columns = [_of_value(value, name, index) for value, name in zip(case.values, table.names, strict=True)]
    for count, parts in enumerate(product(*columns)):
        if count == _MOST:
            return
        yield "-".join(parts)


def _of_value(node: ast.expr, name: str, index: int) -> tuple[str, ...]:
    by_place = f"{name}{index}"
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        # Classes and functions are named by themselves; what else it may be is only told by what was collected.
        own = (ast.unparse(node).rpartition(".")[2],) if isinstance(node, ast.Name | ast.Attribute) else ()
        enum = (ast.unparse(node),) if isinstance(node, ast.Attribute) else ()
        return (by_place, *own, *enum)
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
