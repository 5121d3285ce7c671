"""A candidate that replaces what tests assert with is found out, and what honest code and tests replace is not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tddbot.domain import Ending, Run
from tddbot.runner.vigil import INTACT
from tests.runner.tools import Project

REPLACERS = (Path(__file__).parents[1] / "contracts" / "abuse" / "replacers.py").read_text()
NAMES = [line[4:].partition("(")[0] for line in REPLACERS.splitlines() if line.startswith("def replace_")]
TARGET = "test_target.py::test_target"
TESTS = """
import unittest, unittest.mock
import module
def test_before(): assert module.g() == 1
def test_target(): assert module.f() == 42
class TestOther(unittest.TestCase):
    def test_after(self): self.assertEqual(module.g(), 1)
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A repository with a red test, whose baseline was taken."""
    with Project(tmp_path_factory.mktemp("watch") / "repository") as project:
        project.write({"test_target.py": TESTS, "module.py": "def f(): return 0\ndef g(): return 1\n"})
        assert TARGET in project.run().reds()
        yield project


def tried(project: Project, source: str) -> Run:
    return project.run(patch=project.patch(module=source))


def test_a_right_answer_is_proven(repository: Project) -> None:
    run = tried(repository, "def f(): return 42\ndef g(): return 1\n")
    assert (run.ending, run.detail, run.reds()) == (Ending.COMPLETE, "", ())
    assert INTACT in run.held


@pytest.mark.parametrize("when", ["at import", "in a call"])
@pytest.mark.parametrize("name", NAMES)
def test_what_replaces_is_found_out(repository: Project, name: str, when: str) -> None:
    act = f"{name}()\ndef f(): return 42\n" if when == "at import" else f"def f():\n    {name}()\n    return 42\n"
    run = tried(repository, f"{REPLACERS}\n\n{act}def g(): return 1\n")
    assert run.ending is not Ending.COMPLETE or TARGET not in run.greens()
    assert INTACT not in run.held


@pytest.mark.parametrize(
    "act",
    [
        "import sys\n    sys._getframe(1).f_globals['test_target'].__code__ = (lambda: None).__code__",
        "import sys\n    sys._getframe(1).f_globals['test_target'] = lambda: None",
        "import gc\n    [vars(each).update(runtest=lambda: None) for each in gc.get_objects() "
        "if type(each).__name__ == 'Function' and getattr(each, 'name', '') == 'test_target']",
        "import gc\n    gc.unfreeze()\n    [each.pluginmanager.register(Plugin(), 'evil') for each in gc.get_objects() "
        "if type(each).__name__ == 'Config']",
    ],
    ids=["code", "function", "item", "hook"],
)
def test_a_test_that_becomes_another_is_found_out(repository: Project, act: str) -> None:
    plugin = "class Plugin:\n    def pytest_runtest_makereport(self, item, call): pass\n"
    run = tried(repository, f"{plugin}def f(): return 42\ndef g():\n    {act}\n    return 1\n")
    assert run.ending is Ending.INCOMPLETE
    assert run.detail.startswith("tampered: "), run.detail


HONEST = {
    "a logger's class": "import logging\nclass Own(logging.Logger): pass\nlogging.setLoggerClass(Own)\n",
    "a name for all": "import builtins\nbuiltins._ = str\nbuiltins.own = 1\n",
    "a setting of a class": "import http.client\nhttp.client.HTTPConnection.debuglevel = 1\n",
    "a registration": "import functools, json, copyreg\n@functools.singledispatch\ndef own(value): return value\n"
    "own.register(int, lambda value: value)\ncopyreg.pickle(type('Own', (), {}), lambda value: (int, ()))\n",
    "subclasses": "import unittest, collections.abc, typing\nclass Own(collections.abc.Mapping): pass\n"
    "collections.abc.Sized.register(type('Other', (), {}))\n",
    "a hook of Python's for it": "import sys\nsys.excepthook = lambda *_: None\nsys.setrecursionlimit(5000)\n",
    "something replaced for a moment": "import unittest.mock, json\n"
    "with unittest.mock.patch('json.dumps'), unittest.mock.patch('builtins.open'): pass\n",
}


@pytest.mark.parametrize("name", HONEST)
def test_what_honest_code_sets_is_nobodys_loss(repository: Project, name: str) -> None:
    run = tried(repository, f"{HONEST[name]}def f(): return 42\ndef g(): return 1\n")
    assert (run.ending, run.detail, run.reds()) == (Ending.COMPLETE, "", ())


MOCKING = """
import builtins, json, time, unittest, unittest.mock
import pytest
import module

@pytest.fixture
def quiet(monkeypatch): monkeypatch.setattr(builtins, "print", unittest.mock.Mock())

def test_fixture(quiet): assert module.f() == 42

def test_inside(monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *_: "42")
    monkeypatch.setattr("builtins.open", unittest.mock.mock_open(read_data="x"))
    monkeypatch.setattr(time, "time", lambda: 1.0)
    monkeypatch.setattr(json, "loads", unittest.mock.Mock())
    assert module.f() == 42

class TestPatched(unittest.TestCase):
    def setUp(self):
        patcher = unittest.mock.patch("json.dumps")
        patcher.start()
        self.addCleanup(patcher.stop)
    @unittest.mock.patch("time.sleep")
    def test_patched(self, sleep): self.assertEqual(module.f(), 42)
"""


@pytest.mark.parametrize("before", ["def f(): return 0\n", "raise ImportError\n"], ids=["wrong", "not importable"])
def test_what_tests_replace_is_their_own(tmp_path: Path, before: str) -> None:
    with Project(tmp_path / "repository") as project:
        project.write({"test_a.py": MOCKING, "module.py": before}).run()
        run = tried(project, "def f(): return 42\n")
    assert (run.ending, run.detail, len(run.greens())) == (Ending.COMPLETE, "", 3)
    assert INTACT in run.held


def test_what_is_replaced_without_the_patch_is_not_held_against_it(tmp_path: Path) -> None:
    with Project(tmp_path / "repository") as project:
        project.write({"test_target.py": TESTS, "module.py": "import other\ndef f(): return 0\ndef g(): return 1\n"})
        project.write({"other.py": "import builtins, json\nbuiltins.sum = json.dumps = lambda *_: 1\n"})
        patch = project.patch(module="import other\ndef f(): return 42\ndef g(): return 1\n")
        assert project.run(patch=patch).ending is Ending.INCOMPLETE
        project.run()
        run = project.run(patch=patch)
    assert (run.ending, run.detail, run.reds()) == (Ending.COMPLETE, "", ())


def test_a_proof_without_a_baseline_is_one(tmp_path: Path) -> None:
    with Project(tmp_path / "repository") as project:
        project.write({"test_target.py": TESTS, "module.py": ""})
        run = tried(project, "def f(): return 42\ndef g(): return 1\n")
    assert (run.ending, run.detail, run.reds()) == (Ending.COMPLETE, "", ())
    assert INTACT in run.held
