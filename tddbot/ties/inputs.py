"""Inputs that a user of a function could mean: calls like the recorded ones, made to tell candidates apart.

They keep to the types that were recorded or annotated, and to what the recorded values have in common (`habits`): what
strays to the edge of that comes in, what lies outside does not. A test would hardly ask for it, so that candidates
which differ only there are as good as equal, and a question about it would be one that nobody can answer.
"""

import ast
import random
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, permutations

from tddbot.ties.forms import Filled, Form
from tddbot.ties.habits import EDGE, Bond, Habits, bonds, strays
from tddbot.ties.mutations import Hints, drawn, neighbours
from tddbot.ties.values import Value, kind_of, written

MOST = 400
_STEPS = 60
_ROWS = 12
_LONGEST = 400
_DRAWN = 4


@dataclass(frozen=True, slots=True)
class Input:
    """A call as source; `strays` says how far its arguments stray from those recorded (0 or 1)."""

    expression: str
    strays: int = 0


@dataclass(frozen=True, slots=True)
class _Slots:
    """One form of call with what is known of its blanks."""

    form: Form
    rows: tuple[tuple[Value, ...], ...]
    habits: tuple[Habits, ...]
    bonds: tuple[Bond, ...]

    def strays(self, row: Sequence[Value]) -> int:
        far = [strays(value, habits) for value, habits in zip(row, self.habits, strict=True)]
        return max([*far, *(bond.strays(row) for bond in self.bonds)], default=0)


def inputs(calls: Iterable[Filled], hints: Hints, annotations: Sequence[str] = (), most: int = MOST) -> list[Input]:
    """Return at most so many calls, those like the recorded ones first, each kind of them smallest first.

    The same calls always give the same inputs. `annotations` are of the parameters in their order.
    """
    by_form: dict[Form, list[tuple[Value, ...]]] = {}
    for call in calls:
        by_form.setdefault(call.form, []).append(call.values)
    # Who calls a function in several ways has said most of it in the ways that come most often.
    forms = sorted(by_form, key=lambda form: -len(by_form[form]))[:6]
    found: dict[str, Input] = {}
    for form in forms:
        slots = _slots(form, by_form[form], annotations)
        end = len(found) + most // len(forms)
        for row in islice(_rows(slots, hints), _DRAWN * most):
            if len(found) >= end:
                break
            far = slots.strays(row)
            expression = form.filled(row) if far <= EDGE else ""
            if expression and len(expression) <= _LONGEST + len("".join(form.pieces)):
                found.setdefault(expression, Input(expression, far))
    return sorted(found.values(), key=lambda each: (each.strays, *size(each.expression)))


def size(expression: str) -> tuple[int, str]:
    """Return what inputs are sorted by: small is what is short to read and has small numbers."""
    return len(expression) + expression.count("-"), expression


def _slots(form: Form, rows: Sequence[tuple[Value, ...]], annotations: Sequence[str]) -> _Slots:
    rows = list({tuple(map(written, row)): row for row in rows}.values())
    extras = [_annotated(annotations[place]) if place < len(annotations) else () for place in range(len(form.names))]
    habits = tuple(Habits(tuple(row[at] for row in rows), extras[at]) for at in range(len(form.names)))
    shown = sorted(rows, key=lambda row: size(form.filled(row)))
    # The smallest ones, and one of the largest, where there is more in it.
    return _Slots(form, tuple(shown[: _ROWS - 1] + shown[_ROWS - 1 :][-1:]), habits, bonds(rows))


def _annotated(annotation: str) -> tuple[Value, ...]:
    """Return values that an annotation allows for although none of their type may have been seen."""
    try:
        tree = ast.parse(annotation, mode="eval").body
    except SyntaxError:
        return ()
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    names += [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    is_union = isinstance(tree, ast.BinOp) or "Optional" in names
    has_none = any(isinstance(node, ast.Constant) and node.value is None for node in ast.walk(tree))
    none = (None,) if is_union and (has_none or "Optional" in names) else ()
    is_bare = isinstance(tree, ast.Name | ast.BinOp)
    return (*none, *((0.5, 2.5) if is_bare and "float" in names else ()))


def _rows(slots: _Slots, hints: Hints) -> Iterator[tuple[Value, ...]]:
    """Yield rows of arguments, the kinds of them in turn: one changed, crossed, equal, swapped, drawn anew."""
    yield from slots.rows
    steps, anew = _in_turn(_steps(slots, hints)), _anew(slots, hints)
    yield from _in_turn([_extra(slots), steps, _crossed(slots), steps, _swapped(slots), anew, _equal(slots), anew])


def _steps(slots: _Slots, hints: Hints) -> list[Iterator[tuple[Value, ...]]]:
    return [
        ((*row[:at], near, *row[at + 1 :]) for near in islice(neighbours(value, slots.habits[at], hints), _STEPS))
        for row in slots.rows
        for at, value in enumerate(row)
    ]


def _crossed(slots: _Slots) -> Iterator[tuple[Value, ...]]:
    for one in slots.rows:
        for other in slots.rows:
            for at in range(1, len(one)):
                yield (*one[:at], *other[at:])


def _equal(slots: _Slots) -> Iterator[tuple[Value, ...]]:
    """Two arguments of one type that are the same."""
    for row, one, other in _alike(slots):
        yield tuple(row[one] if at == other else value for at, value in enumerate(row))


def _swapped(slots: _Slots) -> Iterator[tuple[Value, ...]]:
    """Two arguments of one type that have changed places."""
    for row, one, other in _alike(slots):
        places = {one: other, other: one}
        yield tuple(row[places.get(at, at)] for at in range(len(row)))


def _alike(slots: _Slots) -> Iterator[tuple[tuple[Value, ...], int, int]]:
    for row in slots.rows:
        for one, other in permutations(range(len(row)), 2):
            if kind_of(row[one]) == kind_of(row[other]):
                yield row, one, other


def _extra(slots: _Slots) -> Iterator[tuple[Value, ...]]:
    for row in slots.rows:
        for at, habits in enumerate(slots.habits):
            yield from ((*row[:at], value, *row[at + 1 :]) for value in habits.extra)


def _anew(slots: _Slots, hints: Hints) -> Iterator[tuple[Value, ...]]:
    dice = random.Random(zlib.crc32(repr(slots.form).encode("utf-8", "replace")))
    for _ in range(MOST if slots.habits else 0):
        kept = dice.choice(slots.rows)
        row = tuple(
            drawn(habits, hints, dice) if dice.random() < 0.8 else value
            for habits, value in zip(slots.habits, kept, strict=True)
        )
        for bond in slots.bonds:
            row = _mended(row, bond)
        yield row


def _mended(row: tuple[Value, ...], bond: Bond) -> tuple[Value, ...]:
    """Return arguments of one length where a bond wants that."""
    first, second = row[bond.first], row[bond.second]
    if bond.kept(row) or not isinstance(first, list | tuple | str) or type(first) is not type(second):
        return row
    length = min(len(first), len(second))
    return tuple(value[:length] if at in (bond.first, bond.second) else value for at, value in enumerate(row))


def _in_turn(sources: list[Iterator[tuple[Value, ...]]]) -> Iterator[tuple[Value, ...]]:
    while sources:
        for source in list(sources):
            row = next(source, None)
            if row is None:
                sources.remove(source)
            else:
                yield row
