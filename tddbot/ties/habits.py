"""What the values that were recorded at one place have in common, and how far another one strays from that.

0 is a value like the others. 1 is at the edge: empty, zero or with duplicates, where none was seen to be, which a user
may well mean. 2 is outside: another type, sign, alphabet or layout, of which the tests say nothing.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from tddbot.ties.values import Value, kind_of, written

_ENOUGH = 3
_SMALL_ALPHABET = 8

INSIDE, EDGE, OUTSIDE = 0, 1, 2


@dataclass(frozen=True)
class Habits:
    """What was seen at one place, and at the places within it."""

    seen: tuple[Value, ...]
    extra: tuple[Value, ...] = ()

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The names of the types that may stand there."""
        return frozenset(map(kind_of, (*self.seen, *self.extra)))

    @cached_property
    def numbers(self) -> tuple[float, ...]:
        """The numbers that were seen."""
        return tuple(each for each in self.seen if isinstance(each, int | float) and not isinstance(each, bool))

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The strings that were seen."""
        return tuple(each for each in self.seen if isinstance(each, str))

    def of(self, kind: str) -> tuple[Value, ...]:
        """Return what was seen of one type."""
        return tuple(each for each in self.seen if kind_of(each) == kind)

    @cached_property
    def items(self) -> "Habits":
        """What the lists, tuples and sets hold; of mappings, the keys."""
        return Habits(tuple(item for each in self.seen if isinstance(each, _MANY) for item in each))

    @cached_property
    def mapped(self) -> "Habits":
        """What the mappings hold."""
        return Habits(tuple(item for each in self.seen if isinstance(each, dict) for item in each.values()))

    def at(self, place: int) -> "Habits":
        """What the tuples and lists hold at one place, where all of them are of one length and mix types.

        At a place that none of them has, as of a set beside them, it is what they hold anywhere.
        """
        found = tuple(each[place] for each in self.seen if isinstance(each, list | tuple) and place < len(each))
        return Habits(found) if found else self.items

    @cached_property
    def is_record(self) -> bool:
        """Whether lists and tuples are of one length with a type of its own at each place."""
        rows = [each for each in self.seen if isinstance(each, list | tuple)]
        if not rows or len({len(row) for row in rows}) != 1 or len(self.items.kinds) < 2:
            return False
        return all(len(self.at(place).kinds) == 1 for place in range(len(rows[0])))

    @cached_property
    def fields(self) -> frozenset[Value] | None:
        """The keys of the mappings, where all of them have the same."""
        found = {frozenset(each) for each in self.seen if isinstance(each, dict)}
        return next(iter(found)) if len(found) == 1 and len(self.of("dict")) > 1 else None


_MANY = (list, tuple, set, frozenset, dict)


def strays(value: Value, habits: Habits) -> int:
    """Return how far a value strays from what was seen: INSIDE, EDGE or OUTSIDE."""
    if kind_of(value) not in habits.kinds:
        return OUTSIDE
    if isinstance(value, bool) or value is None:
        return INSIDE
    if isinstance(value, int | float):
        return _number_strays(value, habits)
    if isinstance(value, str):
        return _text_strays(value, habits)
    if isinstance(value, _MANY):
        return max(_whole_strays(value, habits), _parts_stray(value, habits))
    return INSIDE


def is_of_the_layout(value: Value, habits: Habits) -> bool:
    """Whether texts are laid out as those seen, where all of them share a layout of several parts, as dates do."""
    if isinstance(value, list | tuple | set | frozenset):
        return all(is_of_the_layout(item, habits.items) for item in value)
    texts = set(habits.texts)
    layouts = {_layout(text) for text in texts}
    if not isinstance(value, str) or len(texts) < 2 or len(layouts) != 1 or len(next(iter(layouts))) < 2:
        return True
    exact = {_spelling(text) for text in texts}
    return _spelling(value) in exact if len(exact) == 1 else _layout(value) in layouts


def _number_strays(value: float, habits: Habits) -> int:
    numbers = habits.numbers
    if not numbers:
        return INSIDE
    low, high = min(numbers), max(numbers)
    if low > 0:
        return INSIDE if value > 0 and not 0 < value < min(low, 1) / 2 else EDGE if value == 0 else OUTSIDE
    if (low == 0 and value < 0) or (high <= 0 < value and len(numbers) >= _ENOUGH):
        return OUTSIDE
    is_share = high <= 1 and any(isinstance(each, float) and not each.is_integer() for each in numbers)
    return OUTSIDE if is_share and value > 1 else INSIDE


def _text_strays(value: str, habits: Habits) -> int:
    texts = habits.texts
    if not texts or value in texts:
        return INSIDE
    if not value:
        return EDGE
    if not set(value) <= _alphabet(texts) or _is_closed(texts):
        return OUTSIDE
    layouts = {_layout(text) for text in texts}
    if len(set(texts)) >= _ENOUGH and len(layouts) == 1 and len(next(iter(layouts))) > 1:
        exact = {_spelling(text) for text in texts}
        return INSIDE if (_spelling(value) in exact if len(exact) == 1 else _layout(value) in layouts) else OUTSIDE
    if len(set(texts)) >= _ENOUGH and {len(text) for text in texts} == {1}:
        return INSIDE if len(value) == 1 else OUTSIDE
    return INSIDE


def _alphabet(texts: Sequence[str]) -> frozenset[str]:
    """The letters that may stand in a text: all of a kind of which more than a few are seen."""
    seen = frozenset("".join(texts))
    found = set(seen)
    digits = {each for each in seen if each.isdigit()}
    if digits - set("01") or len(seen) > _SMALL_ALPHABET:
        found.update("0123456789" if digits else "")
    for letters in ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        found.update(letters if not seen.isdisjoint(letters) else "")
    return frozenset(found)


def _is_closed(texts: Sequence[str]) -> bool:
    """Whether the same few words come again and again, as names of modes do."""
    return len(texts) >= 6 and len(set(texts)) * 3 <= len(texts) and min(map(len, texts)) > 1


def _layout(text: str) -> str:
    """Return a text with each run of digits or letters as one sign, as of a date or a path."""
    return re.sub(r"[a-zA-Z]+", "a", re.sub(r"\d+", "9", text))


def _spelling(text: str) -> str:
    """Return a text with each digit or letter as one sign, as of dates that are all as long as each other."""
    return re.sub(r"[a-zA-Z]", "a", re.sub(r"\d", "9", text))


def _whole_strays(value: Value, habits: Habits) -> int:
    """How far the size, the order and the keys of a container stray."""
    like = habits.of(kind_of(value))
    if not like:
        return INSIDE
    sizes = {len(each) for each in like}
    if isinstance(value, dict) and habits.fields is not None and set(value) != habits.fields:
        return OUTSIDE
    if isinstance(value, tuple) and len(sizes) == 1 and len(value) not in sizes:
        return OUTSIDE
    if len(sizes) == 1 and len(like) > _ENOUGH and len(value) not in sizes:
        return EDGE
    if not value:
        return INSIDE if 0 in sizes else EDGE
    return _order_strays(value, like) if isinstance(value, list | tuple) else INSIDE


def _order_strays(value: Sequence[Value], like: Sequence[Sequence[Value]]) -> int:
    telling = [each for each in like if len(each) > 2 and not _all_same(each)]
    if len(telling) >= _ENOUGH:
        for holds in (_rises, _falls):
            if all(map(holds, telling)) and not holds(value):
                return OUTSIDE
    several = [each for each in like if len(each) > 1]
    if len(several) >= _ENOUGH and all(map(_is_unique, several)) and not _is_unique(value):
        return EDGE
    return INSIDE


def _all_same(values: Sequence[Value]) -> bool:
    return all(value == values[0] for value in values)


def _pairs(values: Sequence[Value], holds: Callable[[Value, Value], bool]) -> bool:
    try:
        return all(holds(first, second) for first, second in pairwise(values))
    except TypeError:
        return False


def _rises(values: Sequence[Value]) -> bool:
    return _pairs(values, lambda first, second: bool(first <= second))


def _falls(values: Sequence[Value]) -> bool:
    return _pairs(values, lambda first, second: bool(first >= second))


def _is_unique(values: Iterable[Value]) -> bool:
    texts = [written(value) for value in values]
    return len(set(texts)) == len(texts)


def _parts_stray(value: Value, habits: Habits) -> int:
    if isinstance(value, list | tuple) and habits.is_record:
        if len(value) != len(next(iter(habits.of(kind_of(value))), ())):
            return OUTSIDE
        return max((strays(item, habits.at(place)) for place, item in enumerate(value)), default=INSIDE)
    inner = max((strays(item, habits.items) for item in value), default=INSIDE) if habits.items.seen else INSIDE
    if isinstance(value, dict) and habits.mapped.seen:
        return max([inner, *(strays(item, habits.mapped) for item in value.values())])
    return inner


@dataclass(frozen=True, slots=True)
class Bond:
    """Something that held between two arguments in all recorded calls."""

    first: int
    second: int
    holds: Callable[[Value, Value], bool]

    def kept(self, row: Sequence[Value]) -> bool:
        """Whether it holds for these arguments, too."""
        try:
            return self.holds(row[self.first], row[self.second])
        except TypeError:
            return False

    def strays(self, row: Sequence[Value]) -> int:
        """How far these arguments stray from it: which of two numbers is the larger may well be an accident."""
        if self.kept(row):
            return INSIDE
        return EDGE if self.holds is _below else OUTSIDE


def bonds(rows: Sequence[Sequence[Value]]) -> tuple[Bond, ...]:
    """Return what held between each two arguments in at least three different calls, and in none did not."""
    if len({tuple(map(written, row)) for row in rows}) < _ENOUGH:
        return ()
    pairs = [(one, other) for one in range(len(rows[0])) for other in range(len(rows[0])) if one != other]
    found = (Bond(one, other, holds) for one, other in pairs for holds in (_as_long, _below, _within, _in))
    return tuple(bond for bond in found if all(map(bond.kept, rows)))


def _as_long(first: Value, second: Value) -> bool:
    return isinstance(first, list | tuple | str) and type(first) is type(second) and len(first) == len(second)


def _below(first: Value, second: Value) -> bool:
    return _is_number(first) and _is_number(second) and bool(first <= second)


def _within(first: Value, second: Value) -> bool:
    return _is_number(first) and isinstance(second, list | tuple | str) and first <= len(second)


def _in(first: Value, second: Value) -> bool:
    return isinstance(second, _MANY) and first in second


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
