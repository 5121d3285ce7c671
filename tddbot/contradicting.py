"""Whether the tests contradict each other, found out in the laboratory before anybody is asked."""

from tddbot.domain import Brief
from tddbot.proof import Contradiction
from tddbot.work import Work


def contradicted(work: Work, brief: Brief) -> Contradiction | None:
    """Return two tests that no implementation can satisfy together, as their recorded calls show, or None."""
    return None
