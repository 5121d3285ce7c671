"""What becomes of an assertion that fails while a test passes: which file swallowed it, as a traced run tells."""

import os

import pytest

from tddbot.domain import Outcome, Run
from tests.runner.tools import Project, interpreter, outcomes

MODULE = """
import asyncio, contextlib, threading
from concurrent.futures import ThreadPoolExecutor

def plainly(handler):
    try:
        handler(1)
    except Exception:
        pass
def by_library(handler):
    with contextlib.suppress(BaseException):
        handler(1)
def pooled(handler):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(handler, 1)
def threaded(handler):
    def quiet():
        try:
            handler(1)
        except BaseException:
            pass
    worker = threading.Thread(target=quiet)
    worker.start()
    worker.join()
def finally_(handler):
    while True:
        try:
            handler(1)
        finally:
            break
def asked(handler):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(handler, 1).result()
def wrapped(handler):
    try:
        handler(1)
    except Exception as error:
        raise ValueError("a handler failed") from error
def retried(function):
    for _ in range(5):
        try:
            return function()
        except Exception:
            pass
async def forgotten(handler):
    async def run(): handler(1)
    task = asyncio.ensure_future(run())
    await asyncio.wait([task])
async def direct(handler):
    await asyncio.wait([asyncio.ensure_future(handler(1))])
"""
TESTS = """
import asyncio, unittest
import module, pytest
def check(value):
    assert value == 2
class Case(unittest.TestCase):
    def test_unittest(self):
        module.plainly(lambda value: self.assertEqual(value, 2))
def failing(value):
    pytest.fail("never")
def other(value):
    raise KeyError(value)
async def check_later(value):
    assert value == 2
def test_plainly(): module.plainly(check)
def test_fail(): module.by_library(failing)
def test_by_library(): module.by_library(check)
def test_pooled(): module.pooled(check)
def test_threaded(): module.threaded(check)
def test_finally(): module.finally_(check)
def test_forgotten(): asyncio.run(module.forgotten(check))
def test_direct(): asyncio.run(module.direct(check_later))
def test_other(): module.plainly(other)
def test_asked():
    with pytest.raises(AssertionError): module.asked(check)
def test_wrapped():
    with pytest.raises(ValueError): module.wrapped(check)
def test_caught():
    try: check(1)
    except AssertionError: pass
def test_right():
    module.plainly(lambda value: check(value + 1))
def test_retried():
    calls = []
    def flaky():
        calls.append(1)
        assert len(calls) > 2
        return calls
    assert module.retried(flaky) == [1, 1, 1]
"""


def told(run: Run) -> dict[str, set[tuple[str, int, str]]]:
    found = {node.rpartition("::")[2]: every for node, every in run.asserted.items()}
    return {name: {(each.path, each.line, each.by) for each in every} for name, every in found.items()}


def check_swallowed(project: Project) -> None:
    run = project.write({"module.py": MODULE, "test_a.py": TESTS}).run(trace=True)
    assert set(outcomes(run).values()) == {Outcome.PASSED}
    every = told(run)
    for name, line, by in [
        ("test_plainly", 5, "module.py"), ("test_unittest", 8, "module.py"), ("test_fail", 10, "module.py"),
        ("test_by_library", 5, "module.py"), ("test_pooled", 5, ""), ("test_threaded", 5, "module.py"),
        ("test_finally", 5, "module.py"),
    ]:  # fmt: skip
        assert every.pop(name) == {("test_a.py", line, by)}, name
    assert {each[:2] for each in every.pop("test_forgotten")} == {("test_a.py", 5)}
    assert every.pop("test_direct") == {("test_a.py", 14, "")}
    for name in ("test_other", "test_right", "test_retried"):
        assert every.pop(name) == set(), name
    assert every == {name: {("test_a.py", 5, "test_a.py")} for name in ("test_asked", "test_wrapped", "test_caught")}


def test_who_swallowed_an_assertion(project: Project) -> None:
    check_swallowed(project)


@pytest.mark.parametrize("variable", ["TDDBOT_TEST_PYTHON", "TDDBOT_TEST_PYTHON_2", "TDDBOT_TEST_PYTHON_3"])
def test_who_swallowed_it_in_another_python(project: Project, variable: str) -> None:
    executable = os.environ.get(variable)
    if executable is None:
        pytest.skip(f"{variable} names no other Python that has pytest")
    project.python = interpreter(executable)
    check_swallowed(project)


def test_what_failed_for_all_to_see_was_not_swallowed(project: Project) -> None:
    run = project.write({"test_a.py": "def test_a():\n    assert 1 == 2\n"}).run(trace=True)
    assert run.coverage
    assert run.asserted == {}


def test_nothing_is_said_of_a_test_that_was_not_watched_to_its_end(project: Project) -> None:
    source = "import sys\ndef test_a(): sys.settrace(None)\ndef test_b(): pass\n"
    run = project.write({"test_a.py": source}).run(trace=True)
    assert set(told(run)) <= {"test_a", "test_b"}
    assert all(every == () for every in run.asserted.values())


def test_a_line_of_a_loop_that_ran_once_is_told_as_ever(project: Project) -> None:
    source = "def f(n):\n    for each in range(n):\n        if each == 9000:\n            x = 1\n    return n\n"
    project.write({"module.py": source, "test_a.py": "import module\ndef test_a():\n    module.f(9001)\n"})
    run = project.run(trace=True)
    assert run.coverage["test_a.py::test_a"]["module.py"] == {2, 3, 4, 5}
