"""Inputs of a function that a user could mean: recorded ones, what is like them, and what annotations allow."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from tddbot.domain import Candidate
from tddbot.lab import Lab
from tddbot.stop import Stop
from tddbot.ties.contest import expressions
from tddbot.ties.differing import Place
from tddbot.ties.drawing import drawn, near
from tddbot.ties.forms import Filled, Form, called, opened
from tddbot.ties.habits import EDGE, INSIDE, OUTSIDE, Habits, is_of_the_layout, strays
from tddbot.ties.inputs import Input, inputs, size
from tddbot.ties.mutations import Hints, neighbours
from tddbot.ties.scenes import calls, scenes
from tddbot.ties.shapes import Shape, annotated, like
from tddbot.ties.values import Opaque, Value, written

_MADE, _DRAWN, _STEPPED = 150, 100, 100
_STEPPED_ROWS, _STEPS = 4, 25
_HABIT = 3
_SHORT = 8
_ByForm = Mapping[Form, Sequence[tuple[Value, ...]]]


@dataclass(frozen=True, slots=True)
class _Shaped:
    """One way to call a function, with what each blank may be given.

    `is_open` says that this may be anything of its shape: by the annotations, or since there are too few recorded
    calls to show a habit.
    """

    form: Form
    rows: tuple[tuple[Value, ...], ...]
    shapes: tuple[Shape, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """How far calls stray from the recorded ones of their form."""

    seen: Mapping[Form, Sequence[Habits]]

    def is_laid_out(self, form: Form, row: Sequence[Value]) -> bool:
        """Whether texts are laid out as the recorded ones, which says more than that they are texts."""
        return all(is_of_the_layout(value, habits) for value, habits in zip(row, self.seen.get(form, ()), strict=False))

    def knows(self, made: Input) -> bool:
        """Whether a call is laid out so."""
        call = opened(made.expression)
        return call is not None and self.is_laid_out(call.form, call.values)

    def strays(self, form: Form, row: Sequence[Value]) -> int:
        """Return how far values stray from those at the same places: INSIDE, EDGE or OUTSIDE."""
        if form not in self.seen:
            return OUTSIDE
        return max((strays(value, habits) for value, habits in zip(row, self.seen[form], strict=True)), default=INSIDE)


def recorded(place: Place, test: str, module: ast.Module, passer: Candidate, lab: Lab, stop: Stop) -> list[Filled]:
    """Return the calls that tests make or lead to; of a method, what tests do with the objects of its class."""
    owner, _, _ = place.function.rpartition(".")
    if owner:
        texts = [scene.expression for scene in scenes(test, owner, module)]
    else:
        examples = lab.examples(place.path, place.function, stop, passer.patch)
        texts = [called(place.function, each.arguments, each.keywords) for each in examples]
        texts += [text for text in calls(test, place.function, module) if text not in texts]
    if len(set(texts)) < _HABIT:
        texts += expressions(lab.calls(place.path, (place.function,), stop), place.function)
    return [call for call in map(opened, dict.fromkeys(texts)) if call is not None]


def _plainly(recorded: Sequence[Filled]) -> Iterator[Input]:
    return (Input(call.form.filled(call.values)) for call in recorded)


def meant(place: Place, found: Sequence[Filled], module: ast.Module) -> tuple[list[Input], Measure]:
    """Return what to ask a function, each call once, and by what it is measured how far others stray."""
    by_form = _by_form(found)
    measure = Measure({form: _habits(rows) for form, rows in by_form.items()})
    made = inputs(found, place.hints, () if "." in place.function else place.annotations, _MADE)
    asked = {each.expression: each for each in (*_plainly(found), *filter(measure.knows, made))}
    for shaped in _forms(place, by_form, module):
        for each in _drawn(shaped, place.hints, measure):
            asked.setdefault(each.expression, each)
    return list(asked.values()), measure


def _by_form(recorded: Sequence[Filled]) -> dict[Form, list[tuple[Value, ...]]]:
    by_form: dict[Form, list[tuple[Value, ...]]] = {}
    for call in recorded:
        by_form.setdefault(call.form, []).append(call.values)
    return by_form


def _habits(rows: Sequence[Sequence[Value]]) -> list[Habits]:
    return [Habits(tuple(row[at] for row in rows)) for at in range(len(rows[0]))]


def _forms(place: Place, by_form: _ByForm, module: ast.Module) -> Iterator[_Shaped]:
    """Yield the ways in which a function is called most, or the one that its annotations tell, with their shapes."""
    if "." in place.function:
        return
    declared = [annotated(each, module) if each else None for each in place.annotations]
    is_found = False
    for form, rows in sorted(by_form.items(), key=lambda each: -len(each[1]))[:2]:
        places = [_place(name, place.parameters) for name in form.names]
        if len(form.names) != len(set(form.names)) or not form.names:
            continue  # values of constructors within a call have no annotation here
        told = [declared[at] if at is not None and at < len(declared) else None for at in places]
        seen = [like(row[at] for row in rows) for at in range(len(form.names))]
        shapes = [first or second for first, second in zip(told, seen, strict=True)]
        if all(shapes):
            yield _Shaped(form, tuple(rows), tuple(each for each in shapes if each), all(told) or len(rows) < _HABIT)
            is_found = True
    needed = declared[: len(declared) - place.optional]
    if not is_found and needed and all(needed):
        pieces = (f"{place.function}(", *([", "] * (len(needed) - 1)), ")")
        form = Form(pieces, tuple(map(str, range(len(needed)))))
        yield _Shaped(form, (), tuple(each for each in needed if each), True)


def _place(name: str, parameters: Sequence[str]) -> int | None:
    """The position of a blank's parameter, by its own position or its name."""
    return int(name) if name.isdigit() else parameters.index(name) if name in parameters else None


def _drawn(shaped: _Shaped, hints: Hints, measure: Measure) -> Iterator[Input]:
    """Yield drawn calls: those like the recorded ones and, where it is declared what may be given, all others too."""
    close = near([value for row in shaped.rows for value in row], hints)
    rows = drawn(shaped.shapes, close, _DRAWN)
    for row in (*rows, *islice(_stepped(shaped, hints), _STEPPED)):
        far = measure.strays(shaped.form, row)
        if (far <= EDGE or shaped.is_open) and measure.is_laid_out(shaped.form, row):
            yield Input(shaped.form.filled(row), far)


def _stepped(shaped: _Shaped, hints: Hints) -> Iterator[tuple[Value, ...]]:
    """Yield recorded values with one of them a step away and of the same type, whatever else is usual."""
    if shaped.is_open:
        for row in sorted(shaped.rows, key=lambda row: size(shaped.form.filled(row)))[:_STEPPED_ROWS]:
            for at, value in enumerate(row):
                for other in islice(neighbours(value, Habits((value,)), hints), _STEPS):
                    yield (*row[:at], other, *row[at + 1 :])


def smaller(call: Filled, far: int, measure: Measure) -> Iterator[Input]:
    """Yield calls that are smaller than one by one value, wherever it stands in them, and stray no further."""
    whole = size(call.form.filled(call.values))
    found: dict[str, Input] = {}
    for row in _simpler_rows(call.values):
        text, its = call.form.filled(row), measure.strays(call.form, row)
        if size(text) < whole and its <= far:
            found.setdefault(text, Input(text, its))
    yield from sorted(found.values(), key=lambda each: size(each.expression))


def _simpler_rows(row: tuple[Value, ...]) -> Iterator[tuple[Value, ...]]:
    for at, value in enumerate(row):
        yield from ((*row[:at], other, *row[at + 1 :]) for other in _simpler(value))
    leaves = {written(leaf): leaf for value in row for leaf in _leaves(value)}
    for leaf in list(leaves.values())[:_SHORT]:
        for other in (0, 1, 2) if isinstance(leaf, int) else ("", "a", leaf[:1]):
            yield tuple(_replaced(value, leaf, other) for value in row)


def _leaves(value: Value) -> Iterator[Value]:
    """Yield the whole numbers and texts in a value."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, str) or type(value) is int:
        yield value


def _replaced(value: Value, leaf: Value, other: Value) -> Value:
    if isinstance(value, list | tuple):
        return type(value)(_replaced(item, leaf, other) for item in value)
    return other if type(value) is type(leaf) and value == leaf else value


def _simpler(value: Value) -> Iterator[Value]:
    if isinstance(value, bool | Opaque) or value is None:
        return
    yield from neighbours(value, Habits((value,)), Hints())
    if isinstance(value, int) and abs(value) > 3:
        yield from (int(value / 2), int(value / 10), value - 10)
    if isinstance(value, str | list | tuple):
        yield from _without_some(value)
    if isinstance(value, str):
        yield from (value[:at] + letter + value[at + 1 :] for at in range(min(len(value), 4)) for letter in " a")
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        yield from (type(value)(item[:1] for item in value), type(value)(item[-1:] for item in value))


def _without_some(value: Value) -> Iterator[Value]:
    """Yield a text, a list or a tuple without one stretch of it."""
    length = min(len(value), _SHORT)
    return (value[:at] + value[end:] for at in range(length) for end in range(at + 1, length + 1))
