"""Whether two tests contradict each other, as far as models say so. Pure.

One model's word is not enough: it may be a way out of a hard problem. Two rungs that start afresh and name the same
two tests are taken to be right.
"""

from collections.abc import Iterable

from tddbot.domain import Attempt, Dud, NodeId

Pair = tuple[NodeId, NodeId]


def contradiction(attempts: Iterable[Attempt]) -> Pair | None:
    """Return the two tests that no implementation can satisfy together, by the word of two rungs, or None."""
    rungs: dict[frozenset[NodeId], set[str]] = {}
    for attempt in attempts:
        proposal = attempt.proposal
        if isinstance(proposal, Dud) and len(proposal.contradiction) == 2:
            said = rungs.setdefault(frozenset(proposal.contradiction), set())
            said.add(attempt.rung)
            if len(said) > 1:
                first, second = proposal.contradiction
                return first, second
    return None
