"""On which input patches that are all proven part: the smallest found, and who behaves like whom.

Unlike in a contest of guesses, nobody is ruled out: what is right is settled, and the question is what the tests leave
open. So an input counts that a user could mean, by the recorded calls, by the annotations, or by what tests do with
objects; and a failure counts where others answer, if less than two answers that differ.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from tddbot.domain import Candidate
from tddbot.lab import Answer
from tddbot.parsing import Unparsable, parsed
from tddbot.ties.contest import Asking, Split, Usual, mark
from tddbot.ties.differing import Place, differing, text_after
from tddbot.ties.forms import opened
from tddbot.ties.habits import EDGE, INSIDE
from tddbot.ties.hearing import Hearing, limited
from tddbot.ties.inputs import Input, size
from tddbot.ties.manners import Manner
from tddbot.ties.meant import Measure, meant, recorded, smaller
from tddbot.ties.values import read, written

_SAMPLES = 24
_BATCH, _NEIGHBOURS = 100, 80
# Seconds after which no batch is begun.
_PATIENCE = 5.0
_SMALLER = 6
# How likely a user means an input, best first: what is recorded or like it, its edge, failures there, what only an
# annotation allows.
_INSIDE, _EDGE, _FAILS, _FAILS_AT_THE_EDGE, _ALLOWED = range(5)
# Running out of something says nothing about what is right.
_MEANS = frozenset(
    {"RecursionError", "MemoryError", "OverflowError", "TimeoutError", "KeyboardInterrupt", "SystemExit"}
)


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
        heard = recorded(place, hearing.text, module, self.passers[0], lab, stop)
        known = [call for call in heard if not hearing.is_secret(call)]
        found, measure = meant(place, known, module)
        found = [each for each in found if hearing.clean(each.expression) == each.expression]
        samples = [call.form.filled(call.values) for call in known] or [each.expression for each in found]
        asking = Asking(place, lab, stop)
        usual = asking.prepare(sorted(dict.fromkeys(samples), key=size)[:_SAMPLES], self.passers)
        if usual is not None:
            self._ask_all(asking, usual, found, may_go_on)
            self._shrink(asking, usual, measure, may_go_on)

    def _ask_all(self, asking: Asking, usual: Usual, found: Sequence[Input], may_go_on: Callable[[], bool]) -> None:
        """Ask batch by batch, what is likely meant first: who never comes back from one input has answered others."""
        likely = [each for each in found if each.strays <= EDGE]
        allowed = [each for each in found if each.strays > EDGE]
        parts = [part[at : at + _BATCH] for part in (likely, allowed) for at in range(0, len(part), _BATCH)]
        for number, batch in enumerate(parts):
            if (number and not may_go_on()) or not self._ask(asking, usual, batch):
                return

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
        marks = {name: _public(answer, asking.manner) for name, answer in answers.items()}
        is_mute = any(not answer.text or (answer.raised and answer.text in _MEANS) for answer in answers.values())
        self.compared += not is_mute
        if is_mute or len(set(marks.values())) < 2:
            return
        for name, each in marks.items():
            self._marks.setdefault(name, []).append(each)
        likely = _ALLOWED if asked.strays > EDGE else asked.strays + (_FAILS if odd else 0)
        split = Split(asking.place.path, asked.expression, asked.strays, asking.manner, answers, marks)
        self._splits.append((likely, split))

    def _shrink(self, asking: Asking, usual: Usual, measure: Measure, may_go_on: Callable[[], bool]) -> None:
        """Look for smaller inputs around the smallest so far, batch by batch."""
        tried: set[str] = set()
        for _ in range(_SMALLER):
            best = min(self._splits, key=_order, default=None)
            call = opened(best[1].call) if best and best[1].path == asking.place.path else None
            if best is None or call is None or not may_go_on():
                return
            fresh = (each for each in smaller(call, best[1].strays, measure) if each.expression not in tried)
            batch = list(islice(fresh, _NEIGHBOURS))
            tried.update(each.expression for each in batch)
            if not batch or not self._ask(asking, usual, batch) or min(self._splits, key=_order) is best:
                return


def parted(passers: Sequence[Candidate], hearing: Hearing) -> Parting:
    """Find out on which inputs proven patches part; `passers` are different programs, at most 24.

    It takes half a second in most cases and eight at most.
    """
    parting = Parting(passers)
    if hearing.lab is None or len(passers) < 2:
        return parting
    end = hearing.elapsed() + _PATIENCE
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


def _public(answer: Answer, manner: Manner) -> str:
    """What an answer is compared by: of an object, without what it keeps for itself."""
    value = read(answer.text) if manner in (Manner.FIELDS, Manner.STATE) and answer.plain else None
    if not isinstance(value, dict):
        return mark(answer)
    return mark(replace(answer, text=written({key: each for key, each in value.items() if str(key)[:1] != "_"})))


def _order(found: tuple[int, Split]) -> tuple[int, int, str]:
    likely, split = found
    return likely, *size(split.call)


def _module(passer: Candidate, path: str) -> ast.Module:
    tree = parsed(text_after(passer.patch, path))
    return ast.Module([], []) if isinstance(tree, Unparsable) else tree
