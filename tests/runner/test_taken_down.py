"""Tests that take their process down, hang or end the session early: named, and the others still run."""

import pytest

from tddbot.domain import Ending, Outcome
from tests.runner.tools import Project, outcomes

FINE = "def test_before(): pass\n"
AFTER = "\ndef test_after(): pass\n"

TAKES_DOWN = {
    "exit": "import os\ndef test_bad(): os._exit(0)",
    "exit of a child that pytest is": "import os\ndef test_bad():\n    if os.fork(): os._exit(3)",
    "segfault": "import ctypes\ndef test_bad(): ctypes.string_at(0)",
    "signal": "import os, signal\ndef test_bad(): os.kill(os.getpid(), signal.SIGKILL)",
    "group": "import os, signal\ndef test_bad(): os.killpg(0, signal.SIGKILL)",
    "end of the session": "import pytest\ndef test_bad(): pytest.exit('enough', returncode=0)",
    "keyboard": "def test_bad(): raise KeyboardInterrupt",
    "teardown": "import os, pytest\n@pytest.fixture\ndef leaves():\n    yield\n    os._exit(0)\n"
    "def test_bad(leaves): pass",
}


@pytest.mark.parametrize("how", TAKES_DOWN)
def test_a_test_that_takes_its_process_down(project: Project, how: str) -> None:
    run = project.write({"test_a.py": FINE + TAKES_DOWN[how] + AFTER, "test_b.py": "def test_b(): pass\n"}).run()
    assert outcomes(run) == {
        "test_before": Outcome.PASSED,
        "test_bad": Outcome.CRASHED,
        "test_after": Outcome.PASSED,
        "test_b": Outcome.PASSED,
    }
    assert run.ending is Ending.COMPLETE, run.detail


def test_a_hang_in_a_test(project: Project) -> None:
    hang = (
        "import signal, time\ndef test_bad():\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    time.sleep(600)"
    )
    run = project.write({"test_a.py": FINE + hang + AFTER}).run(test_seconds=0.5)
    assert run.ending is Ending.COMPLETE
    assert outcomes(run) == {
        "test_before": Outcome.PASSED, "test_bad": Outcome.TIMEOUT, "test_after": Outcome.PASSED,
    }  # fmt: skip
    failure = run.results["test_a.py::test_bad"].failure
    assert failure is not None
    assert failure.message == "no result within 0.5 s"


@pytest.mark.parametrize(
    ("source", "outcome"),
    [("import os\nos._exit(0)\n", Outcome.CRASHED), ("import time\ntime.sleep(600)\n", Outcome.TIMEOUT)],
)
@pytest.mark.parametrize("alone", [False, True])
def test_a_file_that_dies_or_hangs_while_it_is_imported(
    project: Project, source: str, outcome: Outcome, alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tddbot.runner.patience.UNKNOWN", 2.0)
    project.write({"test_a.py": FINE, "test_bad.py": source, "test_c.py": AFTER})
    nodes = ("test_a.py::test_before", "test_bad.py::test_x", "test_c.py::test_after") if alone else ()
    run = project.run(*nodes, test_seconds=2.0)
    assert run.ending is Ending.COMPLETE, run.detail
    assert outcomes(run) == {"test_before": Outcome.PASSED, "test_bad.py": outcome, "test_after": Outcome.PASSED}


def test_the_whole_run_has_a_limit_too(project: Project) -> None:
    source = "import time, pytest\n@pytest.mark.parametrize('n', range(1000))\ndef test_a(n): time.sleep(0.2)\n"
    run = project.write({"test_a.py": source}).run(seconds=2.0)
    assert run.ending is Ending.INCOMPLETE
    assert run.detail == "the run passed its limit of 2 s"


def test_a_suite_that_keeps_dying_is_given_up(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tddbot.runner.execution._MOST_PROCESSES", 3)
    source = "import os, pytest\n@pytest.mark.parametrize('n', range(5))\ndef test_a(n): os._exit(0)\n"
    run = project.write({"test_a.py": source}).run()
    assert (run.ending, run.detail) == (Ending.INCOMPLETE, "too many tests took their process down")


def test_a_lost_green_ends_the_run_at_once(project: Project) -> None:
    project.write({"test_a.py": "import time\ndef test_a(): assert False\ndef test_b(): time.sleep(600)\n"})
    run = project.run(keep=frozenset({"test_a.py::test_a"}))
    assert run.ending is Ending.REGRESSED
    assert run.detail.startswith("test_a.py::test_a was green")


EXITS = """
import os, pytest

@pytest.hookimpl(tryfirst=True)
def pytest_{0}(): os._exit(0)
"""


@pytest.mark.parametrize("hook", ["sessionstart", "collection", "runtestloop", "sessionfinish"])
def test_an_exit_between_tests_is_not_a_whole_run(project: Project, hook: str) -> None:
    run = project.write({"test_a.py": "def test_a(): pass\n", "conftest.py": EXITS.format(hook)}).run()
    assert run.ending is Ending.UNUSABLE
    assert "before its report was whole" in run.detail


def test_an_exit_of_the_session_while_it_collects_says_why(project: Project) -> None:
    project.write({"test_a.py": "import pytest\npytest.exit('the database is not there')\n"})
    assert "the database is not there" in str(project.run())
