"""What the tests leave open of a patch that is proven: changes of its lines that none of them notices."""

from tddbot.domain import Attempt
from tddbot.proof import Unpinned
from tddbot.work import Work


def unpinned(work: Work, attempt: Attempt) -> tuple[Unpinned, ...]:
    """Return at most five changes of the added lines with which all tests pass, the likeliest slips first."""
    return ()
