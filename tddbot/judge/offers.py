"""What is only offered: a scaffold that turns missing names into work to be done, and loses nothing."""

from tddbot.domain import Ending, Kind, Ruling, Run, Target, Verdict

_ABSENT = frozenset({"ImportError", "ModuleNotFoundError", "NameError", "AttributeError"})


def rule_offer(kind: Kind, target: Target, baseline: Run, proof: Run) -> Verdict:
    """Rule on a candidate that does not claim to be a fix, by a run of everything with it.

    OFFERED where no green test is lost and at least one red of the target is not red any more for a name that is
    missing.
    """
    lost = tuple(node for node in baseline.greens() if node not in proof.greens())
    if proof.ending is Ending.CANCELLED:
        return Verdict(Ruling.CANCELLED, (proof.detail,))
    if lost or proof.ending is Ending.REGRESSED:
        return Verdict(Ruling.REGRESSION, (proof.detail or "a green test is lost",), lost=lost)
    if proof.ending is not Ending.COMPLETE:
        return Verdict(Ruling.UNPROVEN, (proof.detail,))
    before, after = _absences(target.node_ids, baseline), _absences(target.node_ids, proof)
    if not before or after >= before:
        return Verdict(Ruling.STILL_RED, ("what the tests use is missing yet",))
    return Verdict(Ruling.OFFERED, (f"{kind.value}: nothing that the tests use is missing any more",))


def _absences(nodes: tuple[str, ...], run: Run) -> int:
    """Count the reds of these tests, or of the files that they are, that a missing name makes."""
    found = 0
    for node, result in run.results.items():
        of_target = any(node == each or node.startswith(f"{each}::") for each in nodes)
        kind = result.failure.kind.rpartition(".")[2] if result.failure else ""
        found += of_target and result.outcome.is_red and kind in _ABSENT
    return found
