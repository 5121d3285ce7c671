"""The search of a fix: candidates through the laboratory, likeliest first, until what passes is known well enough."""

import heapq
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from tddbot.domain import Candidate, Patch
from tddbot.generator.offline.candidates import Trial, Where
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.lab import Fate, Lab, Screened

# Of one place, and of one statement: where some do not end, the rest will hardly.
_MOST_TIMEOUTS = 3
_MOST_TIMEOUTS_OF_ALL = 8
_ANY = -1
_MOST_TOLD = 10
# What passes after a first one has passed is asked about only while it is nearly as likely: what is far less likely
# is no rival.
_RIVAL = 0.25
_MOST_RIVALS = 60


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that one search takes: wall clock in seconds, and candidates."""

    seconds: float
    candidates: int

    def times(self, factor: int) -> "Bounds":
        """Return bounds with so many times the seconds."""
        return Bounds(self.seconds * factor, self.candidates)


@dataclass
class Search:
    """What was tried so far, in as many searches as there were."""

    tried: int = 0
    unfit: int = 0
    timeouts: Counter[Where] = field(default_factory=Counter)
    told: list[tuple[int, int, str]] = field(default_factory=list)

    def passers(self, lab: Lab, trials: Iterator[Trial], inquiry: Inquiry, bounds: Bounds) -> list[Candidate]:
        """Return the candidates that pass all of the tests, likeliest first; none where the bounds end it before."""
        found: list[Trial] = []
        waiting: deque[Trial] = deque()
        drawn = self._drawn(trials, waiting, found, inquiry, bounds)
        for screened in lab.screen(drawn, inquiry.stop):
            self._note(waiting.popleft(), screened, found)
        return [trial.candidate for trial in found]

    def rejected(self) -> list[str]:
        """Say of those that failed what they changed and how, the ones that won most tests first."""
        return [text for _, _, text in sorted(self.told, reverse=True)]

    def _drawn(
        self, trials: Iterator[Trial], waiting: deque[Trial], found: list[Trial], inquiry: Inquiry, bounds: Bounds
    ) -> Iterator[Patch]:
        end = inquiry.ledger.elapsed() + min(bounds.seconds, inquiry.ledger.seconds_left())
        rivals = 0
        for number, trial in enumerate(trials):
            if number >= bounds.candidates or inquiry.ledger.elapsed() > end or not inquiry.may_go_on():
                return
            if found:
                rivals += 1
                if trial.score < found[0].score * _RIVAL or rivals > _MOST_RIVALS:
                    return
            if self._may_end(trial.where):
                waiting.append(trial)
                yield trial.candidate.patch

    def _may_end(self, where: Where) -> bool:
        of_all = self.timeouts[where._replace(offset=_ANY)]
        return self.timeouts[where] < _MOST_TIMEOUTS and of_all < _MOST_TIMEOUTS_OF_ALL

    def _note(self, trial: Trial, screened: Screened, found: list[Trial]) -> None:
        self.tried += 1
        if screened.passed:
            found.append(trial)
            return
        if screened.fate is Fate.UNFIT:
            self.unfit += 1
            return
        if screened.fate is Fate.TIMEOUT:
            self.timeouts[trial.where] += 1
            self.timeouts[trial.where._replace(offset=_ANY)] += 1
        told = (screened.won, -self.tried, _told(trial, screened))
        if len(self.told) < _MOST_TOLD:
            heapq.heappush(self.told, told)
        else:
            heapq.heappushpop(self.told, told)


def _told(trial: Trial, screened: Screened) -> str:
    tests = "1 test" if screened.won == 1 else f"{screened.won} tests"
    won = f"wins {tests}, then " if screened.won else ""
    if not screened.reds:
        ends = {Fate.TIMEOUT: "takes too long", Fate.DIED: "ends the process"}
        return f"{trial.candidate.note}: {won}{ends.get(screened.fate, 'fails')}"
    red = screened.reds[0]
    why = ": ".join(filter(None, (red.kind, red.message)))
    return f"{trial.candidate.note}: {won}{red.node_id} fails" + (f" with {why}" if why else "")
