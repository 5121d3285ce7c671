"""Inputs like those of the examples, made by small changes: where two expressions may be told apart."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from tddbot.generator.offline.expressions.kinds import Column, is_plain, weight

Row = tuple[Any, ...]

_HEAVIEST = 200


def probes(inputs: Sequence[Column], count: int, seed: int = 0) -> list[Row]:
    """Return up to `count` inputs, no two alike and none of the examples' own; the same for the same seed.

    They keep to what the examples show: no negative number, no empty text, no other length of tuples or kind of items
    where there was none.
    """
    dice = random.Random(seed)
    rows = list(zip(*inputs, strict=True))
    seen = {repr(row) for row in rows}
    found: list[Row] = []
    for _ in range(count * 4):
        base = dice.choice(rows)
        changed = [at for at in range(len(base)) if dice.random() < 0.6] or [dice.randrange(len(base))]
        row = tuple(_varied(value, inputs[at], dice) if at in changed else value for at, value in enumerate(base))
        if repr(row) not in seen and weight(row) <= _HEAVIEST:
            seen.add(repr(row))
            found.append(row)
        if len(found) == count:
            break
    return found


def _varied(value: Any, pool: Sequence[Any], dice: random.Random) -> Any:
    alike = [each for each in pool if type(each) is type(value)]
    vary = _WAYS.get(type(value))
    return vary(value, alike, dice) if vary else dice.choice(pool)


def _integer(value: int, pool: Sequence[int], dice: random.Random) -> int:
    least, most = min(pool), max(pool)
    made = dice.choice((value + 1, value - 1, value * 2, dice.randint(least, most), dice.randint(least, most + 3)))
    return made if made >= min(0, least) and (made or 0 in pool or least < 0) else value + 1


def _real(value: float, pool: Sequence[float], dice: random.Random) -> float:
    made = dice.choice((value + 1, value - 0.5, value * 2, dice.uniform(min(pool), max(pool)), dice.choice(pool)))
    return round(made, 3) if made >= min(0, *pool) else value + 1


def _text(value: str, pool: Sequence[str], dice: random.Random) -> str:
    letters = "".join(pool) or "a"
    at = dice.randrange(len(value) + 1)
    other = dice.choice(pool)
    made = dice.choice(
        (
            value[:at] + value[at + 1 :],
            value[:at] + dice.choice(letters) + value[at:],
            value[:at] + dice.choice(letters) + value[at + 1 :],
            value[at:] + value[:at],
            value[:at] + other[at:],
            "".join(dice.sample(value, len(value))),
            value + other,
        )
    )
    return made if made or "" in pool else value + dice.choice(letters)


def _list(value: list[Any], pool: Sequence[list[Any]], dice: random.Random) -> list[Any]:
    items = [item for each in pool for item in each]
    if not items:
        return value
    at = dice.randrange(len(value) + 1)
    fresh = _varied(dice.choice(items), items, dice)
    made = dice.choice(
        (
            value[:at] + value[at + 1 :],
            [*value[:at], fresh, *value[at:]],
            [*value[:at], fresh, *value[at + 1 :]],
            [*value[:at], dice.choice(items), *value[at:]],
            dice.sample(value, len(value)),
            value + value[:at],
            [_varied(item, items, dice) for item in value],
        )
    )
    return made if made or [] in pool else [fresh]


def _tuple(value: Row, pool: Sequence[Row], dice: random.Random) -> Row:
    if len({len(each) for each in pool}) > 1:
        return tuple(_list(list(value), [list(each) for each in pool], dice))
    columns = list(zip(*pool, strict=True))
    return tuple(_varied(item, columns[at], dice) for at, item in enumerate(value))


def _set(value: set[Any], pool: Sequence[set[Any]], dice: random.Random) -> set[Any]:
    return set(_list(sorted(value, key=repr), [sorted(each, key=repr) for each in pool], dice))


def _dict(value: dict[Any, Any], pool: Sequence[dict[Any, Any]], dice: random.Random) -> dict[Any, Any]:
    pairs = _list(list(value.items()), [list(each.items()) for each in pool], dice)
    return dict(pair for pair in pairs if is_plain(pair))


def _truth(_value: bool, _pool: Sequence[bool], dice: random.Random) -> bool:
    return dice.random() < 0.5


_WAYS: dict[type, Callable[[Any, Any, random.Random], Any]] = {
    bool: _truth,
    int: _integer,
    float: _real,
    str: _text,
    list: _list,
    tuple: _tuple,
    set: _set,
    dict: _dict,
}
