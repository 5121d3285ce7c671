"""The record that goes with an accepted patch."""

import hashlib

from tddbot.domain import Attempt, Candidate, Edit, Evidence, Question, Ruling, Run, Target, Usage
from tddbot.proof import Proof, Unpinned

UNCHANGED = "tree unchanged"
"""That the working tree was still the one of the proof when all had been run; where it holds, a part of `held`."""


def record(
    target: Target,
    attempt: Attempt,
    baseline: Run,
    seconds: float,
    usage: Usage,
    *,
    lacks: tuple[str, ...] = (),
    unpinned: tuple[Unpinned, ...] = (),
    question: Question | None = None,
) -> Evidence:
    """Return the evidence of an attempt that was accepted, or is offered.

    `seconds` and `usage` are those of the whole target; `lacks` is what the jail of the proof could not hold. Raise
    ValueError for any other attempt: only a bug would ask for its record. What held against a forged report is what the
    proof says of itself, and that it ran in fresh processes.
    """
    candidate, run, verdict = attempt.proposal, attempt.run, attempt.verdict
    is_good = verdict.ruling in (Ruling.ACCEPTED, Ruling.OFFERED)
    if not is_good or run is None or not isinstance(candidate, Candidate):
        raise ValueError("only an attempt that was accepted or is offered has evidence")
    # What is only offered was run once with everything, and nothing else.
    proof = attempt.proof or Proof(seeds=(run.seed,) if run.seed else ())
    return Evidence(
        patch_id=candidate.patch.id,
        target=target.node_ids,
        cause=target.cause,
        tree=baseline.tree,
        won=verdict.won,
        kept=verdict.kept,
        proofs=proof.proofs,
        jail=run.jail,
        generator=candidate.generator,
        note=candidate.note,
        usage=usage,
        seconds=seconds,
        held=("cold proof", *run.held),
        kind=candidate.kind,
        repeats=proof.repeats,
        without=proof.without,
        seeds=proof.seeds,
        flaky=verdict.flaky,
        lacks=lacks,
        guard=verdict.warnings,
        gates=proof.gates,
        uncovered=proof.uncovered,
        unpinned=unpinned,
        question=question,
        model=candidate.model,
        effort=candidate.effort,
        digests={edit.path: _digest(edit) for edit in candidate.patch.edits},
    )


def _digest(edit: Edit) -> str:
    after = edit.after_bytes()
    return "" if after is None else hashlib.sha256(after).hexdigest()
