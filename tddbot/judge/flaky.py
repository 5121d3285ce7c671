"""Red twice before it counts: what is red once only is flaky and not worth a proposal."""

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
