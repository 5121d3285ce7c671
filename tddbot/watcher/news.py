"""Which reds are news. Pure: the store remembers, and the loop decides what to do about it."""

from collections.abc import Mapping

from tddbot.domain import NodeId, Outcome, Run


def newly_red(run: Run, last: Mapping[NodeId, Outcome]) -> tuple[NodeId, ...]:
    """Return the tests that are red in `run` and were not red when last seen (never seen included), in run order."""
    return tuple(node for node in run.reds() if node not in last or not last[node].is_red)
