"""The approaches that candidates side by side are told to take, so that they do not all search in one place.

Different plans beat a higher temperature: 77.0 against 60.6 pass@200 (PlanSearch, arXiv:2409.03733).
"""

from itertools import cycle, islice

PLANS = (
    "read the tests as a table of inputs and results, derive from it the one rule that explains every row, the green "
    "tests' rows included, and implement that rule.",
    "take the failing value and trace it backwards, call by call, to the first place where it is not what it should "
    "be. Put it right there, and not where it shows.",
    "write the simplest direct algorithm from scratch, as if the present one were not there: state what goes in and "
    "what comes out, then the shortest path between them. Keep nothing of the old code out of habit.",
    "suspect the interface before the algorithm: signatures and defaults, the type of what is returned, which "
    "exception is raised and when, what is lazy, what is changed in place, what is shared or cached.",
    "find code in the repository that does something similar and works, and follow its conventions: how it names, "
    "validates, converts, reports errors and ends.",
    "start from types, invariants and edge cases: list what holds for every input (empty, one, many, negative, "
    "duplicate, None, not ASCII), find where the present code breaks it, and write the code from the invariants.",
    "suspect the state and the order of things: what is set up when, at import or at first use, what lives on between "
    "calls, what is closed or restored, and in which order callers come.",
    "suspect that two places must change together: look for each caller, override, registration and re-export of what "
    "the tests use, and bring all of them into line.",
)
"""The most different ones first."""


def plans(count: int) -> tuple[str, ...]:
    """Return so many plans, all distinct as long as there are enough."""
    return tuple(islice(cycle(PLANS), count))
