"""The guard before every try: what it forbids is never run, and what it warns of is in the verdict."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from tddbot.domain import Attempt, Dud, Proposal, Ruling, Verdict
from tddbot.judge.guard.guarding import forbids, guarded
from tddbot.work import Work

Trial = Callable[[Work, Proposal], Attempt]
"""Tries a proposal once."""


def guard_first(trial: Trial) -> Trial:
    """Return the trial with the guard before it; its warnings go into the verdict of what it lets through."""

    @wraps(trial)
    def guarded_trial(work: Work, proposal: Proposal) -> Attempt:
        if isinstance(proposal, Dud):
            return trial(work, proposal)
        policy = work.policy
        noticed = guarded(proposal.patch, work.ground, policy.protected, policy.allow, policy.strict)
        if faults := forbids(noticed):
            return Attempt(proposal, None, Verdict(Ruling.FORBIDDEN, faults))
        attempt = trial(work, proposal)
        return replace(attempt, verdict=replace(attempt.verdict, warnings=noticed))

    return guarded_trial
