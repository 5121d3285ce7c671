"""The project's own checks on a candidate: what Ruff, mypy and pyright find with it and did not without."""

from tddbot.domain import Candidate
from tddbot.proof import Gate
from tddbot.work import Work


def gated(work: Work, candidate: Candidate) -> tuple[Gate, ...]:
    """Return the gates that the project configures and the policy does not switch off, each with its new findings."""
    return ()
