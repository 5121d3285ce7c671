"""One project made ready to be measured: candidates for it, and the ways to a verdict, each checked and timed."""

import contextlib
import itertools
import os
import re
import resource
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from tddbot.bench.projects import environment
from tddbot.domain import Edit, Ending, NodeId, Outcome, Patch, Run, Snapshot
from tddbot.errors import ExitCode, TddbotError
from tddbot.ports import RunRequest
from tddbot.repository.git_repository import GitRepository
from tddbot.runner.interpreter import find
from tddbot.runner.jailed_runner import JailedRunner
from tddbot.runner.settings import RunnerSettings
from tddbot.runner.warmth import Warmth
from tddbot.stop import Stop

PLAIN, COLD, WARM = "plain", "cold", "warm"
_COUNTED = re.compile(r"(\d+) (passed|failed|skipped|xfailed|xpassed|error)s?\b")
_PATIENCE = 120.0
_OLDEST = 86_400.0
_BROKEN = 'raise RuntimeError("this candidate is broken")'


class WrongOutcomeError(TddbotError):
    """A run did not end as it must: no figure is made of it."""

    exit_code = ExitCode.BUG


@dataclass(frozen=True, slots=True)
class Subject:
    """A project to measure on: its Python, one test file and the module that it tests, as repository paths."""

    name: str
    title: str
    root: Path
    python: Path
    test: str
    module: str


@dataclass(frozen=True)
class Bed:
    """A subject with a runner on it and the outcomes of the baseline, which every later run of the file must have."""

    subject: Subject
    runner: JailedRunner
    snapshot: Snapshot
    baseline: Mapping[NodeId, Outcome]
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)

    def on(self, test: str, module: str) -> "Bed":
        """Return a bed on another test file of the project, with the same runner."""
        return replace(self, subject=replace(self.subject, test=test, module=module))

    def close(self) -> None:
        """End the zygote."""
        self.runner.close()

    @cached_property
    def expected(self) -> Mapping[NodeId, Outcome]:
        """The outcomes of the test file. Raise WrongOutcomeError where it is not green."""
        test = self.subject.test
        found = {node: outcome for node, outcome in self.baseline.items() if node.startswith(f"{test}::")}
        if Outcome.PASSED not in found.values() or any(outcome.is_red for outcome in found.values()):
            raise WrongOutcomeError(f"{self.subject.title}: {test} is not green before any candidate")
        return found

    @cached_property
    def _source(self) -> str:
        return (self.subject.root / self.subject.module).read_bytes().decode("utf-8")

    def candidate(self, line: str | None = None) -> Patch:
        """Return a patch that adds a line to the module under test: a comment, each time another one, or `line`."""
        added = f"# candidate {next(self._numbers)}" if line is None else line
        return Patch((Edit(self.subject.module, self._source, f"{self._source}\n{added}\n"),))

    def request(self, patch: Patch | None, way: str) -> RunRequest:
        """Return the request for the test file with `patch` laid over."""
        return RunRequest(self.snapshot, patch, tuple(self.expected), warm=way == WARM)

    def timed(self, way: str) -> float:
        """Try a candidate; return the seconds that its verdict took. Raise WrongOutcomeError where it is wrong."""
        patch = self.candidate()
        return self._plain(patch) if way == PLAIN else self._jailed(patch, way)

    def refuse_blindness(self, way: str) -> None:
        """Raise WrongOutcomeError unless a candidate that breaks the module is seen to do so."""
        patch = self.candidate(_BROKEN)
        if way == PLAIN:
            with self._laid(patch):
                is_red = self._pytest().returncode not in (0, 5)
        else:
            is_red = bool(self.runner.run(self.request(patch, way), Stop()).reds())
        if not is_red:
            raise WrongOutcomeError(f"{self.subject.title}: the {way} run does not see the candidate")

    def _jailed(self, patch: Patch, way: str) -> float:
        reaped = _reaped()
        started = time.perf_counter()
        run = self.runner.run(self.request(patch, way), Stop())
        seconds = time.perf_counter() - started
        self.check(run, way)
        if way == WARM and _reaped() != reaped:
            raise WrongOutcomeError(f"{self.subject.title}: a warm run was not warm, it started a process of its own")
        return seconds

    def check(self, run: Run, way: str) -> None:
        """Raise WrongOutcomeError unless the run is complete and every test ended as it must."""
        found = {node: result.outcome for node, result in run.results.items()}
        if run.ending is Ending.COMPLETE and found == self.expected:
            return
        odd = next((node for node in self.expected if found.get(node) != self.expected[node]), "none")
        raise WrongOutcomeError(
            f"{self.subject.title}: a {way} run is {run.ending} {run.detail}; first test that differs: {odd}"
        )

    def _plain(self, patch: Patch) -> float:
        """The time that writing the candidate takes is not counted."""
        with self._laid(patch):
            started = time.perf_counter()
            done = self._pytest()
            seconds = time.perf_counter() - started
        last = (done.stdout.strip() or "nothing").splitlines()[-1]
        counts = Counter({word: int(number) for number, word in _COUNTED.findall(last)})
        if done.returncode or counts != Counter(outcome.value for outcome in self.expected.values()):
            raise WrongOutcomeError(f"{self.subject.title}: plain pytest says: {last}")
        return seconds

    def _pytest(self) -> "subprocess.CompletedProcess[str]":
        variables = environment(self.subject.root)
        del variables["PYTHONDONTWRITEBYTECODE"]  # a plain run keeps what it compiled, and has it the next time
        command = [str(self.subject.python), "-m", "pytest", self.subject.test]
        return subprocess.run(command, cwd=self.subject.root, env=variables, capture_output=True, text=True)

    @contextlib.contextmanager
    def _laid(self, patch: Patch) -> Iterator[None]:
        """Write the patch into the tree, with a time stamp of its own, and take it back."""
        place = self.subject.root / self.subject.module
        before, times = place.read_bytes(), place.stat()
        try:
            place.write_bytes(patch.edits[0].after_bytes() or b"")
            stamp = 1_000_000_000 + next(self._numbers)
            os.utime(place, (stamp, stamp))
            yield
        finally:
            place.write_bytes(before)
            os.utime(place, ns=(times.st_atime_ns, times.st_mtime_ns))


def bed_on(subject: Subject, jobs: int = 0) -> Bed:
    """Return what to measure on; `jobs` run side by side (0: one a core). Raise as `bed_of` does."""
    repository = GitRepository.open(subject.root)
    return bed_of(subject, repository.files(), repository.snapshot(), jobs)


def bed_of(subject: Subject, files: tuple[str, ...], snapshot: Snapshot, jobs: int = 0) -> Bed:
    """Take the baseline, and wait for the zygote that it leads to; `files` are all those of the repository.

    Raise WrongOutcomeError where pytest does not come to its end, or there is no zygote.
    """
    variables = environment(subject.root)
    interpreter = find(subject.root, str(subject.python), variables)
    settings, warmth = RunnerSettings(jobs=jobs), Warmth(oldest=_OLDEST)
    runner = JailedRunner(subject.root, settings, lambda: interpreter, lambda: files, variables, warmth=warmth)
    run = runner.run(RunRequest(snapshot), Stop())
    if run.ending is not Ending.COMPLETE:
        raise WrongOutcomeError(f"{subject.title}: the baseline is {run.ending}: {run.detail}")
    runner.warmth.wait(_PATIENCE)
    return Bed(subject, runner, snapshot, {node: result.outcome for node, result in run.results.items()})


def _reaped() -> tuple[float, int]:
    """What changes when a child of ours has ended: a warm run's processes are the zygote's children."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime, usage.ru_minflt
