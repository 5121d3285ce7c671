"""xdist in a project's addopts: kept for whole suites, with the same results as one process has; off elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tddbot.domain import Ending, Failure, Outcome
from tests.runner.tools import Project, outcomes

TESTS = """
import os, pytest

def worker(): return os.environ.get("PYTEST_XDIST_WORKER")

@pytest.mark.parametrize("n", range(6))
def test_number(n): assert n != 3

def test_worker(): assert worker() is None
"""


@pytest.fixture
def spread(tmp_path: Path) -> Iterator[Project]:
    with Project(tmp_path / "project") as project:
        yield project.write({"pytest.ini": "[pytest]\naddopts = -n 2\n"})


def test_a_whole_suite_is_spread_and_single_tests_are_not(spread: Project) -> None:
    spread.write({"test_a.py": TESTS})
    red = {"test_number[3]": Outcome.FAILED, "test_worker": Outcome.FAILED}
    assert {name: found for name, found in outcomes(spread.run()).items() if found.is_red} == red
    assert outcomes(spread.run("test_a.py::test_worker")) == {"test_worker": Outcome.PASSED}
    assert outcomes(spread.run(trace=True))["test_worker"] is Outcome.PASSED
    assert spread.zygote is not None
    assert outcomes(spread.run(warm=True))["test_worker"] is Outcome.PASSED


@pytest.mark.parametrize("detail", [False, True])
def test_failures_are_described_as_in_one_process(spread: Project, detail: bool) -> None:
    source = """
import pytest
def deep(x): return {"x": x, "half": "\\ud800"}
def test_compare():
    value = deep(1)
    assert value == {"x": 2}
def test_raise():
    y = "größer"
    raise ValueError(y)
@pytest.fixture
def broken(): raise OSError(2, "no")
def test_setup(broken): pass
@pytest.mark.xfail(strict=True)
def test_strict(): pass
@pytest.mark.xfail
def test_known(): assert 0
@pytest.mark.skip
def test_skipped(): pass
"""
    broken = {
        "test_broken.py": "import nothing_of_that_name\n",
        "test_skip.py": "import pytest\npytest.skip('x', allow_module_level=True)\n",
    }
    spread.write({"test_a.py": source, **broken})
    side_by_side = spread.run(detail=detail)
    spread.write({"pytest.ini": "[pytest]\n"})
    alone = spread.run(detail=detail)
    assert side_by_side.ending is alone.ending is Ending.COMPLETE
    assert outcomes(side_by_side) == outcomes(alone)
    for node, result in alone.results.items():
        assert told(side_by_side.results[node].failure) == told(result.failure)


def told(failure: Failure | None) -> object:
    """All but the text of a file that cannot be imported, in which the option for the style of tracebacks shows."""
    return failure and (failure.phase, failure.kind, failure.message, failure.frames, failure.expected, failure.actual)


def test_a_hang_and_a_crash_are_blamed_on_their_tests(spread: Project) -> None:
    ends = "import os, time\ndef test_hang(): time.sleep(60)\ndef test_crash(): os._exit(0)\n"
    spread.write({"test_a.py": TESTS, "test_ends.py": ends})
    run = spread.run(test_seconds=2.0)
    assert run.ending is Ending.COMPLETE, run.detail
    found = outcomes(run)
    assert (found["test_hang"], found["test_crash"]) == (Outcome.TIMEOUT, Outcome.CRASHED)
    assert found["test_number[3]"] is Outcome.FAILED
    assert found["test_number[2]"] is Outcome.PASSED


def test_workers_that_collect_different_tests(spread: Project) -> None:
    source = "import os, pytest\n@pytest.mark.parametrize('n', [os.getpid()])\ndef test_a(n): pass\n"
    run = spread.write({"test_a.py": source, "test_b.py": "def test_b(): pass\n"}).run()
    assert run.ending is Ending.COMPLETE, run.detail
    assert len(run.greens()) == 2


def test_the_first_loss_ends_a_spread_run(spread: Project) -> None:
    many = "import time, pytest\n@pytest.mark.parametrize('n', range(100))\n"
    source = many + "def test_a(n):\n    assert n\n    time.sleep(0.3)\n"
    run = spread.write({"test_a.py": source}).run(keep=frozenset({"test_a.py::test_a[0]"}))
    assert run.ending is Ending.REGRESSED
    assert len(run.results) < 50


def test_a_conftest_of_a_candidate_is_seen_in_the_workers(spread: Project) -> None:
    sly = "import pathlib\npathlib.Path('tests/deep/conftest.py').write_text('')\n"
    spread.write(
        {
            "sly.py": "",
            "tests/test_a.py": "import sly\ndef test_a(): pass\n",
            "tests/deep/test_b.py": "def test_b(): pass\n",
        }
    )
    spread.write({"tests/conftest.py": "import sys\nsys.path.insert(0, '.')\n"})
    assert len(spread.run().greens()) == 2
    spread.write(
        {"tests/test_a.py": "def test_a(): pass\n", "tests/deep/test_b.py": "import sly\ndef test_b(): pass\n"}
    )
    spread.write({"tests/aa/test_c.py": "import sly\ndef test_c(): pass\n"})
    run = spread.run(patch=spread.patch(sly=sly))
    assert run.ending is Ending.INCOMPLETE
    assert "tests/deep/conftest.py took part" in run.detail


def test_no_test_at_all(spread: Project) -> None:
    spread.write({"module.py": ""})
    run = spread.run()
    assert (run.ending, run.results) == (Ending.COMPLETE, {})


def test_an_error_inside_pytest_is_told_as_in_one_process(spread: Project) -> None:
    spread.write({"conftest.py": "def pytest_runtest_logreport(): raise SystemError('hook')\n", "test_a.py": TESTS})
    run = spread.run()
    assert run.ending is Ending.UNUSABLE
    assert "SystemError: hook" in run.detail


def test_a_test_that_ends_the_session(spread: Project) -> None:
    spread.write({"test_a.py": "import pytest\ndef test_a(): pytest.exit('enough')\n", "test_b.py": TESTS})
    found = outcomes(spread.run())
    assert (found["test_a"], found["test_number[3]"], found["test_number[2]"]) == (
        Outcome.CRASHED,
        Outcome.FAILED,
        Outcome.PASSED,
    )


def test_a_report_that_is_forged_in_a_worker(spread: Project) -> None:
    forger = """
import _pytest.reports
honest = _pytest.reports.TestReport.from_item_and_call.__func__
def forged(cls, item, call):
    report = honest(cls, item, call)
    report.outcome, report.longrepr = "passed", None
    return report
_pytest.reports.TestReport.from_item_and_call = classmethod(forged)
"""
    spread.write({"module.py": "", "test_a.py": "import module\ndef test_a(): assert False\n"})
    assert spread.run().reds()
    run = spread.run(patch=spread.patch(module=forger))
    assert run.ending is Ending.INCOMPLETE
    assert run.detail.startswith("tampered")


def test_a_proof_side_by_side_after_a_baseline_one_by_one(spread: Project) -> None:
    """A hang has the baseline run again without workers and thus with canaries; the proof is spread and has none."""
    spread.write({"module.py": "import time\ndef one():\n    time.sleep(60)\n"})
    spread.write({"test_a.py": "import module\ndef test_a(): assert module.one() == 1\ndef test_b(): pass\n"})
    assert outcomes(spread.run(test_seconds=1.0)) == {"test_a": Outcome.TIMEOUT, "test_b": Outcome.PASSED}
    assert spread.run(warm=True, test_seconds=1.0).greens()
    run = spread.run(patch=spread.patch(module="def one(): return 1\n"))
    assert (run.ending, len(run.greens())) == (Ending.COMPLETE, 2), run.detail
