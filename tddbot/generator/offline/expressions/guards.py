"""Operations that look at the size of what they would make before they make it. Too much is a ValueError.

What only adds its operands up, such as `+`, needs no guard: no expression is so long that this would matter.
"""

import itertools
import math
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

MOST_ITEMS = 200
MOST_CHARACTERS = 2_000
MOST_BITS = 4_096
"""What one value may hold: no one-expression function that a test can show needs more."""

_MOST_SHIFT = 2_000
_MOST_FACTORIAL = 50


def _allow(is_small: bool) -> None:
    if not is_small:
        raise ValueError("too much")


def _small(value: Any) -> Any:
    """Return a number that is small enough to go on with."""
    _allow(type(value) is float or (type(value) is int and value.bit_length() <= MOST_BITS))
    return value


def multiplied(left: Any, right: Any) -> Any:
    """Multiply numbers."""
    return _small(left * right)


def repeated(sequence: Any, count: int) -> Any:
    """Repeat a text or a list."""
    _allow(len(sequence) * count <= MOST_ITEMS)
    return sequence * count


def least_multiple(left: int, right: int) -> int:
    """Return the least common multiple."""
    return int(_small(math.lcm(left, right)))


def power(base: Any, exponent: Any) -> Any:
    """Raise to a power."""
    bits = base.bit_length() if isinstance(base, int) else 1
    _allow(bits * abs(exponent) <= MOST_BITS)
    return _small(base**exponent)


def shifted(value: int, by: int) -> int:
    """Shift to the left."""
    _allow(by <= _MOST_SHIFT)
    return int(_small(value << by))


def ranged(*bounds: int) -> list[int]:
    """Return a range as a list."""
    numbers = range(*bounds)
    _allow(len(numbers) <= MOST_ITEMS)
    return list(numbers)


def factorial(value: int) -> int:
    """Return the factorial of a small number."""
    _allow(value <= _MOST_FACTORIAL)
    return math.factorial(value)


def product(values: Iterable[Any]) -> Any:
    """Multiply numbers that stay small."""
    result: Any = 1
    for value in values:
        result = multiplied(result, value)
    return result


def joined(separator: str, parts: Iterable[str]) -> str:
    """Join texts."""
    text = separator.join(parts)
    _allow(len(text) <= MOST_CHARACTERS)
    return text


def replaced(text: str, old: str, new: str) -> str:
    """Replace in a text."""
    _allow((len(text) + 1) * max(1, len(new)) <= MOST_CHARACTERS)
    return text.replace(old, new)


def padded(method: Callable[..., str]) -> Callable[..., str]:
    """Return `str.ljust` and the like with the width looked at first."""

    @wraps(method)
    def _padded(text: str, width: int, *fill: str) -> str:
        _allow(width <= MOST_CHARACTERS)
        return method(text, width, *fill)

    return _padded


def flattened(lists: Iterable[Iterable[Any]]) -> list[Any]:
    """Chain lists into one."""
    return _bounded(itertools.chain.from_iterable(lists))


def _bounded(items: Iterable[Any]) -> list[Any]:
    found = list(itertools.islice(items, MOST_ITEMS + 1))
    _allow(len(found) <= MOST_ITEMS)
    return found


def combined(make: Callable[[Any, int], Iterable[Any]]) -> Callable[[Any, int], list[Any]]:
    """Return `itertools.combinations` and the like, as a list that is not too long."""

    @wraps(make)
    def _combined(values: Any, size: int) -> list[Any]:
        _allow(size <= len(values))
        return _bounded(make(values, size))

    return _combined
