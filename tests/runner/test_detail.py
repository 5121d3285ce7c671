"""What a run tells beyond outcomes: frames with locals, the two sides of a comparison, the lines that ran."""

import os

import pytest

from tddbot.domain import Ending, Failure, Run
from tests.runner.tools import Project, interpreter, outcomes

MODULE = """\
def add(left, right):
    if left == 0:
        return right
    total = left + right
    return total


def unused():
    return 0
"""

TESTS = """\
import pytest
from module import add


@pytest.fixture
def one():
    return add(0, 1)


def test_zero(one):
    assert add(0, one) == 1


def test_wrong(one):
    number = 41
    assert add(number, one) == 43
"""


def failure_of(run: Run, name: str) -> Failure:
    failure = next(result.failure for node, result in run.results.items() if node.endswith(name))
    assert failure is not None
    return failure


def test_a_failed_comparison_in_detail(project: Project) -> None:
    run = project.write({"module.py": MODULE, "test_a.py": TESTS}).run(detail=True)
    failure = failure_of(run, "test_wrong")
    assert (failure.phase, failure.kind) == ("call", "AssertionError")
    assert (failure.expected, failure.actual) == ("43", "42")
    assert [(frame.path, frame.line, frame.function) for frame in failure.frames] == [("test_a.py", 16, "test_wrong")]
    assert dict(failure.frames[0].locals) == {"one": "1", "number": "41"}
    assert "assert 42 == 43" in failure.text


def test_without_detail_there_is_a_message_and_a_place(project: Project) -> None:
    failure = failure_of(project.write({"module.py": MODULE, "test_a.py": TESTS}).run(), "test_wrong")
    assert failure.message.startswith("assert 42 == 43")
    assert failure.frames[-1].line == 16
    assert (failure.frames[-1].locals, failure.text, failure.expected) == ((), "", None)


def test_frames_lead_from_the_test_to_the_error_and_leave_pytest_out(project: Project) -> None:
    project.write(
        {
            "deep.py": "def outer(x):\n    return inner(x)\ndef inner(y):\n    return int(y)\n",
            "test_a.py": "import deep\nclass TestIt:\n    def test_a(self):\n        deep.outer('x')\n",
        }
    )
    failure = failure_of(project.run(detail=True), "test_a")
    assert [(frame.path, frame.function) for frame in failure.frames] == [
        ("test_a.py", "test_a"), ("deep.py", "outer"), ("deep.py", "inner"),
    ]  # fmt: skip
    assert failure.frames[-1].locals == (("y", "'x'"),)
    assert (failure.kind, failure.expected) == ("ValueError", None)


HOSTILE = """
class Bad:
    def __repr__(self): raise SystemExit("repr")
    def __eq__(self, other): return False
class Worse(Exception):
    def __str__(self): raise KeyboardInterrupt
def test_repr():
    bad = Bad()
    assert bad == 1
def test_str(): raise Worse
def test_long():
    big = "x" * 10_000_000
    assert big == ""
def test_surrogate(): assert False, "\\ud800"
def test_odd_locals():
    exec("raise ValueError", {1: 2})
def test_deep():
    def deep(n): return deep(n + 1)
    deep(0)
def test_group():
    raise ExceptionGroup("several", [ValueError(1), TypeError(2)])
def test_generated():
    type("Ä" * 100_000, (Exception,), {})
    raise type("Ä" * 100, (Exception,), {})("x")
"""


def test_whatever_an_exception_is_it_becomes_a_failure(project: Project) -> None:
    run = project.write({"test_a.py": HOSTILE}).run(detail=True)
    assert run.ending is Ending.COMPLETE, run.detail
    assert len(run.reds()) == 8
    assert "SystemExit" in str(failure_of(run, "test_repr").frames[0].locals)
    assert len(failure_of(run, "test_deep").frames) <= 40
    assert len(str(run)) < 500_000


def test_a_comparison_that_was_expected_to_fail_is_not_the_failures(project: Project) -> None:
    source = (
        "import pytest\ndef test_a():\n    with pytest.raises(AssertionError): assert 1 == 2\n    raise ValueError\n"
    )
    assert failure_of(project.write({"test_a.py": source}).run(detail=True), "test_a").expected is None


def lines_of(run: Run, name: str, path: str) -> list[int]:
    return sorted(next(lines for node, lines in run.coverage.items() if node.endswith(name)).get(path, ()))


def check_trace(project: Project) -> None:
    run = project.write({"module.py": MODULE, "test_a.py": TESTS}).run(trace=True)
    assert run.ending is Ending.COMPLETE, run.detail
    assert lines_of(run, "test_zero", "module.py") == [2, 3]
    assert lines_of(run, "test_zero", "test_a.py") == [7, 11]
    assert lines_of(run, "test_wrong", "module.py") == [2, 3, 4, 5]
    assert lines_of(run, "test_wrong", "test_a.py") == [7, 15, 16]


def test_the_lines_that_each_test_ran(project: Project) -> None:
    check_trace(project)


def test_the_lines_that_ran_until_a_file_could_not_be_collected(project: Project) -> None:
    project.write({"module.py": "x = 1\ny = x + '1'\nz = 2\n", "test_a.py": "import module\n"})
    run = project.run(trace=True)
    assert run.coverage["test_a.py"]["module.py"] == {1, 2}


def test_lines_of_threads_are_traced_too(project: Project) -> None:
    source = "import threading, module\ndef test_a():\n    t = threading.Thread(target=module.add, args=(1, 2))\n"
    project.write({"module.py": MODULE, "test_a.py": source + "    t.start()\n    t.join()\n"})
    assert lines_of(project.run(trace=True), "test_a", "module.py") == [2, 4, 5]


@pytest.mark.parametrize("variable", ["TDDBOT_TEST_PYTHON", "TDDBOT_TEST_PYTHON_2", "TDDBOT_TEST_PYTHON_3"])
def test_another_python(project: Project, variable: str) -> None:
    executable = os.environ.get(variable)
    if executable is None:
        pytest.skip(f"{variable} names no other Python that has pytest")
    project.python = interpreter(executable)
    check_trace(project)
    project.write({"test_b.py": "import os\ndef test_b(): os._exit(0)\n", "test_c.py": "def test_[]: pass\n"})
    run = project.run(detail=True)
    assert {name: outcome.value for name, outcome in outcomes(run).items()} == {
        "test_zero": "passed", "test_wrong": "failed", "test_b": "crashed", "test_c.py": "error",
    }  # fmt: skip
    assert outcomes(project.run("test_a.py::test_wrong")) == {"test_wrong": "failed"}
