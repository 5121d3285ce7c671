"""Red twice before it counts: what is red once only is flaky and not worth a proposal; and what flickers by itself."""

from collections.abc import Collection, Iterable

from tddbot.domain import Ending, NodeId, Run, Target


def twice_red(target: Target, second: Run) -> tuple[Target | None, tuple[NodeId, ...]]:
    """Return the part of the target that is red again, with the second run's results, and the node IDs that are not.

    The first is None where nothing is red again. A test that a complete second run skipped or no longer has flickers
    like one that passed; one that an incomplete run did not reach is in neither part.
    """
    again, flaky = [], []
    for node in target.node_ids:
        result = second.results.get(node)
        if result is not None and result.outcome.is_red:
            again.append(result)
        elif result is not None or second.ending is Ending.COMPLETE:
            flaky.append(node)
    return (Target(target.cause, tuple(again)) if again else None), tuple(flaky)


def flickered(nodes: Collection[NodeId], baseline: Run, others: Iterable[Run]) -> frozenset[NodeId]:
    """Return those of `nodes` that are green in the baseline and red in another run of the same tree, or the reverse.

    None of the runs may be of a patch.
    """
    found: set[NodeId] = set()
    for other in others:
        for node in nodes:
            if node in baseline.results and node in other.results:
                was, now = baseline.results[node].outcome, other.results[node].outcome
                if (was.is_green and now.is_red) or (was.is_red and now.is_green):
                    found.add(node)
    return frozenset(found)
