"""Values that are a small step away from one that was seen, and values drawn anew like those seen, type by type."""

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from tddbot.ties.habits import Habits
from tddbot.ties.values import Value, in_order, kind_of, written

_PER_ITEM = 5
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Hints:
    """The numbers and texts that the code itself compares with or counts by."""

    numbers: tuple[int | float, ...] = ()
    texts: tuple[str, ...] = ()


def neighbours(value: Value, habits: Habits, hints: Hints) -> Iterator[Value]:
    """Yield values near to one, the most telling first, some of them more than once."""
    step = _STEPS.get(kind_of(value))
    return step(value, habits, hints) if step else (each for each in habits.seen if kind_of(each) == kind_of(value))


def _bools(value: bool, _: Habits, __: Hints) -> Iterator[Value]:
    yield not value


def _ints(value: int, _: Habits, hints: Hints) -> Iterator[Value]:
    yield from (0, 1, value + 1, value - 1, 2, -value, -1)
    yield from (near for each in hints.numbers if isinstance(each, int) for near in (each, each + 1, each - 1))
    yield from (value * 2, value // 2, 3, 5, 10, value + 10, value * 10)


def _floats(value: float, _: Habits, hints: Hints) -> Iterator[Value]:
    yield from (0.0, 1.0, value + 1, value - 1, 0.5, -value, value / 2, value * 2, value + 0.25)
    yield from (near for each in hints.numbers for near in (float(each), each + 0.5, each - 0.5))
    yield from (float(round(value)) if math.isfinite(value) else 0.0, -1.0, 2.5)


def _texts(value: str, habits: Habits, hints: Hints) -> Iterator[Value]:
    yield from ("", value[:1], value[-1:], value[1:], value[:-1], value[::-1], value[:1] + value, value * 2)
    yield from (value.upper(), value.lower(), value.swapcase(), value.capitalize())
    yield from hints.texts
    letters = "".join(sorted(set("".join(habits.texts))))
    middle = len(value) // 2
    for letter in (*letters[:3], *letters[-2:], "a", "e", "z", "B", "0", "7", " "):
        yield letter
        yield value + letter
        yield value[:middle] + letter + value[middle + 1 :]
    yield from (value[0] + value[::-1] if value else "b", value + value[::-1], "".join(sorted(value)))
    yield from (f"{value} {value}", f" {value}", f"{value} ", f"{value[:middle]}  {value[middle:]}")
    yield from (text + value for text in hints.texts)


def _sequences(value: list[Value] | tuple[Value, ...], habits: Habits, hints: Hints) -> Iterator[Value]:
    make = type(value)
    return (make(each) for each in _rows(list(value), habits, hints))


def _rows(row: list[Value], habits: Habits, hints: Hints) -> Iterator[list[Value]]:
    yield from ([], row[:1], row[-1:], row[1:], row[:-1], row[:2], row[::-1], row[:1] + row, row + row[-1:])
    yield from (row[1:] + row[:1], in_order(row), in_order(row)[::-1], row[:1] * 2, row[:1] * 3, row + row)
    inner = [habits.at(place) if habits.is_record else habits.items for place in range(len(row))]
    # The first step of each item before the second of any.
    steps = [islice(neighbours(item, its, hints), 2 * _PER_ITEM) for item, its in zip(row, inner, strict=False)]
    for _ in range(_PER_ITEM):
        for place, step in list(enumerate(steps))[:6]:
            for item in islice(step, 1):
                yield [*row[:place], item, *row[place + 1 :]]
    others = _distinct(habits.items.seen)
    yield from ([*row, item] for item in others[:6])
    yield from ([item] for item in others[:6])
    for length in sorted({int(near) for each in hints.numbers for near in (each, each + 1) if 0 < near < 12}):
        yield [(row or others or [0])[place % len(row or others or [0])] for place in range(length)]


def _sets(value: set[Value] | frozenset[Value], habits: Habits, hints: Hints) -> Iterator[Value]:
    make = type(value)
    rows = _rows(in_order(value), habits, hints)
    return (make(row) for row in rows if all(map(_is_hashable, row)))


def _mappings(value: Mapping[Value, Value], habits: Habits, hints: Hints) -> Iterator[Value]:
    pairs = list(value.items())
    yield from ({}, dict(pairs[:1]), dict(pairs[1:]), dict(pairs[:-1]), dict(pairs[::-1]))
    for key, item in pairs[:6]:
        yield from ({**value, key: near} for near in islice(neighbours(item, habits.mapped, hints), _PER_ITEM))
    for key, item in pairs[:4]:
        for near in filter(_is_hashable, islice(neighbours(key, habits.items, hints), _PER_ITEM)):
            yield {near if each == key else each: kept for each, kept in pairs}
            yield {**value, near: item}


_STEPS: Mapping[str, Callable[..., Iterator[Value]]] = {
    "bool": _bools,
    "int": _ints,
    "float": _floats,
    "str": _texts,
    "list": _sequences,
    "tuple": _sequences,
    "set": _sets,
    "frozenset": _sets,
    "dict": _mappings,
}


def drawn(habits: Habits, hints: Hints, dice: random.Random) -> Value:
    """Return a value like those seen, drawn anew; `habits` must have seen one."""
    base = dice.choice(habits.seen)
    if isinstance(base, bool):
        return dice.random() < 0.5
    if isinstance(base, int):
        return _drawn_int(base, habits, hints, dice)
    if isinstance(base, float):
        return round(dice.choice([base, base * 2 * dice.random(), base + dice.choice([-1, -0.5, 0.5, 1])]), 2)
    if isinstance(base, str):
        return _drawn_text(base, habits, dice)
    if isinstance(base, list | tuple):
        return type(base)(_drawn_row(list(base), habits, hints, dice))
    if isinstance(base, set | frozenset):
        return type(base)(filter(_is_hashable, _drawn_row(in_order(base), habits, hints, dice)))
    if isinstance(base, dict):
        kept = {key: drawn(habits.mapped, hints, dice) for key in base if dice.random() < 0.8 or habits.fields}
        if habits.fields is None and base and dice.random() < 0.5:
            key = drawn(habits.items, hints, dice)
            kept |= {key: drawn(habits.mapped, hints, dice)} if _is_hashable(key) else {}
        return kept
    return base


def _drawn_int(base: int, habits: Habits, hints: Hints, dice: random.Random) -> int:
    numbers = [int(each) for each in habits.numbers if isinstance(each, int) or math.isfinite(each)]
    low, high = min(numbers), max(numbers)
    reach = max(3, min(high - low, 1000))
    near = [int(each) + dice.choice([-1, 0, 1]) for each in hints.numbers if abs(each) < 10**6]
    return dice.choice([base + dice.choice([-2, -1, 1, 2]), dice.randint(low, low + reach), dice.randint(0, 20), *near])


def _drawn_text(base: str, habits: Habits, dice: random.Random) -> str:
    letters = "".join(habits.texts) or "ab"
    if dice.random() < 0.4:
        return "".join(dice.choice(letters) for _ in range(dice.randint(1, min(_LONGEST, len(base) + 2))))
    row = list(base[:_LONGEST])
    for _ in range(dice.randint(1, 3)):
        place = dice.randint(0, len(row))
        row[place : place + dice.choice([0, 1, 1])] = dice.choice([[], [dice.choice(letters)], row[:place][-1:]])
    return "".join(row)


def _drawn_row(base: list[Value], habits: Habits, hints: Hints, dice: random.Random) -> list[Value]:
    if habits.is_record:
        return [drawn(habits.at(place), hints, dice) for place in range(len(base))]
    if not habits.items.seen:
        return base
    if dice.random() < 0.5:
        base = base[:_LONGEST]
        dice.shuffle(base)
        kept = [item for item in base if dice.random() < 0.85]
        return [drawn(habits.items, hints, dice) if dice.random() < 0.2 else item for item in kept]
    row = [drawn(habits.items, hints, dice) for _ in range(dice.randint(1, min(_LONGEST, len(base) + 3)))]
    return in_order(row) if base and base == in_order(base) else row


def _is_hashable(value: Value) -> bool:
    """Whether it may be a key, or in a set: among those seen elsewhere there may be lists."""
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _distinct(values: Iterable[Value]) -> list[Value]:
    return list({written(value): value for value in values}.values())
