"""The record that goes with an accepted patch."""

from tddbot.domain import Attempt, Candidate, Evidence, Run, Target, Usage


def record(target: Target, attempt: Attempt, baseline: Run, seconds: float, usage: Usage) -> Evidence:
    """Return the evidence of an accepted attempt; `seconds` and `usage` are those of the whole target.

    Raise ValueError for an attempt that was not accepted: only a bug would ask for its record. What held against a
    forged report is what the proof says of itself, and that it ran in fresh processes.
    """
    candidate, proof = attempt.proposal, attempt.run
    if not attempt.verdict.accepted or proof is None or not isinstance(candidate, Candidate):
        raise ValueError("only an accepted attempt has evidence")
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
    )
