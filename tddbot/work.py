"""One target under work: what its attempts share, and how they are run."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice

from tddbot.budget import Ledger
from tddbot.context.privacy.secrets import SHAPES, Redactor
from tddbot.domain import (
    Candidate,
    NodeId,
    Patch,
    Proposal,
    Result,
    Run,
    Snapshot,
    Target,
)  # fmt: skip
from tddbot.judge.gates.before import Before
from tddbot.judge.guard.ground import Ground
from tddbot.lab import Lab, LabRequest
from tddbot.ports import Past, Policy, Ports, RunRequest
from tddbot.proof import Withheld
from tddbot.protection import protected_as
from tddbot.stop import Stop
from tddbot.text import decode
from tddbot.withholding import blanked

_MOMENT = 2.0  # seconds
_MOST_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Work:
    """A target under work: what all attempts at it have in common. `before` is what checks say of the tree as it is."""

    ports: Ports
    policy: Policy
    snapshot: Snapshot
    baseline: Run
    target: Target
    ledger: Ledger
    stop: Stop
    redactor: Redactor = SHAPES
    ground: Ground = field(default_factory=Ground)
    lab: Lab | None = None
    flaky: frozenset[NodeId] = frozenset()
    before: Before = field(default_factory=Before, repr=False, compare=False)
    withheld: Withheld = field(default_factory=Withheld)


def keep(work: Work, proposal: Proposal) -> Proposal:
    """Put a candidate, or those between which is a tie, into the store before anything else happens, and hand it on."""
    if isinstance(proposal, Candidate):
        work.ports.store.save_patch(proposal.patch, proposal.note)
    elif proposal.question is not None:
        for option in proposal.question.options:
            work.ports.store.save_patch(option.patch, option.note)
    return proposal


def lab_request(work: Work) -> LabRequest:
    """Return what a laboratory for this target is to hold: its tests, then the greens, those of the same files first.

    All greens where they take no longer than a moment together, else those of the nearest that fit into it.
    """
    return LabRequest(
        snapshot=work.snapshot,
        target=work.target.node_ids,
        keep=tuple(islice(_quick(work), _MOST_KEPT)),
        protected=work.policy.protected,
        seconds=min(work.policy.run_seconds, work.ledger.seconds_left()),
        test_seconds=min(work.policy.test_seconds, 10 + work.baseline.seconds),
        lane=work.target.id,
    )


def _quick(work: Work) -> Iterator[NodeId]:
    """Yield green tests, those of the target's files first, without what does not fit into what is left of a moment."""
    files = {node.partition("::")[0] for node in work.target.node_ids}
    green = [result for result in work.baseline.results.values() if result.outcome.is_green]
    left = _MOMENT
    for result in sorted(green, key=lambda each: each.node_id.partition("::")[0] not in files):
        if result.seconds <= left:
            left -= result.seconds
            yield result.node_id


@contextmanager
def begun(work: Work) -> Iterator[Lab]:
    """Lend a laboratory for the target, which is set up while other things are seen to."""
    with work.ports.runner.lab(lab_request(work)) as lab:
        lab.begin()
        yield lab


def past(work: Work) -> Past | None:
    """Return what has changed since the target was green; where that is nothing, or not known, since the last commit.

    None where nothing is known to have changed that a patch may touch.
    """
    green = work.ports.store.green_tree(work.target.node_ids)
    for tree in filter(None, (green, work.snapshot.head)):
        patch = work.ports.repository.changes_since(tree, work.snapshot)
        edits = patch.edits if patch else ()
        if open_ := tuple(edit for edit in edits if protected_as(edit.path, work.policy.protected) is None):
            return Past(Patch(open_), was_green=tree == green)
    return None


def run(
    work: Work,
    proposal: Candidate | None,
    nodes: tuple[NodeId, ...] | None,
    *,
    detail: bool = False,
    trace: bool = False,
    warm: bool = False,
    split: bool = False,
    seed: int | None = None,
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
        keep=work.baseline.greens() - work.flaky if proposal else frozenset(),
        protected=work.policy.protected,
        seconds=min(work.policy.run_seconds, work.ledger.seconds_left()),
        test_seconds=min(work.policy.test_seconds, 10 + work.baseline.seconds),
        warm=warm,
        split=split,
        lane=work.target.id,
        seed=seed,
    )
    done = work.ports.runner.run(request, work.stop)
    return replace(done, results={node: _tellable(result, work) for node, result in done.results.items()})


def _tellable(result: Result, work: Work) -> Result:
    """A result that may go to a model: failures show values, and values may be keys, or of a case that is withheld."""
    if result.failure is None:
        return result
    return blanked(replace(result, failure=work.redactor.redacted_failure(result.failure)), work.withheld)


def test_texts(work: Work) -> dict[str, str]:
    """The files of the target's tests that can be read, by path."""
    files = {node.partition("::")[0] for node in work.target.node_ids}
    sources = {path: work.ports.repository.read(path) for path in files}
    return {path: text[0] for path, source in sources.items() if source and (text := decode(source))}
