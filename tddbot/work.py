"""One target under work: what its attempts share, how it is run, how it ends and how its patch is delivered."""

import glob
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tddbot import events
from tddbot.budget import Ledger
from tddbot.context.secrets import redacted_failure
from tddbot.domain import (
    Applied,
    Attempt,
    Candidate,
    Conclusion,
    Dud,
    NodeId,
    Proposal,
    Resolution,
    Result,
    Run,
    Snapshot,
    Target,
)  # fmt: skip
from tddbot.judge.evidence import record
from tddbot.ports import Policy, Ports, RunRequest
from tddbot.protection import is_test
from tddbot.stop import Stop

MOST_TESTS = 40
"""The most tests of one cause that are worked on at once; a fix of these is a fix of the others."""

_MOST_NEIGHBOURS = 200


@dataclass(frozen=True, slots=True)
class Work:
    """A target under work: what all attempts at it have in common."""

    ports: Ports
    policy: Policy
    snapshot: Snapshot
    baseline: Run
    target: Target
    ledger: Ledger
    stop: Stop


def with_tests_protected(policy: Policy, baseline: Run, read: Callable[[str], bytes | None]) -> Policy:
    """Protect the files that tests were collected from but whose names do not say so (pytest's `python_files`).

    A module that only holds doctests, or that a linter's plugin checks, is no test: its items are not defined in it.
    """
    odd: dict[str, set[str]] = {}
    for node in baseline.results:
        path, *names = node.split("::")
        if names and path.endswith(".py") and not is_test(path):
            odd.setdefault(path, set()).add(names[0].partition("[")[0])
    tests = (glob.escape(path) for path, names in odd.items() if _defines_any(read(path) or b"", names))
    return replace(policy, protected=(*policy.protected, *tests))


def _defines_any(source: bytes, names: set[str]) -> bool:
    defined = re.findall(rb"^\s*(?:(?:async\s+)?def|class)\s+(\w+)", source, re.MULTILINE)
    return not names.isdisjoint(name.decode("utf-8", "replace") for name in defined)


def keep(work: Work, proposal: Proposal) -> Proposal:
    """Put a candidate into the store before anything else happens to it, and hand it on."""
    if isinstance(proposal, Candidate):
        work.ports.store.save_patch(proposal.patch, proposal.note)
    return proposal


def run(
    work: Work,
    proposal: Candidate | None,
    nodes: tuple[NodeId, ...] | None,
    *,
    detail: bool = False,
    trace: bool = False,
) -> Run:
    """Run tests with a candidate laid over the baseline; a test may take ten times as long as any did, and 5 s."""
    results = work.baseline.results
    longest = max((results[node].seconds for node in nodes or results if node in results), default=0.0)
    request = RunRequest(
        snapshot=work.snapshot,
        patch=proposal.patch if proposal else None,
        node_ids=nodes,
        detail=detail,
        trace=trace,
        keep=work.baseline.greens() if proposal else frozenset(),
        protected=work.policy.protected,
        seconds=min(work.policy.run_seconds, work.ledger.seconds_left()),
        test_seconds=min(work.policy.test_seconds, 5 + 10 * longest),
    )
    done = work.ports.runner.run(request, work.stop)
    return replace(done, results={node: _without_keys(result) for node, result in done.results.items()})


def _without_keys(result: Result) -> Result:
    """A result that may go to a model: failures show values, and values may be keys."""
    return result if result.failure is None else replace(result, failure=redacted_failure(result.failure))


def confirm(work: Work) -> Run:
    """Run the target again in detail, with its green neighbours, whose lines tell which ones are suspect."""
    files = {node.partition("::")[0] for node in work.target.node_ids}
    near = [node for node in work.baseline.results if node.partition("::")[0] in files and "::" in node]
    green = [node for node in near if work.baseline.results[node].outcome.is_green][:_MOST_NEIGHBOURS]
    return run(work, None, (*work.target.node_ids, *green), detail=True, trace=True)


def conclude(work: Work, conclusion: Conclusion, reason: str, attempts: Sequence[Attempt] = ()) -> Resolution:
    """Say how the target ended; the last attempt is the one that did it where it was fixed."""
    return Resolution(
        target=work.target,
        conclusion=conclusion,
        reason=reason,
        attempt=attempts[-1] if conclusion is Conclusion.FIXED else None,
        attempts=len(attempts),
        usage=work.ledger.spent,
        seconds=work.ledger.elapsed(),
        out_of_means=any(isinstance(attempt.proposal, Dud) and attempt.proposal.out_of_means for attempt in attempts)
        or (conclusion is Conclusion.GAVE_UP and work.ledger.exhausted() is not None),
    )


def why_given_up(attempts: Sequence[Attempt], exhausted: str | None) -> str:
    """Say in one line what was tried and what ended it."""
    duds = [attempt.proposal.reason for attempt in attempts if isinstance(attempt.proposal, Dud)]
    candidates = len(attempts) - len(duds)
    many = "the one candidate was not" if candidates == 1 else f"none of {candidates} candidates was"
    tried = [f"{many} accepted"] if candidates else []
    return "; ".join([*tried, *([exhausted] if exhausted else duds[-1:])]) or "nothing was proposed"


def deliver(work: Work, resolution: Resolution) -> Run | None:
    """Keep the record of a proven patch and apply it; return its proof where it is in the tree now."""
    attempt, ports = resolution.attempt, work.ports
    if attempt is None or attempt.run is None or not isinstance(attempt.proposal, Candidate):
        return None
    patch = attempt.proposal.patch
    evidence = record(resolution.target, attempt, work.baseline, resolution.seconds, resolution.usage)
    ports.store.record_evidence(evidence)
    ports.store.mark(patch.id, "proven")
    if not work.policy.apply:
        reason = "nothing is applied in a dry run"
    elif ports.repository.snapshot().tree != work.baseline.tree:
        reason = "the working tree changed while the patch was proven"
    else:
        outcome = ports.repository.apply(patch, work.policy.protected)
        if isinstance(outcome, Applied):
            ports.store.mark(patch.id, "applied")
            ports.tell(events.PatchApplied(patch, evidence))
            return attempt.run
        reason = outcome.reason
    ports.tell(events.PatchStored(patch, evidence, reason))
    return None
