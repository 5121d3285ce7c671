"""How the conversations of one round begin: afresh, side by side with a plan each, or in answer to what was tried."""

from tddbot.generator.progress import best
from tddbot.generator.prompt.digest import digest
from tddbot.generator.prompt.feedback import of_attempt
from tddbot.generator.prompt.handover import handover
from tddbot.generator.prompt.plans import plans
from tddbot.generator.prompt.thread import Digest, Found, Judged, Plan, Thread, thread_of
from tddbot.ports import ProposalRequest


def openings(request: ProposalRequest) -> tuple[Thread, ...]:
    """Return what is said after the brief in each conversation of this round."""
    return _repairs(request) or _fresh(request)


def _repairs(request: ProposalRequest) -> tuple[Thread, ...]:
    """Answer to the best attempts of this rung: to the last one where the rung is not wide."""
    rung, target = request.rung, request.brief.target
    tried = [attempt for attempt in request.history if thread_of(attempt.proposal.replay)]
    chosen = best(tried, rung.repaired) if rung.width > 1 else tried[-1:]
    return tuple((*thread_of(each.proposal.replay), Judged(of_attempt(each, target))) for each in chosen[: rung.width])


def _start(request: ProposalRequest) -> Thread:
    """What was tried by models before, or on their first rung what was found without one."""
    if said := digest(request.earlier):
        return (Digest(said),)
    found = handover(request.earlier, request.clean)
    return (Found(found),) if found else ()


def _fresh(request: ProposalRequest) -> tuple[Thread, ...]:
    start = _start(request)
    if request.rung.width == 1:
        return (start,)
    return tuple((*start, Plan(plan)) for plan in plans(request.rung.width))
