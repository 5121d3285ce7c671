"""On which input patches that are all proven part: the smallest found, and who behaves like whom.

Unlike in a contest of guesses, nobody is ruled out: what is right is settled, and the question is what the tests leave
open. So an input counts that a user could mean, by the recorded calls, by the annotations, or by what tests do with
objects; and a failure counts where others answer, if less than two answers that differ.
"""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from tddbot.domain import Candidate
from tddbot.lab import Answer, Lab
from tddbot.parsing import Unparsable, parsed
from tddbot.stop import Stop
from tddbot.ties.contest import Asking, Split, Usual, expressions, mark
from tddbot.ties.differing import Place, differing, text_after
from tddbot.ties.drawing import drawn, near
from tddbot.ties.forms import Filled, Form, called, opened
from tddbot.ties.habits import EDGE, INSIDE, OUTSIDE, Habits, strays
from tddbot.ties.hearing import SECONDS, Hearing, limited
from tddbot.ties.inputs import Input, inputs, size
from tddbot.ties.mutations import Hints, neighbours
from tddbot.ties.scenes import scenes
from tddbot.ties.shapes import Shape, annotated, like
from tddbot.ties.values import Opaque, Value

_SAMPLES = 24
_MADE, _DRAWN, _STEPPED, _NEIGHBOURS = 150, 100, 100, 80
_STEPPED_ROWS, _STEPS = 4, 25
_SMALLER = 6
# How likely a user means an input, best first: what is recorded or like it, its edge, failures there, what only an
# annotation allows.
_INSIDE, _EDGE, _FAILS, _FAILS_AT_THE_EDGE, _ALLOWED = range(5)
# Running out of something says nothing about what is right.
_MEANS = frozenset(
    {"RecursionError", "MemoryError", "OverflowError", "TimeoutError", "KeyboardInterrupt", "SystemExit"}
)

_ByForm = Mapping[Form, Sequence[tuple[Value, ...]]]


@dataclass(frozen=True, slots=True)
class _Shaped:
    """One way to call a function, with what each blank may be given; `is_declared` where annotations say so of all."""

    form: Form
    rows: tuple[tuple[Value, ...], ...]
    shapes: tuple[Shape, ...]
    is_declared: bool


@dataclass(frozen=True, slots=True)
class _Measure:
    """How far calls stray from the recorded ones of their form."""

    seen: Mapping[Form, Sequence[Habits]]

    def strays(self, form: Form, row: Sequence[Value]) -> int:
        if form not in self.seen:
            return OUTSIDE
        return max((strays(value, habits) for value, habits in zip(row, self.seen[form], strict=True)), default=INSIDE)


@dataclass
class Parting:
    """Proven patches, what they have answered where they differ, and the inputs on which they do."""

    passers: Sequence[Candidate]
    faulty: set[str] = field(default_factory=set)
    compared: int = 0
    _marks: dict[str, list[str]] = field(default_factory=dict)
    _splits: list[tuple[int, Split]] = field(default_factory=list)

    def groups(self) -> list[list[Candidate]]:
        """Return those that answered everything alike together, in their order."""
        groups: dict[tuple[str, ...], list[Candidate]] = {}
        for passer in self.passers:
            groups.setdefault(tuple(self._marks.get(passer.patch.id, ())), []).append(passer)
        return list(groups.values())

    def smallest_split(self) -> Split | None:
        """Return the smallest input on which they part, of those that a user most likely means."""
        found = min(self._splits, key=_order, default=None)
        return None if found is None else found[1]

    def splits(self) -> list[Split]:
        """Return the inputs on which any two part, those that a user most likely means first, the smaller before."""
        return [split for _, split in sorted(self._splits, key=_order)]

    def compare(self, place: Place, hearing: Hearing, may_go_on: Callable[[], bool]) -> None:
        """Ask all patches what `place` is called with in the tests, what is like it, and what its annotations allow.

        One batch is asked in any case, smaller inputs only while it `may_go_on`.
        """
        lab, stop = hearing.lab, hearing.stop
        if lab is None:
            return
        module = _module(self.passers[0], place.path)
        heard = _recorded(place, hearing.text, module, self.passers[0], lab, stop)
        recorded = [call for call in heard if not hearing.is_secret(call)]
        by_form = _by_form(recorded)
        measure = _Measure({form: _habits(rows) for form, rows in by_form.items()})
        made = inputs(recorded, place.hints, () if "." in place.function else place.annotations, _MADE)
        found = {each.expression: each for each in (*_plainly(recorded), *made)}
        for shaped in _forms(place, by_form, module):
            for each in _drawn(shaped, place.hints, measure):
                found.setdefault(each.expression, each)
        samples = [call.form.filled(call.values) for call in recorded] or list(found)
        asking = Asking(place, lab, stop)
        usual = asking.prepare(sorted(dict.fromkeys(samples), key=size)[:_SAMPLES], self.passers)
        if usual is None:
            return
        self._ask(asking, usual, [each for each in found.values() if hearing.clean(each.expression) == each.expression])
        self._shrink(asking, usual, measure, may_go_on)

    def _ask(self, asking: Asking, usual: Usual, batch: Sequence[Input]) -> bool:
        """Ask a batch of inputs; return whether there were answers."""
        rows = asking.rows([each.expression for each in batch], self.passers)
        if not rows or not all(any(answer.text for answer in row) for row in rows):
            return False
        names = [each.patch.id for each in self.passers]
        for number, each in enumerate(batch):
            self._take(asking, usual, each, {name: row[number] for name, row in zip(names, rows, strict=True)})
        return True

    def _take(self, asking: Asking, usual: Usual, asked: Input, answers: dict[str, Answer]) -> None:
        odd = {name for name, answer in answers.items() if not usual.holds(answer)}
        if len(odd) == len(answers) or (odd and asked.strays > EDGE):
            return
        self.faulty |= odd if asked.strays == INSIDE else set()
        marks = {name: mark(answer) for name, answer in answers.items()}
        is_mute = any(not answer.text or (answer.raised and answer.text in _MEANS) for answer in answers.values())
        self.compared += not is_mute
        if is_mute or len(set(marks.values())) < 2:
            return
        for name, each in marks.items():
            self._marks.setdefault(name, []).append(each)
        likely = _ALLOWED if asked.strays > EDGE else asked.strays + (_FAILS if odd else 0)
        split = Split(asking.place.path, asked.expression, asked.strays, asking.manner, answers, marks)
        self._splits.append((likely, split))

    def _shrink(self, asking: Asking, usual: Usual, measure: _Measure, may_go_on: Callable[[], bool]) -> None:
        """Look for smaller inputs around the smallest so far, batch by batch."""
        tried: set[str] = set()
        for _ in range(_SMALLER):
            best = min(self._splits, key=_order, default=None)
            call = opened(best[1].call) if best and best[1].path == asking.place.path else None
            if best is None or call is None or not may_go_on():
                return
            batch = [each for each in _smaller(call, best[1].strays, measure) if each.expression not in tried][
                :_NEIGHBOURS
            ]
            tried.update(each.expression for each in batch)
            if not batch or not self._ask(asking, usual, batch) or min(self._splits, key=_order) is best:
                return


def parted(passers: Sequence[Candidate], hearing: Hearing) -> Parting:
    """Find out on which inputs proven patches part; `passers` are different programs, at most 24.

    It takes about two seconds at most, besides what recording the calls takes; on a busy machine no more than nine.
    """
    parting = Parting(passers)
    if hearing.lab is None or len(passers) < 2:
        return parting
    end = hearing.elapsed() + SECONDS
    with limited(hearing.stop) as stop:
        for place in _places(passers):
            if hearing.elapsed() < end:
                parting.compare(place, replace(hearing, stop=stop), lambda: hearing.elapsed() < end)
    return parting


def _places(passers: Sequence[Candidate]) -> Iterator[Place]:
    """Yield the functions in which patches differ; of a class one method, since its objects are asked as a whole."""
    seen: set[tuple[str, str]] = set()
    for place in differing([each.patch for each in passers]):
        owner = place.function.rpartition(".")[0]
        if not owner or (place.path, owner) not in seen:
            yield place
        seen.add((place.path, owner))


def _order(found: tuple[int, Split]) -> tuple[int, int, str]:
    likely, split = found
    return likely, *size(split.call)


def _module(passer: Candidate, path: str) -> ast.Module:
    tree = parsed(text_after(passer.patch, path))
    return ast.Module([], []) if isinstance(tree, Unparsable) else tree


def _recorded(place: Place, test: str, module: ast.Module, passer: Candidate, lab: Lab, stop: Stop) -> list[Filled]:
    """Return the calls that tests make or lead to; of a method, what tests do with the objects of its class."""
    owner, _, _ = place.function.rpartition(".")
    texts: list[str] = [scene.expression for scene in scenes(test, owner, module)] if owner else []
    if not owner:
        examples = lab.examples(place.path, place.function, stop, passer.patch)
        texts = [called(place.function, each.arguments, each.keywords) for each in examples]
    if len(set(texts)) < 3:
        texts += expressions(lab.calls(place.path, (place.function,), stop), place.function)
    return [call for call in map(opened, dict.fromkeys(texts)) if call is not None]


def _plainly(recorded: Sequence[Filled]) -> Iterator[Input]:
    return (Input(call.form.filled(call.values)) for call in recorded)


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
    for form, rows in sorted(by_form.items(), key=lambda each: -len(each[1]))[:2]:
        places = [_place(name, place.parameters) for name in form.names]
        if len(form.names) != len(set(form.names)) or not form.names:
            continue  # values of constructors within a call have no annotation here
        told = [declared[at] if at is not None and at < len(declared) else None for at in places]
        seen = [like(row[at] for row in rows) for at in range(len(form.names))]
        shapes = [first or second for first, second in zip(told, seen, strict=True)]
        if all(shapes):
            yield _Shaped(form, tuple(rows), tuple(each for each in shapes if each), all(told))
    needed = declared[: len(declared) - place.optional]
    if not by_form and needed and all(needed):
        pieces = (f"{place.function}(", *([", "] * (len(needed) - 1)), ")")
        form = Form(pieces, tuple(map(str, range(len(needed)))))
        yield _Shaped(form, (), tuple(each for each in needed if each), True)


def _place(name: str, parameters: Sequence[str]) -> int | None:
    """The position of a blank's parameter, by its own position or its name."""
    return int(name) if name.isdigit() else parameters.index(name) if name in parameters else None


def _drawn(shaped: _Shaped, hints: Hints, measure: _Measure) -> Iterator[Input]:
    """Yield drawn calls: those like the recorded ones and, where it is declared what may be given, all others too."""
    close = near([value for row in shaped.rows for value in row], hints)
    rows = drawn(shaped.shapes, close, _DRAWN)
    for row in (*rows, *islice(_stepped(shaped, hints), _STEPPED)):
        far = measure.strays(shaped.form, row)
        if far <= EDGE or shaped.is_declared:
            yield Input(shaped.form.filled(row), far)


def _stepped(shaped: _Shaped, hints: Hints) -> Iterator[tuple[Value, ...]]:
    """Yield recorded values with one of them a step away and of the same type, whatever else is usual."""
    if shaped.is_declared:
        for row in sorted(shaped.rows, key=lambda row: size(shaped.form.filled(row)))[:_STEPPED_ROWS]:
            for at, value in enumerate(row):
                for other in islice(neighbours(value, Habits((value,)), hints), _STEPS):
                    yield (*row[:at], other, *row[at + 1 :])


def _smaller(call: Filled, far: int, measure: _Measure) -> Iterator[Input]:
    """Yield calls that are smaller than one by one value, and stray no further."""
    whole = size(call.form.filled(call.values))
    found: dict[str, Input] = {}
    for at, value in enumerate(call.values):
        for other in _simpler(value):
            row = (*call.values[:at], other, *call.values[at + 1 :])
            text, its = call.form.filled(row), measure.strays(call.form, row)
            if size(text) < whole and its <= far:
                found.setdefault(text, Input(text, its))
    yield from sorted(found.values(), key=lambda each: size(each.expression))


def _simpler(value: Value) -> Iterator[Value]:
    if isinstance(value, bool | Opaque) or value is None:
        return
    yield from neighbours(value, Habits((value,)), Hints())
    if isinstance(value, int) and abs(value) > 3:
        yield from (int(value / 2), int(value / 10), value - 10)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        yield from (type(value)(item[:1] for item in value), type(value)(item[-1:] for item in value))
