"""A request as a model may be asked it: withheld cases are in nothing of what a prompt is made from. Pure.

This is the one door for all of it: the brief, how earlier attempts went, what was found without a model, lent files.
"""

from collections.abc import Sequence
from dataclasses import replace

from tddbot.domain import Attempt, Candidate, Excerpt, Proposal, Question, Run
from tddbot.ports import ProposalRequest
from tddbot.proof import Withheld
from tddbot.withholding import hides, names_any, tells, untold, without

_UNTOLD = "withheld cases are red, or not what they were"


def as_shown(request: ProposalRequest) -> ProposalRequest:
    """Return the request without what is withheld of its target."""
    brief = request.brief
    if brief.shown is None:
        return request
    history, earlier = (_attempts(attempts, brief.withheld) for attempts in (request.history, request.earlier))
    return replace(request, brief=brief.shown, history=history, earlier=earlier)


def as_lent(lent: Excerpt | str, withheld: Withheld) -> Excerpt | str:
    """Return a file that a model asked for as it is shown."""
    if isinstance(lent, str) or lent.path not in withheld.texts:
        return lent
    return replace(lent, text=withheld.texts[lent.path])


def _attempts(attempts: Sequence[Attempt], withheld: Withheld) -> tuple[Attempt, ...]:
    return tuple(_attempt(attempt, withheld) for attempt in attempts)


def _attempt(attempt: Attempt, withheld: Withheld) -> Attempt:
    verdict, run = attempt.verdict, attempt.run
    told = tuple(reason for reason in verdict.reasons if not names_any(reason, withheld))
    reasons = told if len(told) == len(verdict.reasons) else (*told, _UNTOLD)
    lost = tuple(node for node in verdict.lost if not hides(node, withheld))
    return replace(
        attempt,
        proposal=_proposal(attempt.proposal, withheld),
        run=None if run is None else _run(run, withheld),
        verdict=replace(verdict, reasons=reasons, lost=lost),
    )


def _run(run: Run, withheld: Withheld) -> Run:
    shown = without(run, withheld)
    return replace(shown, detail=_UNTOLD) if names_any(run.detail, withheld) else shown


def _proposal(proposal: Proposal, withheld: Withheld) -> Proposal:
    """Return a proposal whose findings, question and draft tell nothing; a model's own words are its own."""
    if isinstance(proposal, Candidate):
        # A model's answer is replayed as it was; only drafts of others are quoted.
        told = proposal.replay or not any(tells(edit.after or "", withheld) for edit in proposal.patch.edits)
        return proposal if told else replace(proposal, patch=replace(proposal.patch, edits=()))
    found = proposal.findings
    if found is not None:
        found = replace(found, calls=untold(found.calls, withheld), rejected=untold(found.rejected, withheld))
    question = None if proposal.question is None else _question(proposal.question, withheld)
    return replace(proposal, findings=found, question=question)


def _question(question: Question, withheld: Withheld) -> Question:
    options = tuple(
        replace(
            option,
            note="an edit" if tells(option.note, withheld) else option.note,
            test="" if tells(option.test, withheld) else option.test,
        )
        for option in question.options
    )
    return replace(question, options=options, call="" if tells(question.call, withheld) else question.call)
