"""The whole product on one screen: cycle, fix, try_out. What is impure comes in through `Ports`."""

from collections.abc import Callable, Collection, Generator
from dataclasses import replace
from functools import partial

from tddbot import events
from tddbot.choosing import hurry, is_one_of_many
from tddbot.context.targets import targets
from tddbot.contradicting import confirmed, contradicted, contradictory, others
from tddbot.domain import (
    Attempt,
    Brief,
    Conclusion,
    Dud,
    Ending,
    Kind,
    NodeId,
    Proposal,
    Resolution,
    Ruling,
    Run,
    Verdict,
)  # fmt: skip
from tddbot.ending import Step, conclude, deliver, fixed, next_step, offer, why_given_up
from tddbot.guarding import guard_first
from tddbot.judge.offers import rule_offer
from tddbot.judge.overfit import shown_and_withheld
from tddbot.parallel import in_order
from tddbot.ports import Policy, Ports, ProposalRequest
from tddbot.preparing import MOST_TESTS, planned, prepare, take_baseline, with_tests_protected
from tddbot.proving import prove
from tddbot.stop import Stop
from tddbot.work import Work, begun, keep, past, run

Choice = Callable[[Run], Collection[NodeId]]


def cycle(ports: Ports, policy: Policy, choose: Choice, stop: Stop) -> tuple[Run, list[Resolution]]:
    """Fix and apply target after target of the reds that `choose` picks; return the last baseline and all endings."""
    snapshot, baseline = take_baseline(ports, policy, stop)
    if baseline.ending is Ending.CANCELLED:
        return baseline, []
    policy = with_tests_protected(policy, baseline, ports.repository.read)
    wanted = frozenset(choose(baseline))
    ports.tell(events.BaselineTaken(baseline, tuple(node for node in baseline.reds() if node in wanted)))
    resolutions: list[Resolution] = []
    tried: set[NodeId] = set()
    while not stop.is_set():
        cluster = next(iter(targets(baseline, wanted.intersection(baseline.reds()) - tried)), None)
        if cluster is None:
            break
        tried.update(cluster.node_ids)
        work = planned(ports, policy, snapshot, baseline, cluster, stop)
        resolution = fix(work)
        resolutions.append(resolution)
        tried.update(resolution.contradiction)
        tried.difference_update(others(resolution, cluster))
        ports.store.record_resolution(resolution)
        ports.tell(events.TargetResolved(resolution))
        if delivered := deliver(work, resolution):
            snapshot, baseline = delivered
            ports.store.record_run(baseline)
            # What shared the cause and is red yet has another one.
            tried.difference_update(cluster.node_ids[MOST_TESTS:])
        elif policy.apply and resolution.attempt and not stop.is_set():
            # The user is typing too: what is left is planned on the tree as it is now.
            snapshot, baseline = take_baseline(ports, policy, stop)
    return baseline, resolutions


def fix(work: Work) -> Resolution:
    """Make sure of the target, and search until an attempt is accepted, nothing is left, or the means are used up."""
    with begun(work) as lab:
        prepared = prepare(work)
        if isinstance(prepared, Resolution):
            return prepared
        work, brief = replace(prepared[0], lab=lab), prepared[1]
        ended = contradictory(work, clash=contradicted(work, brief))
        return ended or search(work, brief)


def search(work: Work, brief: Brief) -> Resolution:
    """Take the attempts one by one until one is accepted; what is only offered is kept for the user."""
    ports = work.ports
    attempts, accepted, clash = list[Attempt](), list[Attempt](), None
    hunt = Stop(work.stop)
    climbing = climb(replace(work, stop=hunt), brief)
    for attempt in climbing:
        attempts.append(attempt)
        ports.store.record_attempt(work.target.id, attempt)
        ports.tell(events.AttemptJudged(len(attempts), attempt))
        if attempt.verdict.ruling is Ruling.OFFERED:
            offer(work, attempt)
        if clash := confirmed(work, brief, attempt):
            break
        if attempt.verdict.accepted:
            accepted.append(attempt)
            if not is_one_of_many(work, attempt):
                break
            hurry(hunt, work.ledger.elapsed())
    hunt.set()
    climbing.close()  # what is cut off by that may cost, too
    if accepted:
        return fixed(work, brief, accepted, attempts)
    if work.stop.is_set():
        return conclude(work, Conclusion.CANCELLED, "it was cancelled", attempts)
    if ended := contradictory(work, attempts, clash):
        return ended
    return conclude(work, Conclusion.GAVE_UP, why_given_up(attempts, work.ledger.exhausted()), attempts)


def climb(work: Work, brief: Brief) -> Generator[Attempt, None, None]:
    """Yield the attempts of one rung and round after the other, each rung afresh."""
    earlier: list[Attempt] = []
    why = ""
    for rung in work.policy.ladder:
        history: list[Attempt] = []
        for round_ in range(1, rung.rounds + 1):
            if work.stop.is_set() or work.ledger.exhausted():
                return
            work.ports.tell(events.RungStarted(rung.name, rung.generator, round_, why))
            clean, since = work.redactor.redacted, partial(past, work)
            request = ProposalRequest(brief, rung, tuple(history), tuple(earlier), clean, work.lab, since)
            proposals = work.ports.generators[rung.generator].propose(request, work.ledger, work.stop)
            kept = map(partial(keep, work), proposals)
            for attempt in in_order(partial(try_out, work), kept, work.policy.jobs, work.stop):
                history.append(replace(attempt, rung=rung.name))
                yield history[-1]
            step, why = next_step(request, history)
            if step is Step.END or any(attempt.verdict.accepted for attempt in history):
                return
            if step is Step.UP:
                break
        earlier.extend(history)


@guard_first
def try_out(work: Work, proposal: Proposal) -> Attempt:
    """Try one proposal once: the guard, then the target alone, then everything; the judge rules."""
    if isinstance(proposal, Dud):
        return Attempt(proposal, None, Verdict(Ruling.DUD, (proposal.reason,)))
    if proposal.kind is Kind.SCAFFOLD:
        proof = run(work, proposal, None, detail=True)
        return Attempt(proposal, proof, rule_offer(work.target, work.baseline, proof))
    search = run(work, proposal, work.target.node_ids, detail=True, warm=True)
    verdict = shown_and_withheld(work.target, search, work.withheld)
    if verdict.ruling is not Ruling.PLAUSIBLE:
        return Attempt(proposal, search, verdict)
    return prove(work, proposal)
