"""Patches that are asked the same calls, and what came of it: who answers alike, and on which input they part."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tddbot.domain import Candidate
from tddbot.lab import Answer, Call, Lab
from tddbot.stop import Stop
from tddbot.ties.differing import Place
from tddbot.ties.forms import Filled, called, opened
from tddbot.ties.inputs import Input, inputs
from tddbot.ties.manners import Manner, fitting
from tddbot.ties.values import behaviour, kind_of, read

_SAMPLES = 24
_PROBED = 6
_SMALLEST = 32
_STRIDE = 3
_FEWEST = 8
_DIRECT = 3


@dataclass(frozen=True, slots=True)
class Split:
    """A call of a function in the file at `path` that not all patches answer alike; what each says, by patch ID."""

    path: str
    call: str
    strays: int
    manner: Manner
    answers: dict[str, Answer]
    marks: dict[str, str]


@dataclass(frozen=True, slots=True)
class Usual:
    """How the recorded calls end: with values of these types, or these exceptions."""

    kinds: frozenset[str]
    raised: frozenset[str]

    def holds(self, answer: Answer) -> bool:
        """Whether an answer is of such a type, or such an exception."""
        if answer.raised:
            return answer.text in self.raised
        return bool(answer.text) and _kind(answer) in self.kinds


@dataclass
class Contest:
    """The patches that are left, likeliest first, and what they have answered.

    `is_sure` says that every function in which they differ has been asked often enough.
    """

    passers: list[Candidate]
    is_sure: bool = False
    _marks: dict[str, list[str]] = field(default_factory=dict)
    _splits: list[Split] = field(default_factory=list)

    def groups(self) -> list[list[Candidate]]:
        """Return those that answered everything alike together, groups and members likeliest first."""
        groups: dict[tuple[str, ...], list[Candidate]] = {}
        for passer in self.passers:
            groups.setdefault(tuple(self._marks.get(passer.patch.id, ())), []).append(passer)
        return list(groups.values())

    def smallest_split(self) -> Split | None:
        """Return the smallest call, one like the recorded if there is any, on which those that are left part."""
        left = [each.patch.id for each in self.passers]
        apart = [each for each in self._splits if len({each.marks[patch] for patch in left}) > 1]
        return min(apart, key=lambda each: (each.strays, len(each.call)), default=None)

    def recorded(self, place: Place, lab: Lab, stop: Stop) -> list[Filled]:
        """Return the calls that tests make themselves or, where those are few, all that they lead to.

        What a function that is wrong calls on its way may be no call that anybody means.
        """
        direct: list[str] = []
        if "." not in place.function:
            examples = lab.examples(place.path, place.function, stop, self.passers[0].patch)
            direct = [called(place.function, each.arguments, each.keywords) for each in examples]
        if len(set(direct)) < _DIRECT:
            direct += expressions(lab.calls(place.path, (place.function,), stop), place.function)
        return [call for call in map(opened, dict.fromkeys(direct)) if call is not None]

    def compare(
        self, place: Place, recorded: Sequence[Filled], lab: Lab, stop: Stop, may_go_on: Callable[[], bool]
    ) -> None:
        """Ask all patches inputs like the recorded calls, and drop those that no test could want.

        One batch of inputs is asked in any case, each further one only while it `may_go_on`.
        """
        asking = Asking(place, lab, stop)
        samples = sorted({call.form.filled(call.values) for call in recorded}, key=lambda text: (len(text), text))
        usual = asking.prepare(samples[:_SAMPLES], self.passers)
        if usual is None:
            self.is_sure = False
            return
        found = inputs(recorded, place.hints, () if "." in place.function else place.annotations)
        compared = 0
        for number, batch in enumerate(_batches(found)):
            if not batch or len(self.passers) < 2 or (number and not may_go_on()):
                break
            rows = asking.rows([each.expression for each in batch], self.passers)
            if not rows:
                break
            if not all(any(answer.text for answer in row) for row in rows):
                self.is_sure = False  # who answers nothing at all may have been stopped by something else
                break
            compared += self._take(place, asking.manner, batch, rows, usual)
        self.is_sure = self.is_sure and compared >= min(_FEWEST, sum(not each.strays for each in found))

    def _take(
        self, place: Place, manner: Manner, batch: Sequence[Input], rows: Sequence[Sequence[Answer]], usual: Usual
    ) -> int:
        """Take in the answers to a batch; return how many of its inputs say anything."""
        said = 0
        dropped: set[str] = set()
        names = [each.patch.id for each in self.passers]
        for number, each in enumerate(batch):
            answers = {name: row[number] for name, row in zip(names, rows, strict=True) if name not in dropped}
            odd = {name for name, answer in answers.items() if not usual.holds(answer)}
            if odd and (each.strays or len(odd) == len(answers)):
                continue
            dropped |= odd
            said += 1
            marks = {name: mark(answer) for name, answer in answers.items() if name not in dropped}
            for name, said_by in marks.items():
                self._marks.setdefault(name, []).append(said_by)
            if len(set(marks.values())) > 1:
                self._splits.append(Split(place.path, each.expression, each.strays, manner, answers, marks))
        self.passers = [each for each in self.passers if each.patch.id not in dropped]
        return said


@dataclass
class Asking:
    """One function, asked in the manner that fits it."""

    place: Place
    lab: Lab
    stop: Stop
    manner: Manner = Manner.VALUE

    def prepare(self, samples: Sequence[str], passers: Sequence[Candidate]) -> Usual | None:
        """Find the manner and what is usual; None where nothing can be asked, or the same call comes to this and that.

        All patches pass the tests, so what they make of recorded calls is as right as anybody knows.
        """
        twice = (passers[0], *passers)
        rows = self.rows(samples, twice)
        if not rows:
            return None
        manner = self._fitting(samples, passers[0], rows[0])
        if manner is None:
            return None
        self.manner = manner
        if self.manner is not Manner.VALUE:
            rows = self.rows(samples, twice)
        if not rows or [*map(mark, rows[0])] != [*map(mark, rows[1])]:
            return None
        answers = [answer for row in rows for answer in row]
        kinds = frozenset(_kind(each) for each in answers if each.text and not each.raised)
        raised = frozenset(each.text for each in answers if each.raised)
        return Usual(kinds, raised | self.place.raises)

    def rows(self, calls: Sequence[str], passers: Sequence[Candidate]) -> tuple[tuple[Answer, ...], ...]:
        """Return what each patch answers, or ()."""
        asked = [self.manner.asked(call) for call in calls]
        if not asked or not all(asked):
            return ()
        return self.lab.ask(self.place.path, asked, [each.patch for each in passers], self.stop)

    def _fitting(self, samples: Sequence[str], passer: Candidate, values: Sequence[Answer]) -> Manner | None:
        is_meant = any(each.raised and each.text in self.place.raises for each in values)
        if is_meant or fitting([(Manner.VALUE, values)]) is not None:
            return Manner.VALUE
        few = samples[:: max(1, len(samples) // _PROBED)]
        asked = {manner: calls for manner in Manner if all(calls := [manner.asked(call) for call in few])}
        # All in one question, since each takes a process of its own.
        flat = [call for calls in asked.values() for call in calls]
        answers = self.lab.ask(self.place.path, flat, [passer.patch], self.stop)
        if not answers:
            return None
        starts = range(0, len(flat), len(few))
        return fitting([(each, answers[0][at : at + len(few)]) for each, at in zip(asked, starts, strict=True)])


def _batches(found: Sequence[Input]) -> Iterator[Sequence[Input]]:
    """Yield the smallest inputs and some of the others first, in case that there is no time for all."""
    first = {*range(_SMALLEST), *range(_SMALLEST, len(found), _STRIDE)}
    yield [each for place, each in enumerate(found) if place in first]
    yield [each for place, each in enumerate(found) if place not in first]


def expressions(calls: Sequence[Call], function: str) -> Iterator[str]:
    """Yield recorded calls of a function as source, with an object made anew where theirs cannot be written."""
    owner = function.rpartition(".")[0]
    for call in calls:
        if call.expression:
            yield call.expression
        elif owner and all(text for _, text in call.arguments[1:]):
            # The object could not be written; one that needs no arguments may do as well.
            yield called(f"{owner}().{function.rpartition('.')[2]}", (text for _, text in call.arguments[1:]))


def _kind(answer: Answer) -> str:
    kind = kind_of(read(answer.text)) if answer.plain else answer.text
    return "number" if kind in ("int", "float") else kind


def mark(answer: Answer) -> str:
    """Return a text that is the same for two answers that no test would tell apart."""
    if answer.raised or not answer.plain:
        return f"{'raised' if answer.raised else 'a'} {answer.text}"
    return behaviour(answer.text)
