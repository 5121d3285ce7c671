"""The layer for a regression: of what was changed since the tests were green, the least whose revert makes them so.

It may undo work that was meant, so it is only ever offered.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from tddbot.domain import Candidate, Kind, NodeId, Proposal
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.generator.offline.rollback.hunks import Hunk, hunks, without
from tddbot.generator.offline.rollback.minimising import smallest
from tddbot.lab import Fate, Lab, Screened

NAME = "offline rollback"

_MOST_TRIALS = 200
_MOST_SECONDS = 10.0
_MOST_NAMED = 4

_ALL_BACK = "with all taken back that has changed since it was green"
_TESTS_CHANGED = f"{_ALL_BACK} the target stays red: the tests changed, too, or what no patch may touch"

_Set = tuple[int, ...]
"""Hunks by their number, of which all are taken back."""


def rollback(inquiry: Inquiry) -> Iterator[Proposal]:
    """Yield the smallest revert found that turns the target green, with all else as it is now; at most once a rung."""
    lab = inquiry.lab
    if lab is None or any(_is_rollback(attempt.proposal) for attempt in inquiry.request.history):
        return
    past = inquiry.request.past()
    if past is None or not past.was_green or not inquiry.may_go_on():
        return
    search = _Search(inquiry, lab, hunks(past.patch))
    everything = tuple(range(len(search.parts)))
    if search.first_green([everything]) is None:
        inquiry.reasons.extend(_why_not(search))
        return
    search.is_strict = search.seen[everything].passed
    yield from _proposed(search, tuple(smallest(everything, search.first_green)))


def _why_not(search: "_Search") -> Iterator[str]:
    if search.last is not None:
        is_red = search.last.fate is Fate.RED
        yield _TESTS_CHANGED if is_red else f"{_ALL_BACK} the tests do not come to an end ({search.last.fate.value})"


def _proposed(search: "_Search", chosen: _Set) -> Iterator[Proposal]:
    parts, screened = [search.parts[number] for number in chosen], search.seen[chosen]
    if screened.passed:
        note = f"takes back {_named(parts)} since the tests were green"
        yield Candidate(screened.patch, NAME, note, kind=Kind.ROLLBACK)
        return
    need = f", which {screened.reds[0].node_id} needs" if screened.reds else ""
    search.inquiry.reasons.append(f"what turned it red is {_named(parts)}{need}")


class _Search:
    """What was tried of the parts and came to the target's being green, and how much may be tried yet.

    A `strict` one wants no green test lost, either; it is that where this can be had at all.
    """

    def __init__(self, inquiry: Inquiry, lab: Lab, parts: Sequence[Hunk]) -> None:
        self.inquiry, self.lab, self.parts = inquiry, lab, parts
        self.is_strict = False
        self.seen: dict[_Set, Screened] = {}
        self.last: Screened | None = None
        self._left = _MOST_TRIALS
        self._until = inquiry.ledger.elapsed() + _MOST_SECONDS

    def first_green(self, sets: Iterable[_Set]) -> int | None:
        """Return which of the sets is the first that turns the target green; None where none is, or time is up."""
        tried = list(takewhile(self._may_try, sets))
        patches = (without([self.parts[number] for number in each]) for each in takewhile(self._is_time, tried))
        for number, screened in enumerate(self.lab.screen(patches, self.inquiry.stop)):
            self.last = screened
            if screened.passed or (not self.is_strict and self._is_green(screened)):
                self.seen[tried[number]] = screened
                return number
        return None

    def _may_try(self, _: object) -> bool:
        self._left -= 1
        return self._left >= 0

    def _is_time(self, _: object) -> bool:
        return self.inquiry.may_go_on() and self.inquiry.ledger.elapsed() < self._until

    def _is_green(self, screened: Screened) -> bool:
        """Whether only tests besides the target, which is run first, are red."""
        target = self.inquiry.brief.target.node_ids
        is_lost = bool(screened.reds) and not any(_is_of(red.node_id, target) for red in screened.reds)
        return screened.fate is Fate.RED and is_lost


def _is_of(node: NodeId, target: Iterable[NodeId]) -> bool:
    """Whether a test is one of these, or in a file that is."""
    return any(node == each or node.startswith(f"{each}::") for each in target)


def _is_rollback(proposal: Proposal) -> bool:
    return isinstance(proposal, Candidate) and proposal.kind is Kind.ROLLBACK


def _named(parts: Sequence[Hunk]) -> str:
    """What is taken back, in words."""
    changes = [str(part) for part in parts if not part.whole]
    files = [str(part) for part in parts if part.whole]
    told = [*([f"the change of {_listed(changes)}"] if changes else []), *([_listed(files)] if files else [])]
    return " and ".join(told)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
