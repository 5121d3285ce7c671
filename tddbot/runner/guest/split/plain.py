"""Plain data to JSON and back. Lists, dicts, sets and byte arrays are numbered, so that what is shared stays shared.

Both sides number alike: first come, first numbered. Nothing here ever looks a name up or runs code of a value.
"""

from __future__ import annotations

import json
from typing import Any, Iterable

from tddbot.runner.guest.split.scalars import (
    FROM,
    REFUSALS,
    TO,
    NonsenseError,
    NotPlainError,
    from_bytes,
    from_int,
    from_str,
    to_bytes,
)  # fmt: skip

MOST_DEPTH = 100
MOST_PARTS = 500_000

_FROZEN: dict[Any, str] = {tuple: "t", frozenset: "F"}
_CHANGEABLE: dict[Any, str] = {list: "l", dict: "d", set: "S", bytearray: "Y"}
_MADE = {tag: kind for kind, tag in _CHANGEABLE.items()}
_SELF = (type(None), bool)


class Encoder:
    """Turns values into trees; `known` are objects that the other side has under the same numbers."""

    def __init__(self, known: Iterable[Any] = ()) -> None:
        self.objects: list[Any] = list(known)
        self._numbers = {id(value): number for number, value in enumerate(self.objects)}
        self._open: set[int] = set()
        self._parts = 0

    def encode(self, value: Any, depth: int = 0) -> Any:
        """Return the tree; raise NotPlainError for anything but plain data, and for data that holds itself."""
        kind = type(value)
        self._parts += 1
        if self._parts > MOST_PARTS or depth > MOST_DEPTH:
            raise NotPlainError("data of too many parts" if depth <= MOST_DEPTH else "data nested too deeply")
        if kind in _SELF:
            return value
        if kind is str:
            return from_str(value)
        if kind is int:
            return from_int(value)
        if kind in FROM:
            tag, parts = FROM[kind]
            return [tag, *parts(value)]
        if kind in _FROZEN:
            return [_FROZEN[kind], self._guarded(value, depth)]
        if kind in _CHANGEABLE:
            return self._numbered(value, depth)
        raise NotPlainError("an object of type %s" % _name(kind))

    def contents(self, number: int) -> Any:
        """Return what the object of that number holds now."""
        return self._guarded(self.objects[number], 0)

    def _numbered(self, value: Any, depth: int) -> Any:
        number = self._numbers.get(id(value))
        if number is not None:
            if id(value) in self._open:
                raise NotPlainError("data that holds itself")
            return ["@", number]
        number = self._numbers[id(value)] = len(self.objects)
        self.objects.append(value)
        return [_CHANGEABLE[type(value)], number, self._guarded(value, depth)]

    def _guarded(self, value: Any, depth: int) -> Any:
        self._open.add(id(value))
        try:
            return self._items(value, depth + 1)
        finally:
            self._open.discard(id(value))

    def _items(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind is bytearray:
            return from_bytes(bytes(value))
        if kind is dict:
            return [[self.encode(key, depth), self.encode(each, depth)] for key, each in value.items()]
        items = [self.encode(each, depth) for each in value]
        # The order of a set is each process's own; its elements hold nothing that is numbered.
        return sorted(items, key=json.dumps) if kind in (set, frozenset) else items


class Decoder:
    """Turns trees into values; `known` as for the encoder. Every tree is taken as written by an enemy."""

    def __init__(self, known: Iterable[Any] = ()) -> None:
        self.objects: list[Any] = list(known)
        self._open: set[int] = set()

    def decode(self, tree: Any) -> Any:
        """Return the value; raise NonsenseError for a tree that no encoder makes."""
        try:
            return self._value(tree, 0)
        except (*REFUSALS, RecursionError, MemoryError, IndexError) as error:
            raise NonsenseError("no plain data: %s" % type(error).__name__) from None

    def refill(self, number: int, tree: Any) -> Any:
        """Return what the known object of that number is to hold, as an object of the same type."""
        try:
            return self._filled(type(self.objects[number])(), tree, 0)
        except (*REFUSALS, RecursionError, MemoryError, IndexError) as error:
            raise NonsenseError("no plain data: %s" % type(error).__name__) from None

    def _value(self, tree: Any, depth: int) -> Any:
        if type(tree) in (type(None), bool, int, str):
            return tree
        if type(tree) is not list or depth > MOST_DEPTH:
            raise NonsenseError("no tagged value")
        tag, *parts = tree
        if type(tag) is not str:
            raise NonsenseError("no tag")
        if tag in TO:
            return TO[tag](*parts)
        if tag == "@":
            return self._shared(*parts)
        if tag in _MADE:
            return self._object(_MADE[tag], depth, *parts)
        if tag not in _FROZEN.values():
            raise NonsenseError("no such tag")
        (items,) = parts
        made = [self._value(each, depth + 1) for each in _listed(items)]
        return tuple(made) if tag == "t" else _distinct(frozenset(made), made)

    def _shared(self, number: Any) -> Any:
        if type(number) is not int or not 0 <= number < len(self.objects) or number in self._open:
            raise NonsenseError("no such object")
        return self.objects[number]

    def _object(self, kind: Any, depth: int, number: Any, items: Any) -> Any:
        if type(number) is not int or number != len(self.objects):
            raise NonsenseError("a number out of turn")
        value = kind()
        self.objects.append(value)
        self._open.add(number)
        self._filled(value, items, depth)
        self._open.discard(number)
        return value

    def _filled(self, value: Any, items: Any, depth: int) -> Any:
        if type(value) is bytearray:
            value += to_bytes(items)
        elif type(value) is dict:
            for pair in _listed(items):
                key, each = pair
                value[self._value(key, depth + 1)] = self._value(each, depth + 1)
            _distinct(value, items)
        elif type(value) is set:
            value.update([self._value(each, depth + 1) for each in _listed(items)])
            _distinct(value, items)
        else:
            value += [self._value(each, depth + 1) for each in _listed(items)]
        return value


def to_text(tree: Any) -> bytes:
    """Return a tree as JSON in UTF-8."""
    return json.dumps(tree, ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")).encode()


def from_text(data: bytes) -> Any:
    """Return the tree; raise NonsenseError for JSON with more than lists, text, small integers, booleans and null."""
    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=_refuse, parse_float=_refuse, parse_constant=_refuse,
            parse_int=_small,
        )  # fmt: skip
    except (NonsenseError, ValueError, RecursionError, MemoryError):
        raise NonsenseError("no message") from None


def _refuse(_: Any) -> Any:
    raise NonsenseError("no part of a message")


def _small(text: str) -> int:
    return int(text) if len(text) <= 17 else _refuse(text)


def _listed(items: Any) -> list[Any]:
    if type(items) is not list:
        raise NonsenseError("no list")
    return items


def _distinct(value: Any, items: list[Any]) -> Any:
    """A key or an element that came twice is nothing that a dict or a set can have held."""
    if len(value) != len(items):
        raise NonsenseError("the same twice")
    return value


def _name(kind: type) -> str:
    name = type.__getattribute__(kind, "__qualname__")
    return name if type(name) is str else "?"
