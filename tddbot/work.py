"""One target under work: what its attempts share, how it is run, how it ends and how its patch is delivered."""

import ast
import glob
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from tddbot import events
from tddbot.budget import Ledger
from tddbot.context.brief import survey
from tddbot.context.privacy.environment import redactor_of
from tddbot.context.privacy.ignored import though_used
from tddbot.context.privacy.secrets import SHAPES, Redactor
from tddbot.domain import (
    Applied,
    Attempt,
    Brief,
    Candidate,
    Conclusion,
    Dud,
    Ending,
    NodeId,
    Proposal,
    Resolution,
    Result,
    Ruling,
    Run,
    Snapshot,
    Target,
)  # fmt: skip
from tddbot.errors import UnfitError
from tddbot.generator.progress import best, stuck
from tddbot.judge.contradiction import contradiction
from tddbot.judge.evidence import record
from tddbot.judge.flaky import twice_red
from tddbot.judge.hopeless import hopeless
from tddbot.judge.tables import Cases, cases
from tddbot.judge.verdict import plausible
from tddbot.parsing import parsed
from tddbot.ports import Policy, Ports, ProposalRequest, RunRequest
from tddbot.protection import is_test
from tddbot.runner.split import HELD, reason_unfit
from tddbot.stop import Stop
from tddbot.text import decode

MOST_TESTS = 40
"""The most tests of one cause that are worked on at once; a fix of these is a fix of the others."""

_MOST_NEIGHBOURS = 200
_REPEATS = 2
_FLICKERS = "the target is flaky: it was green with the patch, and then not again"
_FORGED = "the target was green with the patch in the tests' own process, but not with the two apart from each other"

_HINT = "Does `python -m pytest` run here? The limits are run_seconds and test_seconds in [tool.tddbot.runner]."


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
    redactor: Redactor = SHAPES
    cases: tuple[Cases, ...] = ()


def take_baseline(ports: Ports, policy: Policy, stop: Stop) -> tuple[Snapshot, Run]:
    """Run everything on the working tree as it is. Raise UnfitError where pytest cannot run to its end."""
    snapshot = ports.repository.snapshot()
    ports.tell(events.BaselineStarted(snapshot.tree))
    request = RunRequest(snapshot, seconds=policy.run_seconds, test_seconds=policy.test_seconds)
    baseline = ports.runner.run(request, stop)
    if baseline.ending is Ending.COMPLETE:
        ports.store.record_run(baseline)
    elif baseline.ending is not Ending.CANCELLED:
        raise UnfitError(f"the tests could not be run to their end: {baseline.detail}", _HINT)
    return snapshot, baseline


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


def planned(ports: Ports, policy: Policy, snapshot: Snapshot, baseline: Run, cluster: Target, stop: Stop) -> Work:
    """Return the work on a cluster of red tests, or on the first of them where it is large, with means of its own."""
    target = replace(cluster, results=cluster.results[:MOST_TESTS])
    files, read = ports.repository.files(), ports.repository.read
    redactor = redactor_of(files, read, policy.environ, policy.key_names)
    ledger = Ledger(policy.budget, ports.clock)
    return Work(ports, policy, snapshot, baseline, target, ledger, Stop(stop), redactor)


def prepare(work: Work) -> tuple[Work, Brief] | Resolution:
    """Make sure that the target is red, and gather what a generator may see; or say why there is nothing to try."""
    work.ports.tell(events.TargetStarted(work.target))
    again = confirm(work)
    target, flaky = twice_red(work.target, again)
    if again.ending is not Ending.COMPLETE:
        ended = Conclusion.CANCELLED if again.ending is Ending.CANCELLED else Conclusion.GAVE_UP
        return conclude(work, ended, again.detail)
    if target is None:
        return conclude(work, Conclusion.FLAKY, f"red once, then not again: {', '.join(flaky[:5])}")
    work = replace(work, target=target)
    if reason := hopeless(target):
        return conclude(work, Conclusion.GAVE_UP, reason)
    return replace(work, cases=_cases(work)), gathered(work, again)


def _cases(work: Work) -> tuple[Cases, ...]:
    """The cases of the target's tests; those of a file that cannot be collected are all that it has."""
    names = {node.partition("[")[0].rpartition("::")[2] for node in work.target.node_ids if "::" in node}
    whole = {node for node in work.target.node_ids if "::" not in node}
    trees = {path: parsed(text) for path, text in _test_texts(work).items()}
    return tuple(
        each
        for path, tree in trees.items()
        if isinstance(tree, ast.Module)
        for each in cases(tree, None if path in whole else names)
    )


def _test_texts(work: Work) -> dict[str, str]:
    """The files of the target's tests that can be read, by path."""
    files = {node.partition("::")[0] for node in work.target.node_ids}
    sources = {path: work.ports.repository.read(path) for path in files}
    return {path: text[0] for path, source in sources.items() if source and (text := decode(source))}


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
    warm: bool = False,
    split: bool = False,
) -> Run:
    """Run tests with a candidate laid over the baseline.

    A test may take 10 s and as long as the whole baseline did: what fails at once may be slow when it is right, and
    fixtures take their time, too.
    """
    request = RunRequest(
        snapshot=work.snapshot,
        patch=proposal.patch if proposal else None,
        node_ids=nodes,
        detail=detail,
        trace=trace,
        keep=work.baseline.greens() if proposal else frozenset(),
        protected=work.policy.protected,
        seconds=min(work.policy.run_seconds, work.ledger.seconds_left()),
        test_seconds=min(work.policy.test_seconds, 10 + work.baseline.seconds),
        warm=warm,
        split=split,
        lane=work.target.id,
    )
    done = work.ports.runner.run(request, work.stop)
    return replace(done, results={node: _without_keys(result, work.redactor) for node, result in done.results.items()})


def _without_keys(result: Result, redactor: Redactor) -> Result:
    """A result that may go to a model: failures show values, and values may be keys."""
    return result if result.failure is None else replace(result, failure=redactor.redacted_failure(result.failure))


def confirm(work: Work) -> Run:
    """Run the target again in detail, with its green neighbours, whose lines tell which ones are suspect."""
    files = {node.partition("::")[0] for node in work.target.node_ids}
    near = [node for node in work.baseline.results if node.partition("::")[0] in files and "::" in node]
    green = [node for node in near if work.baseline.results[node].outcome.is_green][:_MOST_NEIGHBOURS]
    return run(work, None, (*work.target.node_ids, *green), detail=True, trace=True)


def gathered(work: Work, confirmed: Run) -> Brief:
    """Return what a generator may see for this target, and tell what is kept out of it although it belongs there."""
    repository = work.ports.repository
    files = tuple(path for path in repository.files() if not work.redactor.hides(path))
    protected = work.policy.protected
    seen = survey(work.target, confirmed, files, repository.read, protected, work.redactor, work.baseline)
    kept = though_used(work.redactor.hidden, work.target, confirmed)
    for sentence in (*seen.withheld, *filter(None, [kept])):
        work.ports.tell(events.Notice(sentence, warning=True))
    return seen.brief


def unsteady(work: Work, candidate: Candidate) -> tuple[str | None, tuple[str, ...]]:
    """Repeat both sides of an accepted attempt, once with the patched modules apart from the tests where they can be.

    Return in which way the result was luck or forged, or None where it holds; and what the repeats held besides.
    """
    held: tuple[str, ...] = ()
    for number in range(_REPEATS):
        without = run(work, None, work.target.node_ids)
        if without.ending is Ending.COMPLETE and set(work.target.node_ids) - set(without.reds()):
            return "the target is flaky: this time it was green without the patch, too", ()
        apart = _apart(work, candidate) if number == 0 else None
        again = apart or run(work, candidate, work.target.node_ids)
        if plausible(work.target, again).ruling is not Ruling.PLAUSIBLE:
            return _FORGED if apart else _FLICKERS, ()
        held = (HELD,) if apart else held
    return None, held


def _apart(work: Work, candidate: Candidate) -> Run | None:
    """Run the target with the patched modules in a jail of their own; None where that says nothing."""
    files, texts = {node.partition("::")[0] for node in work.target.node_ids}, _test_texts(work)
    if len(texts) < len(files) or reason_unfit(candidate.patch, texts, work.target.node_ids):
        return None
    done = run(work, candidate, work.target.node_ids, split=True)
    return done if HELD in done.held and done.ending in (Ending.COMPLETE, Ending.INCOMPLETE) else None


class Step(Enum):
    """Where the climb goes after a round: another round of this rung, the next rung, or nowhere."""

    STAY = "stay"
    UP = "up"
    END = "end"


def next_step(request: ProposalRequest, history: Sequence[Attempt]) -> tuple[Step, str]:
    """Return where to go after a round, and why it goes up early; `history` are the rung's attempts, this round's last.

    Up where nothing of the round can be improved on, or more of the same is of no use.
    """
    latest = history[len(request.history) :]
    duds = [attempt.proposal for attempt in latest if isinstance(attempt.proposal, Dud)]
    if any(dud.out_of_means for dud in duds) or contradiction((*request.earlier, *history)):
        return Step.END, ""
    if len(duds) == len(latest) and (not latest or any(dud.final for dud in duds)):
        return Step.UP, next((dud.reason for dud in duds), "")
    why = stuck(history, request.earlier)
    return Step.UP if why else Step.STAY, why


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
    """Say in one line what was tried, which of a model's patches came nearest, and what ended it."""
    duds = [attempt.proposal.reason for attempt in attempts if isinstance(attempt.proposal, Dud)]
    candidates = len(attempts) - len(duds)
    many = "the one candidate was not" if candidates == 1 else f"none of {candidates} candidates was"
    tried = [f"{many} accepted"] if candidates else []
    nearest = [each.proposal for each in best(attempts, 1) if each.run is not None]
    tried += [f"the nearest is patch {each.patch.id}" for each in nearest if isinstance(each, Candidate)]
    return "; ".join([*tried, *([exhausted] if exhausted else duds[-1:])]) or "nothing was proposed"


def deliver(work: Work, resolution: Resolution) -> tuple[Snapshot, Run] | None:
    """Keep the record of a proven patch and apply it; return the next snapshot and baseline where it is in the tree.

    The proof ran on just what the tree is then, unless a file was saved meanwhile.
    """
    attempt, ports = resolution.attempt, work.ports
    if attempt is None or attempt.run is None or not isinstance(attempt.proposal, Candidate):
        return None
    patch = attempt.proposal.patch
    evidence = record(resolution.target, attempt, work.baseline, resolution.seconds, resolution.usage)
    ports.store.record_evidence(evidence)
    ports.store.mark(patch.id, "proven")
    if not work.policy.apply:
        reason = "nothing is applied in a dry run"
    elif work.snapshot.differs(ports.repository.snapshot()):
        reason = "the working tree changed while the patch was proven"
    else:
        outcome = ports.repository.apply(patch, work.policy.protected)
        if isinstance(outcome, Applied):
            ports.store.mark(patch.id, "applied")
            ports.tell(events.PatchApplied(patch, evidence))
            after = ports.repository.snapshot()
            if not work.snapshot.differs(after, patch.paths):
                return after, replace(attempt.run, tree=after.tree, patch_id=None)
            return None
        reason = outcome.reason
    ports.tell(events.PatchStored(patch, evidence, reason))
    return None
