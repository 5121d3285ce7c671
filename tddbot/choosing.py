"""Which of several proven patches is taken, and what one more test would decide between them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Timer

from tddbot.domain import Attempt, Brief, Candidate, Excerpt, Kind, Question, Role, Ruling
from tddbot.judge.ambiguity import rank
from tddbot.stop import Stop
from tddbot.ties.differing import same_programs
from tddbot.ties.hearing import Hearing
from tddbot.ties.parting import Parting, parted
from tddbot.ties.questions import asked
from tddbot.ties.ties import MOST_PASSERS, distinct
from tddbot.work import Work, test_texts

_PATIENCE = (10.0, 30.0)
"""At least and at most so many seconds are others waited for once one of them was accepted."""


def is_one_of_many(work: Work, attempt: Attempt) -> bool:
    """Whether others were asked for side by side with this one, which are worth waiting for: they are paid for."""
    return any(rung.name == attempt.rung and rung.role and rung.width > 1 for rung in work.policy.ladder)


def hurry(hunt: Stop, seconds: float) -> None:
    """End the hunt when those side by side have had as long again as the first that was accepted, within bounds."""
    least, most = _PATIENCE
    clock = Timer(max(least, min(seconds, most)), hunt.set)
    clock.daemon = True
    clock.start()


def chosen(
    work: Work, brief: Brief, accepted: Sequence[Attempt], attempts: Sequence[Attempt] = ()
) -> tuple[Attempt, Question | None]:
    """Return the one to apply of the accepted attempts, at least one, and what parts it from the others.

    Those that do alike on all inputs asked are a group, and the largest group is right most likely; within it, and
    between groups of one size, the smaller difference wins, then the simpler code, then the cheaper. Of all `attempts`
    those that are proven and that only a gate stands against are asked, too: what they do is as good as what is taken.
    """
    fixes = {id(attempt): each for attempt in accepted if (each := _candidate(attempt)) is not None}
    witnesses = [each for attempt in attempts if _is_witness(attempt) and (each := _candidate(attempt)) is not None]
    passers = distinct([*fixes.values(), *witnesses])[:MOST_PASSERS]
    if len(fixes) < len(accepted) or len(passers) < 2:
        return min(accepted, key=rank), None
    # A brief shows a test file in parts; what is asked here no model is told.
    texts = tuple(Excerpt(path, text, Role.TEST) for path, text in test_texts(work).items())
    shown = replace(brief, target=work.target, excerpts=texts or brief.excerpts)
    hearing = Hearing(work.lab, work.stop, work.ledger.elapsed, shown, work.redactor.redacted)
    parting = parted(passers, hearing)
    groups = [[each for each in accepted if _is_any_of(fixes[id(each)], group)] for group in parting.groups()]
    best = min((min(group, key=rank) for group in _likeliest(groups, parting)), key=rank)
    return best, _question(parting, fixes[id(best)], hearing)


def _likeliest(groups: Sequence[Sequence[Attempt]], parting: Parting) -> Iterator[Sequence[Attempt]]:
    """Yield the largest groups, without what fails on ordinary inputs where others do not, unless all do."""
    sound = [[each for each in group if not _is_faulty(each, parting)] for group in groups]
    left = sound if any(sound) else groups
    most = max(map(len, left))
    return (group for group in left if len(group) == most)


def _is_faulty(attempt: Attempt, parting: Parting) -> bool:
    candidate = _candidate(attempt)
    faulty = [each for each in parting.passers if each.patch.id in parting.faulty]
    return candidate is not None and _is_any_of(candidate, faulty)


def _is_any_of(candidate: Candidate, others: Sequence[Candidate]) -> bool:
    return any(candidate.patch.id == each.patch.id or same_programs(candidate.patch, each.patch) for each in others)


def _is_witness(attempt: Attempt) -> bool:
    """Whether an attempt that was not accepted is right as far as the tests tell.

    What is unproven may be flaky or forged, and what is forbidden never ran.
    """
    return attempt.verdict.ruling is Ruling.GATED


def _candidate(attempt: Attempt) -> Candidate | None:
    proposal = attempt.proposal
    return proposal if isinstance(proposal, Candidate) and proposal.kind is Kind.FIX else None


def _question(parting: Parting, best: Candidate, hearing: Hearing) -> Question | None:
    split = parting.smallest_split()
    if split is None:
        return None
    first = [each for each in parting.passers if _is_any_of(best, [each])]
    others = [each for each in parting.passers if each not in first]
    call, options = asked(split, [*first, *others], hearing.text, whole=True)
    taken = replace(options[0], patch=best.patch, note=best.note)
    return Question((taken, *options[1:]), call, hearing.path)
