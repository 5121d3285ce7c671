"""Single-edit repair: undoes one slip in code that is there. What passes the laboratory is proposed, or asked about."""

from collections.abc import Generator, Iterator

from tddbot.domain import Candidate, Dud, Proposal, Question
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.generator.offline.repair.candidates import NAME
from tddbot.generator.offline.repair.ground import Ground
from tddbot.generator.offline.repair.operators.table import COMMON, RARE
from tddbot.generator.offline.repair.search import Bounds, Search
from tddbot.lab import Lab
from tddbot.ties.ties import decided

_BOUNDS = ((COMMON, Bounds(5.0, 1500)), (RARE, Bounds(4.0, 2500)))
# Where the tests do not end, hardly a candidate does either, and each of them takes as long as it may.
_PATIENCE = 3


def repair(inquiry: Inquiry) -> Iterator[Proposal]:
    """Yield what changes one place and passes all tests, or the question between several of that kind.

    Without a laboratory, yield each common change, likeliest first. In a further round there is nothing left to say.
    """
    if inquiry.request.history:
        inquiry.reasons.append("every single edit of what the red tests ran was tried")
        return
    ground = Ground(inquiry)
    if (lab := inquiry.lab) and ((yield from _searched(ground, lab, inquiry)) or not lab.fault):
        return
    found = False
    for trial in ground.trials(COMMON):
        found = True
        yield trial.candidate
    if not found and inquiry.may_go_on():
        inquiry.reasons.append(ground.why_nothing())


def _searched(ground: Ground, lab: Lab, inquiry: Inquiry) -> Generator[Proposal, None, bool]:
    """Yield what the laboratory lets through, if anything; return whether that is a question, which is final."""
    search = Search()
    for table, bounds in _BOUNDS:
        if ground.is_endless:
            bounds = Bounds(bounds.seconds * _PATIENCE, bounds.candidates, endless=True)
        passers = search.passers(lab, ground.trials(table), inquiry, bounds)
        if passers:
            told = _told(decided(passers, inquiry.hearing))
            yield told
            return isinstance(told, Dud)
        if lab.fault or not inquiry.may_go_on():
            return False
    inquiry.rejected.extend(search.rejected())
    tried = f"none of {search.tried} single edits passes all tests"
    inquiry.reasons.append(tried if search.tried else ground.why_nothing())
    return False


def _told(answer: Candidate | Question) -> Proposal:
    if isinstance(answer, Candidate):
        return answer
    reason = f"{len(answer.options)} different edits pass all tests: one more test decides it"
    return Dud(reason, NAME, question=answer)
