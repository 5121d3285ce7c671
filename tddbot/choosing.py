"""Which of several proven patches is taken, and what one more test would decide between them."""

from collections.abc import Sequence

from tddbot.domain import Attempt, Brief, Question
from tddbot.work import Work


def is_one_of_many(work: Work, attempt: Attempt) -> bool:
    """Whether others were asked for side by side with this one, which are worth waiting for: they are paid for."""
    return any(rung.name == attempt.rung and rung.role and rung.width > 1 for rung in work.policy.ladder)


def chosen(work: Work, brief: Brief, accepted: Sequence[Attempt]) -> tuple[Attempt, Question | None]:
    """Return the one to apply of the accepted attempts, at least one, and what parts it from the others."""
    return accepted[0], None
