"""What is only offered: a scaffold, which makes names that are missing into work to be done, and spoils nothing."""

from dataclasses import replace

from tddbot.domain import NodeId, Ruling, Run, Target, Verdict
from tddbot.judge.verdict import NAMED, unharmed

_ABSENT = frozenset({"ImportError", "ModuleNotFoundError", "NameError", "AttributeError"})


def rule_offer(target: Target, baseline: Run, proof: Run) -> Verdict:
    """Rule on a scaffold by a run of everything with it: OFFERED where it helps, and nothing is worse.

    It helps where a test of the target was red for a name that is missing and is no longer; a file that could not be
    collected for such a name, where any test of it is not. What is worse is what it is for a fix: a green test that is
    lost, a red or a test gone that was not before. Tests that are collected anew may be red.
    """
    verdict = unharmed(target, baseline, proof)
    if verdict.ruling is not Ruling.PLAUSIBLE:
        return verdict
    missed = [node for node in target.node_ids if _misses(node, baseline)]
    helped = [node for node in missed if any(not _misses(test, proof) for test in _tests_of(node, proof))]
    if not helped:
        return replace(verdict, ruling=Ruling.STILL_RED, reasons=("what the tests use is missing yet",))
    left = [test for node in missed for test in _tests_of(node, proof) if _misses(test, proof)]
    more = f" and {len(left) - NAMED} more" if len(left) > NAMED else ""
    reasons = (f"a name is missing yet: {', '.join(left[:NAMED])}{more}",) if left else ()
    return replace(verdict, ruling=Ruling.OFFERED, reasons=reasons)


def _tests_of(node: NodeId, run: Run) -> list[NodeId]:
    """The tests that a run has where another one had `node`: that test, or what the file or class holds now."""
    return [node] if node in run.results else [each for each in run.results if each.startswith(f"{node}::")]


def _misses(node: NodeId, run: Run) -> bool:
    """Whether a test is red for a name that is missing."""
    result = run.results[node]
    kind = result.failure.kind.rpartition(".")[2] if result.failure else ""
    return result.outcome.is_red and kind in _ABSENT
