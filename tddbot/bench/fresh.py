"""Fresh inputs for a function: calls that its tests do not make, of values like those that they give it."""

import ast
import random
import string
from collections.abc import Collection, Iterator, Sequence
from typing import Any

Arguments = tuple[Any, ...]

_LONGEST = 12
_FAR = 0.1
"""How often a number is not near one of the tests'."""


def calls_in(tests: str, names: Collection[str]) -> list[Arguments]:
    """Return the arguments of each call in a test file, by one of these names and with literals alone, none twice."""
    found: dict[str, Arguments] = {}
    for node in ast.walk(ast.parse(tests)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            arguments = read_arguments(node)
            if arguments is not None:
                found.setdefault(repr(arguments), arguments)
    return list(found.values())


def read_arguments(call: ast.Call) -> Arguments | None:
    """Return the values of a call's arguments, or None where not all of them are positional literals."""
    try:
        return None if call.keywords else tuple(ast.literal_eval(argument) for argument in call.args)
    except (ValueError, TypeError, SyntaxError):
        return None


def fresh_calls(function: str, known: Sequence[Arguments], count: int, seed: str) -> list[str]:
    """Return up to `count` new calls as source, each made from the known ones by changes that keep every value's type.

    The same seed gives the same calls. Fewer come back where there are no more to be found.
    """
    # Not for secrets: the same seed must give the same calls everywhere.
    dice = random.Random(seed)
    taken = {_call(function, arguments) for arguments in known}
    found: list[str] = []
    for _ in range(20 * count if known and any(known) else 0):
        text = _call(function, _changed_call(dice, known))
        if text not in taken:
            taken.add(text)
            found.append(text)
            if len(found) == count:
                break
    return found


def _call(function: str, arguments: Arguments) -> str:
    return f"{function}({', '.join(map(repr, arguments))})"


def _changed_call(dice: random.Random, known: Sequence[Arguments]) -> Arguments:
    """One of the known calls with an argument or more changed, or taken from another call of as many arguments."""
    arguments = list(dice.choice(known))
    alike = [other for other in known if len(other) == len(arguments)]
    for at in dice.sample(range(len(arguments)), dice.randint(1, len(arguments)) if arguments else 0):
        other = dice.choice(alike)[at]
        arguments[at] = other if dice.random() < 0.2 else changed(dice, arguments[at], [each[at] for each in alike])
    return tuple(arguments)


def changed(dice: random.Random, value: Any, pool: Sequence[Any] = ()) -> Any:
    """Return another value of the same type, as a rule; what a container holds stays of the types that it held."""
    match value:
        case bool():
            return not value
        case int():
            return _number(dice, value)
        case float():
            return _fraction(dice, value)
        case str():
            letters = "".join(each for each in pool if isinstance(each, str)) or value or string.ascii_lowercase
            return "".join(_items(dice, list(value), list(letters), _letter))
        case list() | tuple():
            others = [item for each in pool if isinstance(each, type(value)) for item in each] or list(value)
            items = _items(dice, list(value), others, changed) if isinstance(value, list) else _places(dice, value)
            return type(value)(items)
        case set() | frozenset():
            return type(value)(_items(dice, sorted(value, key=repr), sorted(value, key=repr), changed))
        case dict():
            return _table(dice, value)
        case _:
            return value


def _number(dice: random.Random, value: int) -> int:
    if dice.random() < _FAR:
        return dice.randint(-2 * abs(value) - 3, 2 * abs(value) + 3)
    if dice.random() < 0.3:
        return dice.choice((0, 1, 2, 3, -1, -value, value // 2))
    return value + dice.choice((-3, -2, -1, 1, 2, 3))


def _fraction(dice: random.Random, value: float) -> float:
    if dice.random() < 0.3:
        return dice.choice((0.0, 1.0, -value, float(round(value)), value / 2))
    return round(value + dice.choice((-2, -1, -0.5, -0.1, 0.1, 0.5, 1, 2)), 3)


def _letter(dice: random.Random, letter: str) -> str:
    if letter.isalpha() and dice.random() < 0.5:
        return letter.swapcase()
    if letter.isdigit():
        return dice.choice(string.digits)
    return dice.choice(string.ascii_lowercase) if letter.isalpha() else letter


def _items(dice: random.Random, items: list[Any], others: list[Any], change: Any) -> list[Any]:
    """Drop, double, move, exchange, change or add an item, once to three times."""
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(items)) if items else 0
        match dice.randrange(6):
            case 0 if items:
                del items[at]
            case 1 if items and len(items) < _LONGEST:
                items.insert(dice.randint(0, len(items)), items[at])
            case 2 if items:
                items[at] = change(dice, items[at])
            case 3 if items:
                items.insert(dice.randrange(len(items)), items.pop(at))
            case 4 if items and others:
                items[at] = dice.choice(others)
            case 5 if others:
                items.insert(dice.randint(0, len(items)), dice.choice(others))
    return items


def _places(dice: random.Random, items: Sequence[Any]) -> Iterator[Any]:
    """A tuple keeps its length: it is a record as often as it is a sequence."""
    at = dice.randrange(len(items)) if items else -1
    return (changed(dice, item) if place == at else item for place, item in enumerate(items))


def _table(dice: random.Random, table: dict[Any, Any]) -> dict[Any, Any]:
    rows = list(table.items())
    if rows:
        at = dice.randrange(len(rows))
        key, value = rows[at]
        match dice.randrange(3):
            case 0:
                del rows[at]
            case 1:
                rows[at] = (key, changed(dice, value))
            case _:
                rows.insert(at, (changed(dice, key), value))
    return dict(rows)
