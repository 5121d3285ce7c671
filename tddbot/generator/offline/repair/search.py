"""The search of a fix: candidates through the laboratory, likeliest first, until what passes is known well enough."""

import heapq
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from tddbot.domain import Candidate, Patch
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.generator.offline.repair.candidates import Trial, Where
from tddbot.lab import Fate, Lab, Screened

# Where some do not end, the rest will hardly: what changes the same place is left out, what changes the same statement
# waits until all else was tried, and is then left out, too.
_MOST_OF_A_PLACE = 3
_MOST_OF_A_STATEMENT = 3
_MOST_AT_ALL = 8
# What passes after a first one is a rival only while it is nearly as likely. Over 304 slips in small functions, asking
# whenever any other passes would ask about 25 and offer 98.5 % rightly; with these it is 16 and 98.2 %.
_RIVAL = 0.25
_MOST_RIVALS = 60
_MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that one search takes: wall clock in seconds from the first result on, and candidates.

    Where `endless`, the tests took too long as they were: then most of what is tried does, and says nothing by it.
    """

    seconds: float
    candidates: int
    endless: bool = False


@dataclass
class Search:
    """What was tried so far, in as many searches as there were."""

    tried: int = 0
    _end: float | None = None
    _timeouts: Counter[Where] = field(default_factory=Counter)
    _told: list[tuple[int, int, str]] = field(default_factory=list)

    def passers(self, lab: Lab, trials: Iterator[Trial], inquiry: Inquiry, bounds: Bounds) -> list[Candidate]:
        """Return the candidates that pass all of the tests, likeliest first; none where the bounds end it before."""
        self._end = None
        found: list[Trial] = []
        waiting: deque[Trial] = deque()
        drawn = self._drawn(trials, waiting, found, inquiry, bounds)
        for screened in lab.screen(drawn, inquiry.stop):
            trial = waiting.popleft()
            self.tried += 1
            self._end = self._end or inquiry.ledger.elapsed() + bounds.seconds
            if screened.passed:
                found.append(trial)
            else:
                self._reject(trial, screened)
        return [trial.candidate for trial in found]

    def rejected(self) -> list[str]:
        """Say of those that failed what they changed and how, the ones that won most tests first."""
        return [text for _, _, text in sorted(self._told, reverse=True)]

    def _drawn(
        self, trials: Iterator[Trial], waiting: deque[Trial], found: list[Trial], inquiry: Inquiry, bounds: Bounds
    ) -> Iterator[Patch]:
        rivals = 0
        for trial in islice(trials if bounds.endless else self._in_turn(trials), bounds.candidates):
            if not inquiry.may_go_on() or (self._end and inquiry.ledger.elapsed() > self._end):
                return
            rivals += bool(found)
            if found and (rivals > _MOST_RIVALS or trial.score < found[0].score * _RIVAL):
                return
            waiting.append(trial)
            yield trial.candidate.patch

    def _in_turn(self, trials: Iterator[Trial]) -> Iterator[Trial]:
        later: list[Trial] = []
        for trial in trials:
            if self._timeouts[trial.where] >= _MOST_OF_A_PLACE:
                continue
            if self._timeouts[_statement(trial.where)] >= _MOST_OF_A_STATEMENT:
                later.append(trial)
            else:
                yield trial
        for trial in later:
            where = trial.where
            if self._timeouts[where] < _MOST_OF_A_PLACE and self._timeouts[_statement(where)] < _MOST_AT_ALL:
                yield trial

    def _reject(self, trial: Trial, screened: Screened) -> None:
        if screened.fate is Fate.TIMEOUT:
            self._timeouts.update((trial.where, _statement(trial.where)))
        if screened.fate is not Fate.UNFIT:
            heapq.heappush(self._told, (screened.won, -self.tried, _told(trial, screened)))
        if len(self._told) > _MOST_TOLD:
            heapq.heappop(self._told)


def _statement(where: Where) -> Where:
    return where._replace(offset=-1)


def _told(trial: Trial, screened: Screened) -> str:
    """Say in a line what was changed and how it failed."""
    count = screened.won
    won = f"wins {count} {'test' if count == 1 else 'tests'}, but " if count else ""
    if not screened.reds:
        ends = {Fate.TIMEOUT: "takes too long", Fate.DIED: "ends the process"}
        return f"{trial.candidate.note}: {won}{ends.get(screened.fate, 'fails')}"
    red = screened.reds[0]
    why = ": ".join(filter(None, (red.kind, red.message)))
    return f"{trial.candidate.note}: {won}{red.node_id} fails" + (f" with {why}" if why else "")
