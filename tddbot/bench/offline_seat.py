"""The cases of the offline benchmark as one opened repository, in which the generator is asked about wrong modules."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tddbot.app import App, opened
from tddbot.bench.offline_cases import Case, write_project
from tddbot.bench.projects import environment
from tddbot.bench.watched import Watched
from tddbot.context.targets import targets
from tddbot.domain import Candidate, Dud, Edit, Ending, Kind, NodeId, Patch, Question, Run
from tddbot.errors import ExitCode, TddbotError
from tddbot.events import Event
from tddbot.generator.ladder import OFFLINE
from tddbot.lab import Lab, LabRequest
from tddbot.ports import ProposalRequest, RunRequest
from tddbot.preparing import confirm, gathered, planned
from tddbot.stop import Stop
from tddbot.work import begun

_PATIENCE = 120.0
_TEST_SECONDS = 2.0


class NoFigureError(TddbotError):
    """Something did not run as it must: no figure is made of it."""

    exit_code = ExitCode.BUG


@dataclass(frozen=True, slots=True)
class Reply:
    """What the generator said: a fix, a question, or neither, and its reason.

    `seconds` are from the request to the fix, the last dud or the end; `answered` and `verified` those to the first
    candidate that came back from the laboratory, and that passed in it.
    """

    fix: Candidate | None
    question: Question | None
    reason: str
    seconds: float
    answered: float | None
    verified: float | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A reply, with the laboratory in which it may yet be examined, and the tests that were red."""

    reply: Reply
    lab: Lab
    broken: str


@dataclass(frozen=True)
class OfflineSeat:
    """The project of all cases, opened as a command opens a repository. `nodes` are the tests of each case."""

    app: App
    nodes: Mapping[str, tuple[NodeId, ...]]

    @contextmanager
    def lab(self, case: Case) -> Iterator[Lab]:
        """Yield a laboratory in which the case is unwritten, so that patches of its stub tell any text from another."""
        with self._written(case, case.stub()):
            request = LabRequest(self.app.repository.snapshot(), self.nodes[case.name], test_seconds=_TEST_SECONDS)
            with self.app.runner.lab(request) as lab:
                yield lab

    @contextmanager
    def asked(self, case: Case, wrong: str) -> Iterator[Asked | None]:
        """Write a wrong module and ask the generator about it, as the loop would; None where the tests are green.

        What was changed since the tests were green is not told: that would be the slip itself.
        """
        with self._written(case, wrong):
            ports, stop = self.app.ports(), Stop()
            snapshot = ports.repository.snapshot()
            request = RunRequest(
                snapshot, node_ids=self.nodes[case.name], detail=True, test_seconds=_TEST_SECONDS, warm=True
            )
            confirmed = ports.runner.run(request, stop)
            target = next(iter(targets(confirmed, confirmed.reds())), None)
            if target is None:
                yield None
                return
            work = planned(ports, self.app.policy(), snapshot, confirmed, target, stop)
            rung = next(rung for rung in work.policy.ladder if rung.generator == OFFLINE)
            with begun(work) as lab:
                brief = gathered(work, confirm(work))
                watched = Watched(lab)
                asking = ProposalRequest(brief, rung, lab=watched)
                started = time.perf_counter()
                proposals = ports.generators[OFFLINE].propose(asking, work.ledger, stop)
                fix, duds = _first_fix(proposals)
                seconds = time.perf_counter() - started
                answered, verified = (
                    None if at is None else at - started for at in (watched.answered_at, watched.passed_at)
                )
                question = next((dud.question for dud in duds if dud.question is not None), None)
                reason = "; ".join(dud.reason for dud in duds)
                yield Asked(Reply(fix, question, reason, seconds, answered, verified), lab, wrong)

    @contextmanager
    def _written(self, case: Case, text: str) -> Iterator[None]:
        place = self.app.repository.root / case.module
        place.write_text(text, encoding="utf-8")
        try:
            yield
        finally:
            place.write_text(case.source, encoding="utf-8")

    def is_green(self, case: Case, patch: Patch) -> bool:
        """Return whether all tests of the case pass with the patch over the tree as it is."""
        snapshot = self.app.repository.snapshot()
        run = self.app.runner.run(
            RunRequest(snapshot, patch, self.nodes[case.name], test_seconds=_TEST_SECONDS, warm=True), Stop()
        )
        return run.ending is Ending.COMPLETE and run.greens() >= set(self.nodes[case.name])


def _first_fix(proposals: Iterator[object]) -> tuple[Candidate | None, list[Dud]]:
    duds: list[Dud] = []
    for proposal in proposals:
        if isinstance(proposal, Dud):
            duds.append(proposal)
        elif isinstance(proposal, Candidate) and proposal.kind is Kind.FIX:
            return proposal, duds
    return None, duds


def replaced(case: Case, before: str, after: str) -> Patch:
    """Return the patch of a case's module from one text to another."""
    return Patch((Edit(case.module, before, after),))


@contextmanager
def offline_seat(root: Path, cases: Sequence[Case]) -> Iterator[OfflineSeat]:
    """Write the cases, take the baseline and wait for the zygote. Raise NoFigureError where it cannot be had."""
    write_project(root, cases)
    with opened(root, _silent, None, environment(root), sys.executable) as app:
        snapshot = app.repository.snapshot()
        baseline = app.runner.run(RunRequest(snapshot, test_seconds=_TEST_SECONDS), Stop())
        if baseline.ending is not Ending.COMPLETE:
            raise NoFigureError(f"the baseline is {baseline.ending}: {baseline.detail}")
        app.runner.warmth.wait(_PATIENCE)
        yield OfflineSeat(app, {case.name: _nodes(case, baseline) for case in cases})


def _nodes(case: Case, baseline: Run) -> tuple[NodeId, ...]:
    """The tests of a case; () where not all of them are green, so that nothing can be measured with it."""
    found = {node: result for node, result in baseline.results.items() if node.partition("::")[0] == case.test_file}
    return tuple(found) if all(result.outcome.is_green for result in found.values()) else ()


def _silent(_: Event) -> None:
    """What is told is of no interest here."""
