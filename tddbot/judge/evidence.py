"""The record that goes with an accepted patch."""

from tddbot.domain import Attempt, Candidate, Evidence, Ruling, Run, Target, Usage


def record(target: Target, attempt: Attempt, baseline: Run, seconds: float, usage: Usage) -> Evidence:
    """Return the evidence of an attempt that was accepted, or is offered.

    `seconds` and `usage` are those of the whole target. Raise ValueError for any other attempt: only a bug would ask
    for its record. What held against a forged report is what the proof says of itself, and that it ran in fresh
    processes.
    """
    candidate, proof = attempt.proposal, attempt.run
    is_good = attempt.verdict.ruling in (Ruling.ACCEPTED, Ruling.OFFERED)
    if not is_good or proof is None or not isinstance(candidate, Candidate):
        raise ValueError("only an attempt that was accepted or is offered has evidence")
    return Evidence(
        patch_id=candidate.patch.id,
        target=target.node_ids,
        cause=target.cause,
        tree=baseline.tree,
        won=attempt.verdict.won,
        kept=attempt.verdict.kept,
        proofs=1,
        jail=proof.jail,
        generator=candidate.generator,
        note=candidate.note,
        usage=usage,
        seconds=seconds,
        held=("cold proof", *proof.held),
        kind=candidate.kind,
    )
