"""How the work on a target goes on after a round, how it ends, and how its patch is delivered."""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

from tddbot import __version__, events
from tddbot.aftermath import unpinned
from tddbot.choosing import chosen
from tddbot.domain import (
    Applied,
    Attempt,
    Brief,
    Candidate,
    Committed,
    Conclusion,
    Dud,
    Evidence,
    Kind,
    Patch,
    Question,
    Resolution,
    Ruling,
    Run,
    Snapshot,
)  # fmt: skip
from tddbot.events import Sink
from tddbot.generator.progress import best, stuck
from tddbot.judge.contradiction import contradiction
from tddbot.judge.evidence import UNCHANGED, record
from tddbot.ports import ProposalRequest, Repository
from tddbot.proof import Contradiction, Unpinned
from tddbot.report.message import commit_message
from tddbot.runner.backends import BACKENDS
from tddbot.work import Work


class Step(Enum):
    """Where the climb goes after a round: another round of this rung, the next rung, or nowhere."""

    STAY = "stay"
    UP = "up"
    END = "end"


def next_step(request: ProposalRequest, history: Sequence[Attempt]) -> tuple[Step, str]:
    """Return where to go after a round, and why it goes up early; `history` are the rung's attempts, this round's last.

    Up where nothing of the round can be improved on, or more of the same is of no use.
    """
    latest = [attempt.proposal for attempt in history[len(request.history) :]]
    duds = [proposal for proposal in latest if isinstance(proposal, Dud)]
    # Nobody improves on what claims to be no fix.
    is_vain = not any(isinstance(proposal, Candidate) and proposal.kind is Kind.FIX for proposal in latest)
    # Where one of several calls side by side came through, the service is there yet.
    if (is_vain and any(dud.out_of_means for dud in duds)) or contradiction((*request.earlier, *history)):
        return Step.END, ""
    if is_vain and (not latest or any(dud.final for dud in duds)):
        return Step.UP, next((dud.reason for dud in duds), "")
    why = stuck(history, request.earlier)
    return Step.UP if why else Step.STAY, why


def conclude(
    work: Work,
    conclusion: Conclusion,
    reason: str,
    attempts: Sequence[Attempt] = (),
    best: Attempt | None = None,
    asked: Question | None = None,
    clash: Contradiction | None = None,
    left_open: tuple[Unpinned, ...] = (),
) -> Resolution:
    """Say how the target ended: by which attempt where it was fixed, and what the tests leave open."""
    said = contradiction(attempts) or () if conclusion is Conclusion.CONTRADICTORY else ()
    return Resolution(
        target=work.target,
        conclusion=conclusion,
        reason=reason,
        attempt=best,
        contradiction=clash.node_ids if clash else said,
        question=asked if best else question(attempts),
        offers=tuple(attempt for attempt in attempts if attempt.verdict.ruling is Ruling.OFFERED),
        attempts=len(attempts),
        usage=work.ledger.spent,
        seconds=work.ledger.elapsed(),
        clash=clash,
        unpinned=left_open,
        out_of_means=any(isinstance(attempt.proposal, Dud) and attempt.proposal.out_of_means for attempt in attempts)
        or (conclusion is Conclusion.GAVE_UP and work.ledger.exhausted() is not None),
    )


def fixed(work: Work, brief: Brief, accepted: Sequence[Attempt], attempts: Sequence[Attempt]) -> Resolution:
    """Say that the target is fixed, by the best of what was accepted, and what its tests leave open."""
    best, asked = chosen(work, brief, accepted, attempts)
    return conclude(work, Conclusion.FIXED, "", attempts, best, asked, left_open=unpinned(work, best))


def question(attempts: Sequence[Attempt]) -> Question | None:
    """Return what one more test would decide, as the last attempt that asks says it."""
    asked = (each.proposal.question for each in reversed(attempts) if isinstance(each.proposal, Dud))
    return next((each for each in asked if each is not None), None)


def offer(work: Work, attempt: Attempt) -> None:
    """Keep the record of a patch that nobody but the user may apply; one that was undone before is offered anew."""
    spent, lacks = work.ledger.spent, _lacks(attempt)
    evidence = record(work.target, attempt, work.baseline, work.ledger.elapsed(), spent, lacks=lacks)
    work.ports.store.record_evidence(evidence)
    work.ports.store.mark(evidence.patch_id, "stored")


def _lacks(attempt: Attempt) -> tuple[str, ...]:
    """What the jail of the proof could not hold."""
    jail = attempt.run.jail if attempt.run else ""
    return next((backend.lacks for backend in BACKENDS.values() if jail.startswith(backend.title)), ())


def why_given_up(attempts: Sequence[Attempt], exhausted: str | None) -> str:
    """Say in one line what was tried, which of a model's patches came nearest, and what ended it."""
    duds = [attempt.proposal.reason for attempt in attempts if isinstance(attempt.proposal, Dud)]
    offers = sum(attempt.verdict.ruling is Ruling.OFFERED for attempt in attempts)
    candidates = len(attempts) - len(duds) - offers
    many = "the one candidate was not" if candidates == 1 else f"none of {candidates} candidates was"
    tried = [f"{many} accepted"] if candidates else []
    nearest = [each.proposal for each in best(attempts, 1) if each.run is not None]
    if overfit := sum(attempt.verdict.ruling is Ruling.OVERFIT for attempt in attempts):
        tried.append(f"{overfit} passed only what a model was shown (held_out = 0 withholds nothing)")
    tried += [f"`tddbot show {each.patch.id}` shows the nearest" for each in nearest if isinstance(each, Candidate)]
    return "; ".join([*tried, *([exhausted] if exhausted else map(_clause, duds[-1:]))]) or "nothing was proposed"


def _clause(reason: str) -> str:
    """The first line of a dud's reason, which may quote an answer over many, as a part of a sentence."""
    first = reason.split("\n", 1)[0].rstrip(".:")
    return first[:1].lower() + first[1:] if first[1:2].islower() else first


def deliver(work: Work, resolution: Resolution) -> tuple[Snapshot, Run] | None:
    """Keep the record of a proven patch and apply it; return the next snapshot and baseline where it is in the tree.

    The proof ran on just what the tree is then, unless a file was saved meanwhile.
    """
    attempt, ports = resolution.attempt, work.ports
    if attempt is None or attempt.run is None or not isinstance(attempt.proposal, Candidate):
        return None
    patch = attempt.proposal.patch
    evidence = record(
        resolution.target, attempt, work.baseline, resolution.seconds, resolution.usage, lacks=_lacks(attempt),
        unpinned=resolution.unpinned, question=resolution.question,
    )  # fmt: skip
    ports.store.record_evidence(evidence)
    ports.store.mark(patch.id, "proven")
    is_unchanged = not work.snapshot.differs(ports.repository.snapshot())
    if is_unchanged:
        evidence = replace(evidence, held=(*evidence.held, UNCHANGED))
        ports.store.record_evidence(evidence)
    if not work.policy.apply:
        reason = "nothing is applied in a dry run"
    elif not is_unchanged:
        reason = "the working tree changed while the patch was proven"
    else:
        outcome = ports.repository.apply(patch, work.policy.protected)
        if isinstance(outcome, Applied):
            ports.store.mark(patch.id, "applied")
            ports.tell(events.PatchApplied(patch, evidence))
            # A hook may change what was proven.
            is_there = not work.policy.commit or commit(ports.repository, ports.tell, patch, evidence)
            after = ports.repository.snapshot()
            if is_there and not work.snapshot.differs(after, patch.paths):
                return after, replace(attempt.run, tree=after.tree, patch_id=None)
            return None
        reason = outcome.reason
    ports.tell(events.PatchStored(patch, evidence, reason))
    return None


def commit(repository: Repository, tell: Sink, patch: Patch, evidence: Evidence) -> bool:
    """Commit an applied patch, or tell why that is not done; return whether its files are yet as they were proven."""
    done = repository.commit(patch, commit_message(evidence, __version__))
    if isinstance(done, Committed):
        tell(events.PatchCommitted(patch.id, done.commit, done.fault))
    else:
        tell(events.PatchCommitted(patch.id, "", done.reason))
    return all(repository.read(edit.path) == edit.after_bytes() for edit in patch.edits)
