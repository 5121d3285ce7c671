"""The ports as plain objects in memory: a working tree, its tests as functions of it, scripts and notes. No mocks."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from tddbot.budget import Budget, Ledger
from tddbot.domain import (
    Applied,
    Attempt,
    Brief,
    Candidate,
    Committed,
    Conflict,
    Dud,
    Edit,
    Ending,
    Evidence,
    Failure,
    NodeId,
    NotCommitted,
    Outcome,
    Patch,
    Proposal,
    Resolution,
    Result,
    Run,
    Snapshot,
    Usage,
)
from tddbot.events import Event
from tddbot.lab import Answer as LabAnswer
from tddbot.lab import Call, Example, Lab, LabRequest, Screened
from tddbot.ports import Policy, Ports, ProposalRequest, Rung, RunRequest, ToolRequest, ToolRun
from tddbot.stop import Stop

Tree = Mapping[str, str]
"""Texts by path."""

Test = Callable[[Tree], Outcome]
"""A test as a function of the tree that it runs on."""

Answer = Callable[[ProposalRequest, RunRequest, Stop], Run]

Kind = TypeVar("Kind")


@dataclass
class FakeRepository:
    """A working tree in a mapping, with every tree that a snapshot was taken of.

    `now` is called before each port call with its name, for what a user does meanwhile; `refusal` makes every apply
    a conflict, and `hook` is why nothing is committed; `messages` are those of the commits.
    """

    contents: MutableMapping[str, str]
    root: Path = Path("/repository")
    refusal: str | None = None
    now: Callable[[str], None] = lambda call: None
    trees: dict[str, dict[str, str]] = field(default_factory=dict)
    applied: list[Patch] = field(default_factory=list)
    hook: str | None = None
    messages: list[str] = field(default_factory=list)

    def refuse_if_busy(self) -> None:
        self.now("refuse_if_busy")

    def snapshot(self) -> Snapshot:
        self.now("snapshot")
        tree = hashlib.sha256(repr(sorted(self.contents.items())).encode()).hexdigest()
        self.trees[tree] = dict(self.contents)
        return Snapshot(self.root, tree)

    def files(self) -> tuple[str, ...]:
        self.now("files")
        return tuple(sorted(self.contents))

    def read(self, path: str) -> bytes | None:
        text = self.contents.get(path)
        return None if text is None else text.encode()

    def changes_since(self, tree: str, snapshot: Snapshot) -> Patch | None:
        if tree not in self.trees:
            return None
        then, now = self.trees[tree], self.trees[snapshot.tree]
        paths = sorted(path for path in then.keys() | now.keys() if then.get(path) != now.get(path))
        return Patch(tuple(Edit(path, then.get(path), now.get(path)) for path in paths))

    def apply(self, patch: Patch, protected: tuple[str, ...] = ()) -> Applied | Conflict:
        self.now("apply")
        if self.refusal is not None:
            return Conflict(self.refusal)
        for edit in patch.edits:
            if self.contents.get(edit.path) != edit.before:
                return Conflict(f"{edit.path} is not what it was")
        for edit in patch.edits:
            if edit.after is None:
                self.contents.pop(edit.path, None)
            else:
                self.contents[edit.path] = edit.after
        self.applied.append(patch)
        return Applied(patch.id)

    def commit(self, patch: Patch, message: str) -> Committed | NotCommitted:
        self.now("commit")
        if self.hook is not None:
            return NotCommitted(self.hook)
        self.messages.append(message)
        return Committed(f"{len(self.messages):040x}")


def laid_over(tree: Tree, patch: Patch | None) -> dict[str, str]:
    """The tree with a patch laid over it."""
    edits = {edit.path: edit.after for edit in patch.edits} if patch else {}
    return {path: text for path, text in {**tree, **edits}.items() if text is not None}


class NoLab:
    """A laboratory in which nothing can be found out."""

    fault = "there is no laboratory"

    def begin(self) -> None:
        """Do nothing."""

    def screen(self, patches: Iterable[Patch], stop: Stop, whole: bool = False) -> Iterator[Screened]:
        return iter(())

    def ask(
        self, path: str, expressions: Sequence[str], patches: Sequence[Patch | None], stop: Stop
    ) -> tuple[tuple[LabAnswer, ...], ...]:
        return ()

    def calls(self, path: str, functions: Sequence[str], stop: Stop) -> tuple[Call, ...]:
        return ()

    def examples(self, path: str, function: str, stop: Stop, patch: Patch | None = None) -> tuple[Example, ...]:
        return ()


@dataclass
class FakeRunner:
    """Answers by a function, and keeps what it was asked."""

    answer: Answer
    requests: list[RunRequest] = field(default_factory=list)
    labs: list[LabRequest] = field(default_factory=list)
    tools: list[ToolRequest] = field(default_factory=list)
    tool_answer: Callable[[ToolRequest], ToolRun] = lambda request: ToolRun(fault="there is none")

    def run(self, request: RunRequest, stop: Stop) -> Run:
        self.requests.append(request)
        return self.answer(request, stop)

    def tool(self, request: ToolRequest, stop: Stop) -> ToolRun:
        self.tools.append(request)
        return self.tool_answer(request)

    @contextmanager
    def lab(self, request: LabRequest) -> Iterator[Lab]:
        self.labs.append(request)
        yield NoLab()

    def tried(self) -> list[str]:
        """The IDs of the patches that were run, each as often as it was."""
        return [request.patch.id for request in self.requests if request.patch]


def suite(repository: FakeRepository, tests: Mapping[NodeId, Test]) -> Answer:
    """What a runner would answer for these tests: cancelled once stopped, regressed at the first test lost."""

    def answer(request: RunRequest, stop: Stop) -> Run:
        tree = laid_over(repository.trees[request.snapshot.tree], request.patch)
        results: dict[NodeId, Result] = {}
        run = Run(request.snapshot.tree, results, patch_id=request.patch.id if request.patch else None, jail="none")
        for node in tests if request.node_ids is None else [node for node in request.node_ids if node in tests]:
            if stop.is_set():
                return replace(run, ending=Ending.CANCELLED, detail="it was cancelled")
            results[node] = a_result(node, tests[node](tree))
            if node in request.keep and not results[node].outcome.is_green:
                return replace(run, ending=Ending.REGRESSED, detail=f"{node} was green")
        return run

    return answer


def a_result(node: NodeId, outcome: Outcome, seconds: float = 0.01) -> Result:
    """A result, with a failure where it is red."""
    failure = Failure("call", "AssertionError", f"assert {node}") if outcome.is_red else None
    return Result(node, outcome, seconds, failure)


def green_if(path: str, words: str) -> Test:
    """A test that passes where a file holds these words, and fails elsewhere."""
    return lambda tree: Outcome.PASSED if words in tree.get(path, "") else Outcome.FAILED


def always(outcome: Outcome) -> Test:
    """A test that never ends otherwise."""
    return lambda tree: outcome


def in_turn(*outcomes: Outcome) -> Test:
    """A test that ends differently from run to run; the last outcome stays."""
    left = list(outcomes)
    return lambda tree: left.pop(0) if len(left) > 1 else left[0]


Script = Sequence[Proposal] | Callable[[Brief, Stop], Iterable[Proposal]]


@dataclass
class ScriptedGenerator:
    """Proposes by a script: one entry a call, and nothing after the last. What costs is reserved and settled."""

    scripts: Iterable[Script]
    asked: list[ProposalRequest] = field(default_factory=list)
    drawn: list[Proposal] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._left = iter(self.scripts)

    def propose(self, request: ProposalRequest, ledger: Ledger, stop: Stop) -> Iterator[Proposal]:
        self.asked.append(request)
        script = next(self._left, ())
        for proposal in islice(script(request.brief, stop) if callable(script) else script, request.rung.width):
            if refusal := ledger.reserve(proposal.usage):
                yield Dud(refusal, "script", out_of_means=True)
                return
            ledger.settle(proposal.usage, proposal.usage)
            self.drawn.append(proposal)
            yield proposal


FREE = Usage()


def candidate(path: str, before: str | None, after: str | None, usage: Usage = FREE, note: str = "") -> Candidate:
    """A proposal of one edit."""
    return Candidate(Patch((Edit(path, before, after),)), "script", note or f"{path} anew", usage)


@dataclass
class MemoryStore:
    """What the real store remembers, in lists and dicts."""

    runs: list[Run] = field(default_factory=list)
    patches: dict[str, tuple[Patch, str]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    attempts: list[tuple[str, Attempt]] = field(default_factory=list)
    resolutions: list[Resolution] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    forgotten: set[NodeId] = field(default_factory=set)
    flickering: set[NodeId] = field(default_factory=set)

    def record_run(self, run: Run) -> None:
        self.runs.append(run)

    def last_outcomes(self) -> Mapping[NodeId, Outcome]:
        return {node: result.outcome for run in self.runs for node, result in run.results.items()}

    def green_tree(self, nodes: Collection[NodeId]) -> str | None:
        return next((run.tree for run in reversed(self.runs) if set(nodes) <= run.greens()), None)

    def record_flaky(self, nodes: Collection[NodeId]) -> None:
        self.flickering.update(nodes)

    def flaky(self) -> frozenset[NodeId]:
        return frozenset(self.flickering)

    def forget(self, nodes: Collection[NodeId]) -> None:
        self.forgotten.update(nodes)

    def save_patch(self, patch: Patch, note: str) -> None:
        self.patches.setdefault(patch.id, (patch, note))
        self.states.setdefault(patch.id, "stored")

    def record_attempt(self, target_id: str, attempt: Attempt) -> None:
        self.attempts.append((target_id, attempt))

    def record_resolution(self, resolution: Resolution) -> None:
        self.resolutions.append(resolution)

    def record_evidence(self, evidence: Evidence) -> None:
        if evidence.patch_id not in self.patches:
            raise LookupError(f"no patch {evidence.patch_id} was saved")
        self.evidence = [*(each for each in self.evidence if each.patch_id != evidence.patch_id), evidence]

    def mark(self, patch_id: str, state: str) -> None:
        if patch_id not in self.states:
            raise LookupError(f"no patch {patch_id} was saved")
        self.states[patch_id] = state


@dataclass
class FakePurse:
    """A day's money in a list: what is reserved and settled, and one clause that refuses everything."""

    refusal: str = ""
    reserved: list[Usage] = field(default_factory=list)
    settled: dict[int, Usage] = field(default_factory=dict)

    def reserve(self, worst: Usage, generator: str, target_id: str) -> int | str:
        if self.refusal:
            return self.refusal
        self.reserved.append(worst)
        return len(self.reserved)

    def settle(self, number: int, bill: Usage) -> None:
        assert number not in self.settled
        self.settled[number] = bill


@dataclass
class FakeMemory:
    """Facts in a dict."""

    known: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def facts(self, server: str, model: str) -> Mapping[str, Any]:
        return dict(self.known.get((server, model), {}))

    def learn(self, server: str, model: str, facts: Mapping[str, Any]) -> None:
        self.known.setdefault((server, model), {}).update(facts)


@dataclass
class Recorder:
    """A sink that keeps the events; `react` is called with each, for what a user does meanwhile."""

    events: list[Event] = field(default_factory=list)
    react: Callable[[Event], None] = lambda event: None

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self.react(event)

    def of(self, kind: type[Kind]) -> list[Kind]:
        """The events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    def names(self) -> list[str]:
        """The kinds of the events, in order."""
        return [type(event).__name__ for event in self.events]


@dataclass
class ManualClock:
    """A steady clock that stands until it is told to go on."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


class House:
    """All fakes in one hand, over one working tree, its tests and the scripts of its one generator."""

    def __init__(
        self,
        contents: MutableMapping[str, str],
        tests: Mapping[NodeId, Test],
        scripts: Iterable[Script] = (),
        root: Path = Path("/repository"),
    ) -> None:
        self.repository = FakeRepository(contents, root)
        self.runner = FakeRunner(suite(self.repository, tests))
        self.generator = ScriptedGenerator(scripts)
        self.store = MemoryStore()
        self.told = Recorder()
        self.clock = ManualClock()
        self.ports = Ports(
            self.repository, self.runner, {"script": self.generator}, self.store, self.told, self.clock
        )  # fmt: skip


def policy(
    *, rounds: int = 1, width: int = 5, rungs: int = 1, jobs: int = 1, apply: bool = True, budget: Budget | None = None
) -> Policy:
    """A policy whose every rung asks the scripted generator; what tests leave open is not looked for."""
    ladder = tuple(Rung(f"rung {number}", "script", rounds=rounds, width=width) for number in range(1, rungs + 1))
    return Policy(ladder, budget or Budget(), jobs, apply, unpinned_seconds=0.0)
