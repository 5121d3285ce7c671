"""The nouns of tddbot: frozen values on the standard library alone. Nothing here reads, writes or decides."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from tddbot.proof import Contradiction, Gate, Objection, Proof, Unpinned, Withheld

NodeId = str
"""pytest's own name of a test (`tests/test_a.py::test_b[1]`), or of a file that could not be collected."""


def _bytes(name: str) -> bytes:
    """The bytes of a name, which may come from a file system that does not speak UTF-8."""
    return name.encode("utf-8", "surrogateescape")


Lines = Mapping[str, frozenset[int]]
"""Lines that ran, by repository path (POSIX, relative to the root)."""


class Outcome(StrEnum):
    """How one test ended. Red and green are not opposites: a skipped test is neither."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"

    @property
    def is_red(self) -> bool:
        """Failed, errored, timed out or crashed."""
        return self in (Outcome.FAILED, Outcome.ERROR, Outcome.TIMEOUT, Outcome.CRASHED)

    @property
    def is_green(self) -> bool:
        """Passed, and nothing else."""
        return self is Outcome.PASSED


@dataclass(frozen=True, slots=True)
class Frame:
    """One entry of a traceback; `path` is relative to the repository where it lies in it, else absolute."""

    path: str
    line: int
    function: str
    locals: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a test is red, taken from pytest's report objects and never from printed text.

    `phase` is collect, setup, call or teardown; `kind` the exception's type name; `expected` and `actual` the two
    sides of the comparison that failed, where pytest knows them; `text` pytest's own long representation.
    """

    phase: str
    kind: str
    message: str
    frames: tuple[Frame, ...] = ()
    text: str = ""
    expected: str | None = None
    actual: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What one run says of one test."""

    node_id: NodeId
    outcome: Outcome
    seconds: float = 0.0
    failure: Failure | None = None


class Ending(StrEnum):
    """How a run as a whole ended. Only a complete run can prove anything; a regressed one ended at its first loss."""

    COMPLETE = "complete"
    REGRESSED = "regressed"
    INCOMPLETE = "incomplete"
    CANCELLED = "cancelled"
    UNUSABLE = "unusable"


class Breach(StrEnum):
    """A limit of the jail that the tests of a run reached."""

    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT = "output"
    PROCESSES = "processes"
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Swallowed:
    """An assertion that failed in a line of the repository and did not fail its test.

    `by` is the file that caught it, or whose call of a library did; "" where a thread or a task ended by it.
    """

    path: str
    line: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """The outcomes of one pytest execution on one tree.

    `tree` is the tree ID of the baseline; `patch_id` names the patch laid over it, if any. `coverage` is filled only
    where the request asked for a trace; so is `asserted`, which has a test only where all of it could be watched.
    `detail` says in one sentence why a run is not complete. `held` names what speaks against a forged report: the
    controls that this run passed, beyond the jail itself. `reached` has a sentence for each of `breaches`, with the
    limit's number. `seed` says what varied it, where that is known, such as `hash 7, order 7`: Python's hashes, and the
    order of the tests where a plugin shuffles them.
    """

    tree: str
    results: Mapping[NodeId, Result]
    ending: Ending = Ending.COMPLETE
    detail: str = ""
    seconds: float = 0.0
    patch_id: str | None = None
    coverage: Mapping[NodeId, Lines] = field(default_factory=dict)
    asserted: Mapping[NodeId, tuple[Swallowed, ...]] = field(default_factory=dict)
    jail: str = ""
    breaches: tuple[Breach, ...] = ()
    held: tuple[str, ...] = ()
    reached: tuple[str, ...] = ()
    seed: str = ""

    def reds(self) -> tuple[NodeId, ...]:
        """The red node IDs, in the order in which they ran."""
        return tuple(node for node, result in self.results.items() if result.outcome.is_red)

    def greens(self) -> frozenset[NodeId]:
        """The node IDs that passed."""
        return frozenset(node for node, result in self.results.items() if result.outcome.is_green)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The user's working tree at one moment: uncommitted and untracked files included, ignored ones not.

    `stamps` are each file's inode, size and times of change in nanoseconds: a save that was taken back shows in them.
    """

    root: Path
    tree: str
    head: str | None = None
    stamps: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)

    def differs(self, later: "Snapshot", but_for: Collection[str] = ()) -> bool:
        """Whether any file was written since, be it to the same content again; `but_for` are paths that may be."""
        if not but_for and self.tree != later.tree:
            return True
        paths = self.stamps.keys() | later.stamps.keys()
        return any(self.stamps.get(path) != later.stamps.get(path) for path in paths - set(but_for))


@dataclass(frozen=True, slots=True)
class Target:
    """Red tests that are worked on together because they share a cause. `results` are what the baseline said."""

    cause: str
    results: tuple[Result, ...]

    @property
    def node_ids(self) -> tuple[NodeId, ...]:
        """The node IDs to win."""
        return tuple(result.node_id for result in self.results)

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits that name this set of tests."""
        return hashlib.sha256(_bytes("\0".join(sorted(self.node_ids)))).hexdigest()[:12]


class Role(StrEnum):
    """Why an excerpt is in a brief. What is SIBLING, SIGNATURES or MAP may be left out where there is too much."""

    TEST = "test"
    CONFTEST = "conftest"
    SOURCE = "source"
    MISSING = "missing"
    SIBLING = "sibling"
    SIGNATURES = "signatures"
    MAP = "map"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One file of the repository as a generator sees it; a MISSING one is a module that the tests import.

    SIBLING are green tests beside the red ones, SIGNATURES a module without its bodies, MAP (path "") all files with
    the names that they define.
    """

    path: str
    text: str
    role: Role
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Brief:
    """A target and what a generator may see of the repository: secrets removed, protected files included as text.

    `red_lines` are the lines that the red tests ran; `green_lines` count, per path and line, the green tests that did.
    `withheld` are cases of the target that no model is shown; `shown` is the brief without them, for who is not to see
    them, None where nothing is withheld.
    """

    target: Target
    excerpts: tuple[Excerpt, ...]
    red_lines: Lines = field(default_factory=dict)
    green_lines: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    withheld: Withheld = field(default_factory=Withheld)
    shown: "Brief | None" = None

    def sources(self) -> tuple[Excerpt, ...]:
        """The existing files that a patch may change."""
        return tuple(excerpt for excerpt in self.excerpts if excerpt.role is Role.SOURCE)


@dataclass(frozen=True, slots=True)
class Edit:
    """One file's whole text before and after; None is absent. Line endings are those of the file, untranslated."""

    path: str
    before: str | None
    after: str | None
    encoding: str = "utf-8"

    def before_bytes(self) -> bytes | None:
        """The content that must be on disk before the edit, or None for no file."""
        return None if self.before is None else self.before.encode(self.encoding)

    def after_bytes(self) -> bytes | None:
        """The content after the edit, or None for no file."""
        return None if self.after is None else self.after.encode(self.encoding)

    def inverse(self) -> "Edit":
        """The edit that takes this one back."""
        return Edit(self.path, self.after, self.before, self.encoding)


@dataclass(frozen=True)
class Patch:
    """A set of edits, at most one a file, so that its inverse is the undo."""

    edits: tuple[Edit, ...]

    @cached_property
    def id(self) -> str:
        """Twelve hexadecimal digits of the content's digest."""
        digest = hashlib.sha256()
        for edit in sorted(self.edits, key=lambda edit: edit.path):
            for part in (_bytes(edit.path), edit.before_bytes(), edit.after_bytes()):
                digest.update(b"-" if part is None else b"%d:%s" % (len(part), part))
        return digest.hexdigest()[:12]

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths touched, in the order of the edits."""
        return tuple(edit.path for edit in self.edits)

    def inverse(self) -> "Patch":
        """The patch that takes this one back."""
        return Patch(tuple(edit.inverse() for edit in reversed(self.edits)))


@dataclass(frozen=True, slots=True)
class Usage:
    """What a proposal cost; tokens are the server's or else estimates.

    `usd` is what is known of the price: `unpriced_calls` of the calls cost something that nobody knows, and count 0.
    """

    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    usd: Decimal = Decimal(0)
    unpriced_calls: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.calls + other.calls,
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.usd + other.usd,
            self.unpriced_calls + other.unpriced_calls,
        )


class Kind(StrEnum):
    """What a candidate claims to be. Only a fix is ever applied by tddbot itself; the others are offered."""

    FIX = "fix"
    SCAFFOLD = "scaffold"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposal that can be tried.

    `note` says in words what it does, `reasoning` is a model's own summary of how it came to it; `replay` is the
    generator's own affair. `model` and `effort` are those that a model's answer came from.
    """

    patch: Patch
    generator: str
    note: str = ""
    usage: Usage = Usage()
    replay: tuple[object, ...] = ()
    reasoning: str = ""
    kind: Kind = Kind.FIX
    model: str = ""
    effort: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One of the patches between which a question decides; `test` is the line that holds with this one alone."""

    patch: Patch
    note: str
    test: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What the tests leave open: patches that all of them pass, and that are not the same.

    `call` is the smallest Python expression known on which they differ, "" where none was found; `path` is the file
    that a test of it would go into.
    """

    options: tuple[Option, ...]
    call: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a generator hands over that could not solve a target, as lines to be read.

    `suspects` are `path:line` with the source, likeliest first; `calls` what the red tests called, with which result;
    `rejected` edits that were tried, those that won most tests first.
    """

    suspects: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dud:
    """A proposal that cannot be tried: billed, but without a usable patch.

    `final` says that asking this generator again on this rung is of no use (a refusal, nothing left to try), and
    `out_of_means` that no further rung of its kind will do better (a wrong key, no quota, the budget). `contradiction`
    are the two tests of which a model says that no implementation can satisfy both. `question` is what one more test
    would decide, `findings` is what another generator may start from.
    """

    reason: str
    generator: str
    usage: Usage = Usage()
    final: bool = False
    out_of_means: bool = False
    replay: tuple[object, ...] = ()
    reasoning: str = ""
    contradiction: tuple[NodeId, ...] = ()
    question: Question | None = None
    findings: Findings | None = None


Proposal = Candidate | Dud


class Ruling(StrEnum):
    """What the judge says of an attempt; only ACCEPTED is applied, OFFERED waits for the user's `tddbot apply`.

    OVERFIT passes what was shown of the target and not what was withheld; GATED is green, and a check of the project's
    own objects.
    """

    ACCEPTED = "accepted"
    OFFERED = "offered"
    PLAUSIBLE = "plausible"
    DUD = "dud"
    FORBIDDEN = "forbidden"
    STILL_RED = "still red"
    OVERFIT = "overfit"
    REGRESSION = "regression"
    GATED = "gated"
    UNPROVEN = "unproven"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The ruling with its reasons; `won` are fail-to-pass, `lost` are pass-to-fail (skipped and vanished included).

    `flaky` are greens that were lost and are known to flicker by themselves; `warnings` are what the guard noticed and
    does not forbid.
    """

    ruling: Ruling
    reasons: tuple[str, ...] = ()
    won: tuple[NodeId, ...] = ()
    lost: tuple[NodeId, ...] = ()
    kept: int = 0
    flaky: tuple[NodeId, ...] = ()
    warnings: tuple[Objection, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the patch is proven."""
        return self.ruling is Ruling.ACCEPTED


@dataclass(frozen=True, slots=True)
class Attempt:
    """One proposal, tried once. `run` is the run that decided: none for a dud or a forbidden patch.

    `rung` names the step of the ladder that it came from; `proof` is there for what is accepted.
    """

    proposal: Proposal
    run: Run | None
    verdict: Verdict
    rung: str = ""
    proof: Proof | None = None


class Conclusion(StrEnum):
    """How the work on a target ended."""

    FIXED = "fixed"
    CONTRADICTORY = "contradictory tests"
    GAVE_UP = "gave up"
    FLAKY = "flaky"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a target ended, with the reason in one sentence and, when fixed, the attempt that did it.

    `out_of_means` tells that the model's service or the budget ended it, and not the difficulty of the target;
    `contradiction` names the two tests that no implementation can satisfy together. `question` is what one more test
    would decide, `offers` are attempts that the user may apply. `clash` shows two tests that contradict each
    other, where that was seen and not only said; `unpinned` is what no test notices of the patch.
    """

    target: Target
    conclusion: Conclusion
    reason: str = ""
    attempt: Attempt | None = None
    attempts: int = 0
    usage: Usage = Usage()
    seconds: float = 0.0
    out_of_means: bool = False
    contradiction: tuple[NodeId, ...] = ()
    question: Question | None = None
    offers: tuple[Attempt, ...] = ()
    clash: Contradiction | None = None
    unpinned: tuple[Unpinned, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """The patch is in the working tree."""

    patch_id: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """The patch was not applied and no byte was changed; `reason` names the path and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Committed:
    """An applied patch is in a commit, whose ID this is; `fault` says what has not followed it."""

    commit: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class NotCommitted:
    """An applied patch is in no commit, and why, in a clause; index and HEAD are as they were."""

    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The record that goes with every patch that was accepted or is offered: what was proven, where and at what cost.

    Of a scaffold was proven only that it spoils nothing. `digests` are the SHA-256 of each file after the patch ("" for
    none), by path; `lacks` is what the jail could not hold.
    """

    patch_id: str
    target: tuple[NodeId, ...]
    cause: str
    tree: str
    won: tuple[NodeId, ...]
    kept: int
    proofs: int
    jail: str
    generator: str
    note: str
    usage: Usage
    seconds: float
    held: tuple[str, ...] = ()
    kind: Kind = Kind.FIX
    repeats: int = 0
    without: int = 0
    seeds: tuple[str, ...] = ()
    flaky: tuple[NodeId, ...] = ()
    lacks: tuple[str, ...] = ()
    guard: tuple[Objection, ...] = ()
    gates: tuple[Gate, ...] = ()
    uncovered: tuple[str, ...] = ()
    unpinned: tuple[Unpinned, ...] = ()
    question: Question | None = None
    model: str = ""
    effort: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
