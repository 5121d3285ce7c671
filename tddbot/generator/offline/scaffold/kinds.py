"""Kinds of values as annotations would name them: `int`, `list[int]`, `pathlib.Path`, "" for what is not known.

A class that the repository defines is `path::Name`, until a file is written in which it has a plain name.
"""

import re
from collections.abc import Iterable, Sequence

_LONGEST = 60
_PLAIN_DEFAULTS = {
    "int": "0", "float": "0.0", "str": '""', "bytes": 'b""', "bool": "False", "list": "[]", "dict": "{}",
    "set": "set()", "tuple": "()", "frozenset": "frozenset()", "complex": "0j",
}  # fmt: skip


def of_constant(value: object) -> str:
    """Return the kind of a literal's value."""
    return "None" if value is None else "" if value is ... else type(value).__name__


def origin(kind: str) -> str:
    """Return a kind without what it holds: `list` of `list[int]`."""
    return kind.partition("[")[0]


def holding(container: str, items: Iterable[str]) -> str:
    """Return the kind of a container of items of these kinds; bare where they are not known or do not agree."""
    item = joined(items, unions=False)
    whole = f"{container}[{item}]" if item else container
    return whole if len(whole) <= _LONGEST else container


def mapping(keys: Iterable[str], values: Iterable[str]) -> str:
    """Return the kind of a dict."""
    key, value = joined(keys, unions=False), joined(values, unions=False)
    whole = f"dict[{key}, {value}]"
    return whole if key and value and len(whole) <= _LONGEST else "dict"


def row(items: Sequence[str]) -> str:
    """Return the kind of a tuple with items of these kinds."""
    if all(items) and 0 < len(items) <= 3:
        whole = f"tuple[{', '.join(items)}]"
        return whole if len(whole) <= _LONGEST else "tuple"
    item = joined(items, unions=False) if all(items) else ""
    return f"tuple[{item}, ...]" if item else "tuple"


def item_of(kind: str) -> str:
    """Return the kind of what iterating over a value of this kind gives."""
    if kind in ("str", "range"):
        return "str" if kind == "str" else "int"
    if kind == "bytes":
        return "int"
    found = re.fullmatch(r"(?:list|set|frozenset)\[(.*)\]|tuple\[(.*), \.\.\.\]|dict\[(\w+), .*\]", kind)
    if found:
        return next(filter(None, found.groups()), "")
    rows = re.fullmatch(r"tuple\[([^\[\]]+)\]", kind)
    return joined(rows[1].split(", "), unions=False) if rows else ""


def joined(kinds: Iterable[str], unions: bool = True) -> str:
    """Return the one kind that all values have whose kind is known; "" where there is none.

    With `unions`, two kinds may be one or the other. None beside another kind is always told.
    """
    members = list(dict.fromkeys(member for kind in kinds for member in _members(kind) if member))
    plain = [member for member in members if member != "None"]
    tail = " | None" if len(plain) < len(members) else ""
    if not plain:
        return "None" if tail else ""
    merged = _merged(plain)
    if len(merged) == 1:
        return merged[0] + tail
    return " | ".join(merged) if unions and len(merged) == 2 and not tail else ""


def default_of(kind: str) -> str:
    """Return the empty value of a kind as source; `None` where there is none."""
    return _PLAIN_DEFAULTS.get(origin(kind.removesuffix(" | None")), "None")


def _members(kind: str) -> list[str]:
    # What stands in brackets has no union: containers are joined without.
    return kind.split(" | ")


def _merged(kinds: list[str]) -> list[str]:
    """Kinds of which one says all that another does are one: `float` of int and float, `list[int]` of an empty list."""
    if set(kinds) <= {"int", "float"} and "float" in kinds:
        return ["float"]
    if set(kinds) <= {"int", "bool"} and "int" in kinds:
        return ["int"]
    found: dict[str, str] = {}
    for kind in kinds:
        base = origin(kind)
        known = found.get(base, kind)
        found[base] = known if kind in (base, known) else kind if known == base else base
    return list(found.values())
