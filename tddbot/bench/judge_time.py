"""What judging an accepted patch costs: from plausible to accepted, against one cold run of the suite it affects."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tddbot.bench.judge_seat import JudgeSeat, judge_seat
from tddbot.bench.judge_trials import BadCaseError
from tddbot.bench.measure import Measure, median
from tddbot.domain import Candidate, Edit, Patch
from tddbot.ports import RunRequest
from tddbot.proving import prove
from tddbot.stop import Stop

TARGET = 3.0
"""The most that issue 6 allows: times the affected suite's own cold time, proofs included."""

_PYTEST = '[tool.pytest.ini_options]\npythonpath = ["."]\n'
_GATES = "\n[tool.ruff]\nline-length = 100\n\n[tool.mypy]\nfiles = []\n"
_STUB = '''"""Sums of squares."""


def squares(limit: int) -> int:
    """Return the sum of the squares below the limit."""
    raise NotImplementedError


def cubes(limit: int) -> int:
    """Return the sum of the cubes below the limit."""
    return sum(number**3 for number in range(limit))
'''
_RIGHT = _STUB.replace("raise NotImplementedError", "return sum(number**2 for number in range(limit))")
_TESTS = """import pytest

from sums import cubes, squares


@pytest.mark.parametrize("times", range({red}))
def test_squares(times):
    limit = {work} + times
    assert squares(limit) == (limit - 1) * limit * (2 * limit - 1) // 6


@pytest.mark.parametrize("times", range({green}))
def test_cubes(times):
    limit = {work} + times
    assert cubes(limit) == ((limit - 1) * limit // 2) ** 2
"""


@dataclass(frozen=True, slots=True)
class Suite:
    """A project whose tests compute: so many red ones and green ones, each with so many steps."""

    name: str
    red: int
    green: int
    steps: int
    gates: bool = False

    def files(self) -> dict[str, str]:
        """Return its files, which are red."""
        tests = _TESTS.format(red=self.red, green=self.green, work=self.steps)
        return {
            "pyproject.toml": _PYTEST + (_GATES if self.gates else ""),
            "sums.py": _STUB,
            "tests/test_sums.py": tests,
        }


SUITES = (
    Suite("tiny", 1, 2, 10),
    Suite("tiny_with_gates", 1, 2, 10, gates=True),
    Suite("seconds", 2, 10, 2_500_000),
    Suite("seconds_with_gates", 2, 10, 2_500_000, gates=True),
    Suite("ten_seconds", 4, 36, 2_500_000),
)


def measured(scratch: Path, python: Path, quick: bool, say: Callable[[str], None]) -> Iterator[Measure]:
    """Yield the ratio of each suite, its median over three rounds, or of the two smallest over one."""
    suites, rounds = (SUITES[:2], 1) if quick else (SUITES, 3)
    for suite in suites:
        say(f"judging on the suite {suite.name}")
        with judge_seat(scratch / suite.name / "repository", suite.files(), None, python) as seat:
            pairs = [_timed(seat) for _ in range(rounds)]
        cold = median([pair[0] for pair in pairs])
        how = (
            f"{suite.red} red and {suite.green} green tests, which take {cold:.1f} s in a fresh process with the patch;"
            f" {rounds} round(s) of that and of judging, {seat.jobs or 'as many runs as cores'} side by side"
            + (", with Ruff and mypy" if suite.gates else "")
        )
        yield Measure(f"judge.time.{suite.name}.cold", cold, "s", how)
        ratio = median([judging / alone for alone, judging in pairs])
        yield Measure(f"judge.time.{suite.name}.ratio", ratio, "times the suite", how, "lower", TARGET)


def _timed(seat: JudgeSeat) -> tuple[float, float]:
    """Return the seconds of one cold run with the patch, and of the judging from plausible to accepted."""
    patch = Patch((Edit("sums.py", _STUB, _RIGHT),))
    (target,) = seat.targets
    work = seat.work(target)
    started = time.perf_counter()
    run = work.ports.runner.run(RunRequest(work.snapshot, patch), Stop())
    between = time.perf_counter()
    attempt = prove(work, Candidate(patch, "case"))
    ended = time.perf_counter()
    if run.reds() or not attempt.verdict.accepted:
        raise BadCaseError(f"the right patch is not accepted: {', '.join(attempt.verdict.reasons)}")
    return between - started, ended - between
