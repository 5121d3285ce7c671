"""A Protocol for each thing that is impure, and for nothing that is pure."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tddbot.budget import Budget, Ledger
from tddbot.domain import (
    Applied,
    Attempt,
    Brief,
    Committed,
    Conflict,
    Evidence,
    NodeId,
    NotCommitted,
    Outcome,
    Patch,
    Proposal,
    Resolution,
    Run,
    Snapshot,
    Usage,
)
from tddbot.events import Sink
from tddbot.lab import Lab, LabRequest
from tddbot.stop import Stop

Clock = Callable[[], float]
"""Seconds from a steady clock."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to run. `node_ids` None means everything the project's configuration collects.

    `detail` asks for locals and pytest's long representation (dear on thousands of failures), `trace` for the lines
    that each test ran. `keep` are tests that must stay green: the run ends as regressed at the first one that does not,
    since it can prove nothing any more. `protected` are more patterns of files whose originals are laid over the patch.
    `seconds` bounds the whole run, `test_seconds` each test; both are wall clock. A `warm` run may happen in a fork of
    the zygote, to search; any other is in a fresh process, to prove. `split` asks that the patched modules run in a
    jail of their own, apart from the tests, where they are of a kind that can. `seed` varies in a cold run what
    depends on chance: Python's hashes, and the order of the tests where a plugin shuffles them; None leaves both.
    Requests of one `lane` (a target) wait behind each other for a place to run, and lanes take turns.
    """

    snapshot: Snapshot
    patch: Patch | None = None
    node_ids: tuple[NodeId, ...] | None = None
    detail: bool = False
    trace: bool = False
    keep: frozenset[NodeId] = frozenset()
    protected: tuple[str, ...] = ()
    seconds: float = 600.0
    test_seconds: float = 60.0
    warm: bool = False
    split: bool = False
    lane: str = ""
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """A tool of the project's own to run on a snapshot, with a patch laid over it: `python -m module arguments`.

    `protected` as in a run; `seconds` is wall clock.
    """

    snapshot: Snapshot
    module: str
    arguments: tuple[str, ...] = ()
    patch: Patch | None = None
    protected: tuple[str, ...] = ()
    seconds: float = 60.0
    lane: str = ""


@dataclass(frozen=True, slots=True)
class ToolRun:
    """What a tool printed to its standard output and how it ended; `fault` says in a clause why it could not run."""

    output: str = ""
    exit_code: int | None = None
    fault: str = ""


class Runner(Protocol):
    """Runs tests of a snapshot, with a patch laid over it, in a jail."""

    def run(self, request: RunRequest, stop: Stop) -> Run:
        """Return what happened; a breach of a limit is an outcome. Raise TddbotError where no jail is possible."""
        ...

    def tool(self, request: ToolRequest, stop: Stop) -> ToolRun:
        """Run a tool in a jail, in the project's Python. Raise TddbotError where no jail is possible."""
        ...

    def lab(self, request: LabRequest) -> AbstractContextManager[Lab]:
        """Return a laboratory, which costs nothing until it is used."""
        ...


class Repository(Protocol):
    """The user's git repository and working tree."""

    @property
    def root(self) -> Path:
        """The working tree's top, absolute and resolved."""
        ...

    def refuse_if_busy(self) -> None:
        """Raise UnfitError in the middle of a merge, rebase, cherry-pick, revert or bisect."""
        ...

    def snapshot(self) -> Snapshot:
        """Return the tree ID of the working tree as it is, leaving the repository as it was."""
        ...

    def files(self) -> tuple[str, ...]:
        """Return the paths that git tracks or would track, sorted."""
        ...

    def read(self, path: str) -> bytes | None:
        """Return a file's content in the working tree, or None where there is no regular file inside the repository."""
        ...

    def changes_since(self, tree: str, snapshot: Snapshot) -> Patch | None:
        """Return what leads from an older tree to the snapshot's, as a patch, without what no patch may touch.

        Files that are no text are left out; None where the older tree is not known any more.
        """
        ...

    def apply(self, patch: Patch, protected: tuple[str, ...] = ()) -> Applied | Conflict:
        """Write the patch by compare-and-swap on each file, all of it or nothing; `protected` as in a run."""
        ...

    def commit(self, patch: Patch, message: str) -> Committed | NotCommitted:
        """Commit an applied patch's files, and nothing else of the user's, as their own `git commit` would."""
        ...


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of escalation: which generator, how hard it thinks, how often and how widely it is asked.

    `role` is "small" or "large" and `effort` a reasoning effort; both are for models only. `width` bounds the proposals
    of one round; `rounds` counts the first answer and those to an error fed back. Each later round answers to the best
    `repaired` attempts of the one before.
    """

    name: str
    generator: str
    role: str = ""
    effort: str = ""
    rounds: int = 1
    width: int = 1
    repaired: int = 2


@dataclass(frozen=True, slots=True)
class Past:
    """What has changed: a patch from then to now, where the target `was_green` then; else since the last commit."""

    patch: Patch
    was_green: bool


def _no_past() -> Past | None:
    return None


@dataclass(frozen=True, slots=True)
class ProposalRequest:
    """What to propose for. `history` holds the attempts of this rung so far, `earlier` those of the rungs before it.

    Both are oldest first. A generator answers to the first and learns from the second, or ignores them. `clean` takes
    secrets out of whatever text leaves the machine. `lab` is where candidates may be tried first; `past` finds out,
    when asked, what was changed last.
    """

    brief: Brief
    rung: Rung
    history: tuple[Attempt, ...] = ()
    earlier: tuple[Attempt, ...] = ()
    clean: Callable[[str], str] = str
    lab: Lab | None = None
    past: Callable[[], Past | None] = _no_past


class Generator(Protocol):
    """A source of proposals."""

    def propose(self, request: ProposalRequest, ledger: Ledger, stop: Stop) -> Iterator[Proposal]:
        """Yield at most `rung.width` proposals: best first, each made when it is asked for, or as they come in.

        Every way to fail is a dud; an exception is a bug.
        """
        ...


class Purse(Protocol):
    """What all processes together spend on this repository in one day (UTC)."""

    def reserve(self, worst: Usage, generator: str, target_id: str) -> int | str:
        """Set `worst` aside and return its number, or say in one clause which limit refuses it.

        What is never settled, since its process died, stays charged at its worst.
        """
        ...

    def settle(self, number: int, bill: Usage) -> None:
        """Turn a reservation into the actual bill, and keep that as spent."""
        ...


class Memory(Protocol):
    """What was once found out about a model behind a server, kept between processes."""

    def facts(self, server: str, model: str) -> Mapping[str, Any]:
        """Return what is known, as plain JSON values by name; empty where nothing is."""
        ...

    def learn(self, server: str, model: str, facts: Mapping[str, Any]) -> None:
        """Keep these facts, beside those of other names."""
        ...


class Store(Protocol):
    """tddbot's memory in the git common directory."""

    def record_run(self, run: Run) -> None:
        """Keep the outcomes of a baseline."""
        ...

    def last_outcomes(self) -> Mapping[NodeId, Outcome]:
        """Return each node ID's outcome when it was last seen in a baseline."""
        ...

    def green_tree(self, nodes: Collection[NodeId]) -> str | None:
        """Return the tree of the newest kept run in which all of these tests were green, or None."""
        ...

    def record_flaky(self, nodes: Collection[NodeId]) -> None:
        """Keep that these tests came out green and red on one and the same tree."""
        ...

    def flaky(self) -> frozenset[NodeId]:
        """Return the tests that are known to flicker."""
        ...

    def forget(self, nodes: Collection[NodeId]) -> None:
        """Take these tests as never seen, so that their reds are news in the next baseline."""
        ...

    def save_patch(self, patch: Patch, note: str) -> None:
        """Keep a patch before anything else happens to it; saving the same patch again changes nothing."""
        ...

    def record_attempt(self, target_id: str, attempt: Attempt) -> None:
        """Keep an attempt, its verdict and its bill."""
        ...

    def record_resolution(self, resolution: Resolution) -> None:
        """Keep how a target ended."""
        ...

    def record_evidence(self, evidence: Evidence) -> None:
        """Keep the record of an accepted patch."""
        ...

    def mark(self, patch_id: str, state: str) -> None:
        """Set a patch's state: stored, proven, applied or undone."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """All that is impure, in one hand: what the loop works through."""

    repository: Repository
    runner: Runner
    generators: Mapping[str, Generator]
    store: Store
    tell: Sink
    clock: Clock


@dataclass(frozen=True, slots=True)
class Policy:
    """What the user has set. `jobs` candidates are tried side by side; without `apply`, patches are only stored.

    With `commit`, each patch that is applied is committed, too.

    `allow` are codes of the guard that forbid nothing, `strict` makes its warnings objections. What is green is
    repeated `repeats` times; `held_out` is the share of many cases that no brief shows. `gates` is "veto", "warn" or
    "off" by the name of a tool, which may take `gate_seconds`. At most `unpinned_seconds` go into what the tests leave
    open.

    The secrets of the user's own `environ` are kept from models, those of `key_names` whatever they look like.
    """

    ladder: tuple[Rung, ...]
    budget: Budget = field(default_factory=Budget)
    jobs: int = 2
    apply: bool = True
    protected: tuple[str, ...] = ()
    run_seconds: float = 1800.0
    test_seconds: float = 60.0
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    key_names: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    strict: bool = False
    repeats: int = 3
    held_out: float = 0.25
    gates: Mapping[str, str] = field(default_factory=dict)
    gate_seconds: float = 60.0
    unpinned_seconds: float = 10.0
    commit: bool = False
