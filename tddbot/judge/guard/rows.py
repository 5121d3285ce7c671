"""What in a module is a table, whatever it looks like: rows of a key and what is answered to it, as literals."""

import ast
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tddbot.judge.guard.branches import branches
from tddbot.judge.guard.cases import TRIVIAL, Literals, atom, literals
from tddbot.judge.guard.folding import UNKNOWN
from tddbot.judge.guard.module import Module, docstring_of, parameters
from tddbot.judge.guard.names import Names

_MOST_SEQUENCES = 16
_MOST_ROWS = 400
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the literals of its key, where it is known which ones these are, and all of its literals."""

    key: Literals
    every: Literals


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that belong together, at a node."""

    rows: frozenset[Row]
    node: ast.AST


def tables(module: Module, names: Names) -> Iterator[Table]:
    """Yield the tables of a module: displays, calls that make them, columns, texts, chains of branches, and classes."""
    for rows, node in itertools.chain(
        _displays(module, names),
        _columns(module, names),
        _texts(module),
        _stores(module, names),
        _classes(module, names),
    ):
        made = frozenset(row for row in itertools.islice(rows, _MOST_ROWS) if row.every - TRIVIAL)
        if made:
            yield Table(made, node)
    for function in module.functions():
        chain = [Row(each.key, each.key | each.given) for each in branches(function, names)]
        if made := frozenset(row for row in chain if row.every - TRIVIAL):
            yield Table(made, function)


def flat(value: Any) -> Literals:
    """Return all constants in a value."""
    if isinstance(value, dict):
        return frozenset(each for pair in value.items() for part in pair for each in flat(part))
    if isinstance(value, list | tuple | set | frozenset):
        return frozenset(each for part in value for each in flat(part))
    return frozenset({atom(value)})


def rows_of(value: Any) -> Iterator[Row]:
    """Yield the rows of a value: items of a mapping, down to its leaves, or rows of a list."""
    if isinstance(value, dict):
        for key, item in value.items():
            for row in _below(item):
                yield Row(flat(key) | row.key, flat(key) | row.every)
    elif isinstance(value, list | tuple | set | frozenset) and value:
        if all(isinstance(each, list | tuple) and len(each) > 1 for each in value):
            for each in value:
                yield Row(flat(each[:-1]), flat(each))
        elif all(isinstance(each, dict) and len(each) > 1 for each in value):
            yield from (Row(flat(list(each.values())[:-1]), flat(list(each.values()))) for each in value)


def _below(value: Any) -> Iterator[Row]:
    if isinstance(value, dict) and value:
        yield from rows_of(value)
    else:
        yield Row(frozenset(), flat(value))


def _displays(module: Module, names: Names) -> Iterator[tuple[Iterable[Row], ast.AST]]:
    for mapping in module.every(ast.Dict):
        value = names.value(mapping)
        yield (rows_of(value) if value is not UNKNOWN else _pairs(mapping)), mapping
    displays: list[ast.List | ast.Tuple | ast.Set] = [
        *module.every(ast.List),
        *module.every(ast.Tuple),
        *module.every(ast.Set),
    ]
    for display in displays:
        if isinstance(getattr(display, "ctx", None), ast.Store) or len(display.elts) < 2:
            continue
        value = names.value(display)
        if value is not UNKNOWN:
            yield rows_of(value), display
            if isinstance(value, list | tuple) and not isinstance(value[0], list | tuple | dict):
                for start in (0, 1):
                    yield _indexed(value, start), display
        elif all(isinstance(each, ast.Call) and len(each.args) > 1 for each in display.elts):
            made = [each.args for each in display.elts if isinstance(each, ast.Call)]
            yield [Row(literals(each[:-1]), literals(each)) for each in made], display
        elif all(isinstance(each, ast.Tuple | ast.List) and len(each.elts) > 1 for each in display.elts):
            yield (
                (
                    Row(literals(each.elts[:-1]), literals([each]))
                    for each in display.elts
                    if isinstance(each, ast.Tuple | ast.List)
                ),
                display,
            )
    for call in module.every(ast.Call):
        if not isinstance(call.func, ast.Name):
            value = names.value(call)
            if isinstance(value, dict | list | tuple):
                yield rows_of(value), call
        elif (
            isinstance(call.func, ast.Name)
            and call.func.id in ("dict", "zip")
            and (call.args or len(call.keywords) > 1)
        ):
            value = names.value(call)
            if value is not UNKNOWN:
                yield rows_of(value), call
            elif call.func.id == "dict":
                yield (
                    (
                        Row(frozenset({str(each.arg)}), literals([each.value]) | {str(each.arg)})
                        for each in call.keywords
                    ),
                    call,
                )


def _pairs(mapping: ast.Dict) -> Iterator[Row]:
    for key, value in zip(mapping.keys, mapping.values, strict=True):
        if key is not None:
            yield Row(literals([key]), literals([key, value]))


def _indexed(values: list[Any] | tuple[Any, ...], start: int) -> Iterator[Row]:
    """What a list answers to its indices; gaps are none."""
    for index, value in enumerate(values, start):
        if value is not None and flat(value) - TRIVIAL:
            yield Row(frozenset({str(index)}), flat(value) | {str(index)})


def _columns(module: Module, names: Names) -> Iterator[tuple[Iterable[Row], ast.AST]]:
    """Two sequences of one length, of which one may be the keys to the other."""
    found: list[tuple[list[Any], ast.AST]] = []
    for node in (*module.every(ast.List), *module.every(ast.Tuple), *module.every(ast.Call)):
        if isinstance(node, ast.Call) and not isinstance(node.func, ast.Attribute):
            continue
        if isinstance(module.parents.get(node), ast.Tuple | ast.List):
            continue
        value = names.value(node)
        if isinstance(value, list | tuple) and len(value) > 1 and not (flat(value) <= TRIVIAL):
            found.append((list(value), node))
        if len(found) >= _MOST_SEQUENCES:
            break
    for (keys, _), (values, place) in itertools.permutations(found, 2):
        if len(keys) == len(values):
            yield [Row(flat(key), flat(key) | flat(value)) for key, value in zip(keys, values, strict=True)], place


def _texts(module: Module) -> Iterator[tuple[Iterable[Row], ast.AST]]:
    documented = {docstring_of(node) for node in (module.tree, *module.functions(), *module.every(ast.ClassDef))}
    reads_itself = any(node.id == "__doc__" for node in module.every(ast.Name)) or any(
        node.attr == "__doc__" for node in module.every(ast.Attribute)
    )
    for constant in module.every(ast.Constant):
        if isinstance(constant.value, str) and (reads_itself or constant not in documented):
            for rows in rows_of_text(constant.value):
                yield rows, constant


def rows_of_text(text: str) -> Iterator[list[Row]]:
    """Yield the ways to read rows out of a text: JSON, or lines and other pieces with a key and a value each."""
    if not 6 <= len(text) <= _LONGEST:
        return
    if text.lstrip()[:1] in ("{", "["):
        for read in (json.loads, ast.literal_eval):
            try:
                value = read(text)
            except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                continue
            yield list(rows_of(value))
            return
    for separator in ("\n", ";", ",", "|", " ", "&"):
        pieces = [piece for piece in text.split(separator) if piece.strip()]
        if len(pieces) > 1:
            split = [
                [part.strip(" '\"()[]") for part in re.split(r"[\s:=>|,;\t]+", piece.strip()) if part]
                for piece in pieces
            ]
            if all(len(parts) > 1 for parts in split):
                yield [Row(frozenset(parts[:-1]), frozenset(parts)) for parts in split]
            elif 2 * sum(len(parts) > 1 for parts in split) >= len(split):
                yield [Row(frozenset(parts[:-1]), frozenset(parts)) for parts in split if len(parts) > 1]
            elif len(pieces) % 2 == 0 and all(len(parts) == 1 for parts in split):
                words = [parts[0] for parts in split]
                pairs = zip(words[::2], words[1::2], strict=True)
                yield [Row(frozenset({key}), frozenset({key, value})) for key, value in pairs]


def _stores(module: Module, names: Names) -> Iterator[tuple[Iterable[Row], ast.AST]]:
    """A table that is filled item by item."""
    found: dict[tuple[str, str], list[Row]] = {}
    places: dict[tuple[str, str], ast.AST] = {}
    for assign in module.every(ast.Assign):
        target = assign.targets[0]
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name | ast.Attribute):
            key, value = names.value(target.slice), names.value(assign.value)
            if key is not UNKNOWN and value is not UNKNOWN:
                home = (module.scopes[assign], ast.dump(target.value))
                found.setdefault(home, []).append(Row(flat(key), flat(key) | flat(value)))
                places.setdefault(home, assign)
    yield from ((rows, places[home]) for home, rows in found.items())


def _classes(module: Module, names: Names) -> Iterator[tuple[Iterable[Row], ast.AST]]:
    """Attributes of a class, which `getattr` finds by a text."""
    for node in module.every(ast.ClassDef):
        rows = [
            Row(key, flat(value) | key)
            for each in node.body
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)
            if (value := names.value(each.value)) is not UNKNOWN
            if (key := _key_of(each.targets[0].id))
        ]
        yield rows, node
    yield _answering(module, names), module.tree


def _answering(module: Module, names: Names) -> Iterator[Row]:
    """Functions without a parameter that answer one constant, and whose name says to what."""
    for function in module.functions():
        if not set(parameters(function)) - {"self", "cls"} and len(function.body) <= 2:
            last = function.body[-1]
            value = names.value(last.value) if isinstance(last, ast.Return) and last.value is not None else UNKNOWN
            if value is not UNKNOWN:
                key = _key_of(function.name)
                yield Row(key, key | flat(value))


def _key_of(name: str) -> Literals:
    """What a name says: the number that it ends with, else its last word."""
    number = re.search(r"\d+$", name)
    return frozenset({number[0] if number else re.split(r"_+(?=[^_]*$)", name)[-1]})


def members(module: Module, names: Names) -> Iterator[tuple[Literals, ast.AST]]:
    """Yield the collections of constants that something is looked for in."""
    for compare in module.every(ast.Compare):
        if isinstance(compare.ops[0], ast.In | ast.NotIn):
            value = names.value(compare.comparators[0])
            if isinstance(value, list | tuple | set | frozenset | dict):
                yield flat(list(value)), compare
