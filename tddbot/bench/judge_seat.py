"""A case of the judge's benchmark as an opened repository, in which patches go the whole way of a proposal."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from tddbot.app import App, opened
from tddbot.bench.projects import environment
from tddbot.budget import Ledger
from tddbot.context.targets import targets
from tddbot.domain import Attempt, Candidate, Patch, Proposal, Resolution, Ruling, Run, Snapshot, Target
from tddbot.events import AttemptJudged, Event
from tddbot.judge.verdict import plausible
from tddbot.loop import fix
from tddbot.ports import Policy, Ports, ProposalRequest, Rung, ToolRequest, ToolRun
from tddbot.preparing import planned, take_baseline, with_tests_protected
from tddbot.proving import prove
from tddbot.repository.create import create
from tddbot.stop import Stop
from tddbot.work import Work, run

_GIVEN = "case"
_TOOL_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Given:
    """A generator that proposes these patches, and nothing else."""

    patches: tuple[Patch, ...]

    def propose(self, request: ProposalRequest, ledger: Ledger, stop: Stop) -> Iterator[Proposal]:
        """Yield them, as many as are asked for."""
        for patch in self.patches[: request.rung.width]:
            if stop.is_set() or ledger.exhausted():
                return
            yield Candidate(patch, _GIVEN)


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of the patches on one target: how that ended, and the attempts that led there."""

    resolution: Resolution
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True)
class JudgeSeat:
    """An opened repository. What is done here is what `tddbot fix` does, with the patches in a generator's place."""

    app: App
    jobs: int | None = None

    @cached_property
    def _taken(self) -> tuple[Snapshot, Run, Policy]:
        ports, policy = self.app.ports(), self.app.policy(apply=False)
        snapshot, baseline = take_baseline(ports, policy, Stop())
        policy = with_tests_protected(policy, baseline, ports.repository.read)
        return snapshot, baseline, replace(policy, jobs=self.jobs or policy.jobs, unpinned_seconds=0)

    @property
    def baseline(self) -> Run:
        """The run of everything before any patch. Raise UnfitError where it does not come to its end."""
        return self._taken[1]

    @property
    def targets(self) -> tuple[Target, ...]:
        """The red tests by cause."""
        return targets(self.baseline, self.baseline.reds())

    def judged(self, target: Target, patches: Sequence[Patch]) -> Judged:
        """Propose the patches for a target, side by side where there are several; return what the loop makes of it."""
        attempts: list[Attempt] = []

        def tell(event: Event) -> None:
            if isinstance(event, AttemptJudged):
                attempts.append(event.attempt)

        rung = Rung(_GIVEN, _GIVEN, role="large" if len(patches) > 1 else "", width=len(patches))
        ports = replace(self.app.ports(), generators={_GIVEN: Given(tuple(patches))}, tell=tell)
        return Judged(fix(self._work(target, rung, ports)), tuple(attempts))

    def unguarded(self, target: Target, patch: Patch) -> Attempt:
        """Return what the runs alone would say of a patch, had nobody looked at it before."""
        work, candidate = self._work(target, Rung(_GIVEN, _GIVEN), self.app.ports()), Candidate(patch, _GIVEN)
        search = run(work, candidate, target.node_ids, detail=True, warm=True)
        verdict = plausible(target, search)
        if verdict.ruling is not Ruling.PLAUSIBLE:
            return Attempt(candidate, search, verdict)
        return prove(work, candidate)

    def tool(self, module: str, *arguments: str) -> ToolRun:
        """Run `python -m module` on the repository as it is, in the jail."""
        request = ToolRequest(self.app.repository.snapshot(), module, arguments, seconds=_TOOL_SECONDS)
        return self.app.runner.tool(request, Stop())

    def work(self, target: Target) -> Work:
        """Return the work on a target, as the loop begins it."""
        return self._work(target, Rung(_GIVEN, _GIVEN), self.app.ports())

    def _work(self, target: Target, rung: Rung, ports: Ports) -> Work:
        snapshot, baseline, policy = self._taken
        return planned(ports, replace(policy, ladder=(rung,)), snapshot, baseline, target, Stop())


@contextmanager
def judge_seat(
    root: Path, files: Mapping[str, str], jobs: int | None = None, python: Path | None = None
) -> Iterator[JudgeSeat]:
    """Make a repository of these files at `root` and open it; its home, which is empty, lies beside it.

    Tests run in `python`, or else in tddbot's own, `jobs` of them side by side.
    """
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="")
    create(root, "As it is")
    with opened(root, _silent, None, environment(root), str(python or sys.executable)) as app:
        yield JudgeSeat(app, jobs)


def _silent(_: Event) -> None:
    """What is told is of no interest here."""
