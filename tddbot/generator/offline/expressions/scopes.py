"""What may be said about the items of a source: the loops of comprehensions and keys, each with a bank of its own."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

from tddbot.generator.offline.expressions.expression import Expression, Form, Loop
from tddbot.generator.offline.expressions.forms import BOTH, DICT, FILTER, LEAST, MAP, MOST, SORTED
from tddbot.generator.offline.expressions.kinds import FAULT, LISTS
from tddbot.generator.offline.expressions.prior import surprise

Level = dict[str, list[Expression]]

_SOURCES = frozenset((*LISTS, "str", "dict", "tuple"))
_ORDERED = ("int", "float", "str", "tuple", "list:int", "list:str", "bool")
_HASHABLE = ("int", "str", "float", "bool", "tuple")
_MOST_SCOPES = (16, 3)
_MOST_SHAPED = 6
_MOST_ITEMS = 400
_SINGLE = ("x", "y", "z", "item", "each", "one", "other")
_PAIRS = (("a", "b"), ("x", "y"), ("left", "right"), ("first", "second"), ("one", "other"))
LOOP_NAMES = frozenset(chain(_SINGLE, *_PAIRS))


class Enumeration(Protocol):
    """What is asked of a bank."""

    def level(self, bits: int) -> Level:
        """Return the expressions of so many bits."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """A source, its loop, and the expressions over `names`; `variables` are the bits by which these are known."""

    source: Expression
    loop: Loop
    names: tuple[str, ...]
    bank: Enumeration
    variables: int


Made = tuple[Form, Scope, tuple[Expression, ...]]


class Scopes:
    """The scopes of one bank. At most two loops stand in each other, and only the likeliest sources have one.

    A few more have one if they are as long as what is wanted: `shapes` are lengths by example.
    """

    def __init__(
        self,
        depth: int,
        taken: Collection[str],
        within: Callable[[Loop, tuple[str, ...]], Enumeration],
        shapes: Collection[Sequence[int]] = (),
    ) -> None:
        self._single = (next(name for name in _SINGLE if name not in taken),)
        self._double = next(pair for pair in _PAIRS if not set(pair) & set(taken))
        self._within = within
        self._scopes: list[Scope] = []
        self._seen: set[str] = set()
        self._shapes = frozenset(tuple(shape) for shape in shapes)
        self._most = _MOST_SCOPES[depth] if depth < len(_MOST_SCOPES) else 0

    def consider(self, source: Expression, examples: int, outer: int) -> None:
        """Have a scope for the items of this expression, if it may be a source and there is room."""
        if len(self._seen) >= self._most + _MOST_SHAPED or source.kind not in _SOURCES or not source.uses:
            return
        loop = Loop(source.column)
        if len(self._seen) >= self._most and tuple(loop.counts[:examples]) not in self._shapes:
            return
        mark = repr(loop.rows)
        if not sum(loop.counts[:examples]) or loop.size > _MOST_ITEMS or mark in self._seen:
            return
        self._seen.add(mark)
        self._open(source, loop, self._single, outer)
        if source.kind == "list:tuple" and all(len(item) == 2 for item in loop.items):
            self._open(source, loop, self._double, outer)

    def _open(self, source: Expression, loop: Loop, names: tuple[str, ...], outer: int) -> None:
        variables = ((1 << len(names)) - 1) << outer
        self._scopes.append(Scope(source, loop, names, self._within(loop, names), variables))

    def shaped(self, wanted: Sequence[Any], bits: int, since: int) -> Iterator[Made]:
        """Yield what makes lists as long as those wanted, or picks items, in more than `since` bits up to `bits`."""
        for scope in tuple(self._scopes):
            rows = scope.loop.rows[: len(wanted)]
            if _is_as_long(rows, wanted):
                start = scope.source.bits + surprise(*MAP.keys)
                for rest in range(max(1, since + 1 - start), bits + 1 - start):
                    yield from _mapped(scope, rest)
            elif len(scope.names) == 1 and _is_chosen(rows, wanted):
                start = scope.source.bits + surprise(*FILTER.keys)
                for rest in range(max(1, since + 1 - start), bits + 1 - start):
                    yield from ((FILTER, scope, (keep,)) for keep in _bodies(scope, rest, ("bool",)))

    def made(self, bits: int) -> Iterator[tuple[Form, Scope, tuple[Expression, ...]]]:
        """Yield all forms of so many bits."""
        for scope in tuple(self._scopes):
            rest = bits - scope.source.bits
            yield from _mapped(scope, rest - surprise(*MAP.keys))
            yield from _filtered(scope, rest - surprise(*BOTH.keys))
            yield from _keyed(scope, rest - surprise(*DICT.keys))
            if len(scope.names) == 1:
                for form in (SORTED, LEAST, MOST):
                    yield from _ordered(form, scope, rest - surprise(*form.keys))


def _is_as_long(rows: Sequence[Any], wanted: Sequence[Any]) -> bool:
    return all(row is not FAULT and len(row) == len(each) for row, each in zip(rows, wanted, strict=True))


def _is_chosen(rows: Sequence[Any], wanted: Sequence[Any]) -> bool:
    """Whether each list wanted is a row with some items left out."""
    return all(row is not FAULT and _is_part(each, row) for row, each in zip(rows, wanted, strict=True))


def _is_part(wanted: Sequence[Any], row: Sequence[Any]) -> bool:
    left = iter(row)
    return all(any(item == each for item in left) for each in wanted)


def _bodies(scope: Scope, bits: int, kinds: tuple[str, ...] = ()) -> Iterator[Expression]:
    """Yield what is said about the items in so many bits."""
    if bits < 1:
        return
    level = scope.bank.level(bits)
    for kind in kinds or level:
        for body in level.get(kind, ()):
            if body.uses & scope.variables:
                yield body


def _mapped(scope: Scope, bits: int) -> Iterator[Made]:
    for body in _bodies(scope, bits):
        yield MAP, scope, (body,)


def _filtered(scope: Scope, bits: int) -> Iterator[Made]:
    if len(scope.names) == 1:
        for keep in _bodies(scope, bits - surprise("name"), ("bool",)):
            yield FILTER, scope, (keep,)
    for split in range(3, bits - 1):
        for keep in _bodies(scope, split, ("bool",)):
            for body in _bodies(scope, bits - split):
                yield BOTH, scope, (keep, body)


def _keyed(scope: Scope, bits: int) -> Iterator[Made]:
    for split in range(1, bits):
        for key in _bodies(scope, split, _HASHABLE):
            for value in _bodies(scope, bits - split):
                yield DICT, scope, (key, value)


def _ordered(form: Form, scope: Scope, bits: int) -> Iterator[Made]:
    for key in _bodies(scope, bits, _ORDERED):
        if key.parts:
            yield form, scope, (key,)
