"""What real pytest says, as results."""

import pytest

from tddbot.domain import Ending, Outcome
from tests.runner.tools import Project, outcomes

KINDS = """
import pytest, unittest

def test_passes(): pass
def test_fails(): assert 1 == 2
@pytest.fixture
def broken(): raise ValueError("in setup")
def test_setup(broken): pass
@pytest.fixture
def breaks():
    yield
    raise ValueError("in teardown")
def test_teardown(breaks): pass
def test_call_and_teardown(breaks): assert False, "in call"
@pytest.mark.skip
def test_skips(): pass
def test_skips_inside(): pytest.skip("later")
@pytest.mark.xfail
def test_xfails(): assert False
@pytest.mark.xfail
def test_xpasses(): pass
@pytest.mark.xfail(strict=True)
def test_strict(): pass

class TestClass:
    def test_method(self): pass

class Case(unittest.TestCase):
    def test_equal(self): self.assertEqual(1, 2)
    def test_subtests(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertNotEqual(number, 1)
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    def test_fine(self): pass
"""


def test_every_outcome_of_pytest(project: Project) -> None:
    run = project.write({"test_kinds.py": KINDS}).run()
    assert run.ending is Ending.COMPLETE
    assert outcomes(run) == {
        "test_passes": Outcome.PASSED,
        "test_fails": Outcome.FAILED,
        "test_setup": Outcome.ERROR,
        "test_teardown": Outcome.ERROR,
        "test_call_and_teardown": Outcome.FAILED,
        "test_skips": Outcome.SKIPPED,
        "test_skips_inside": Outcome.SKIPPED,
        "test_xfails": Outcome.XFAILED,
        "test_xpasses": Outcome.XPASSED,
        "test_strict": Outcome.FAILED,
        "test_method": Outcome.PASSED,
        "test_equal": Outcome.FAILED,
        "test_subtests": Outcome.FAILED,
        "test_expected": Outcome.XFAILED,
        "test_fine": Outcome.PASSED,
    }
    phases = {node.rpartition("::")[2]: r.failure.phase for node, r in run.results.items() if r.failure}
    assert (phases["test_setup"], phases["test_teardown"], phases["test_fails"]) == ("setup", "teardown", "call")
    assert "test_kinds.py::TestClass::test_method" in run.results


def test_files_that_cannot_be_collected_stand_for_their_tests(project: Project) -> None:
    project.write(
        {
            "test_syntax.py": "def test_a(:\n",
            "test_import.py": "import no_such_module\n",
            "test_skipped.py": "import pytest\npytest.skip('not here', allow_module_level=True)\n",
            "test_fine.py": "def test_fine(): pass\n",
        }
    )
    run = project.run()
    assert run.ending is Ending.COMPLETE
    assert outcomes(run) == {
        "test_syntax.py": Outcome.ERROR,
        "test_import.py": Outcome.ERROR,
        "test_skipped.py": Outcome.SKIPPED,
        "test_fine": Outcome.PASSED,
    }
    failures = {node: result.failure for node, result in run.results.items() if result.failure}
    syntax, imported = failures["test_syntax.py"], failures["test_import.py"]
    assert (syntax.kind, syntax.phase, syntax.frames[-1].path) == ("SyntaxError", "collect", "test_syntax.py")
    assert (imported.kind, imported.message) == ("ModuleNotFoundError", "No module named 'no_such_module'")
    assert imported.frames[-1].path == "test_import.py"


def test_no_tests_at_all_is_a_complete_run(project: Project) -> None:
    run = project.write({"module.py": "x = 1\n"}).run()
    assert (run.ending, run.results) == (Ending.COMPLETE, {})


def test_no_test_asked_for_imports_nothing(project: Project) -> None:
    project.write({"test_a.py": "raise SystemError('imported')\n"})
    run = project.run("none")
    assert (run.ending, run.results) == (Ending.COMPLETE, {})


ODD_IDS = r"""
import pytest

@pytest.mark.parametrize("value", ["a::b", "[x]", "]", "a[b::c]d", "grün 🐍", "xy", " ", "a/b", "\n", "\ud800"],
    ids=lambda value: value if value != "xy" else "x" * 5000)
def test_odd(value): assert len(value) != 1
"""


def test_odd_node_ids_are_run_alone_just_as_together(project: Project) -> None:
    project.write({"test_a.py": ODD_IDS, "test_other.py": "raise SystemError('imported')\n"})
    together = project.run("test_a.py")
    assert (together.ending, len(together.results)) == (Ending.COMPLETE, 10)
    assert any(len(node) > 5000 for node in together.results)
    for node in together.results:
        alone = project.run(node)
        assert list(alone.results) == [node], ascii(node)
        assert alone.results[node].outcome is together.results[node].outcome


@pytest.mark.parametrize(
    "path",
    [
        "new\nline/test_a.py",
        "mit Leerzeichen und Umläuten/täst/test_ä b.py",
        "test_[a].py",
        "d[1]/sub/test_[b].py",
        "a::b/test_c.py",
        "test_'quote\".py",
        "--ignore=x/test_dash.py",
        "@file/test_at.py",
        "🐍/test_snake.py",
    ],
)
def test_odd_paths(project: Project, path: str) -> None:
    project.write({path: "def test_one(): pass\ndef test_two(): assert False\n", "test_x.py": "def test_x(): pass\n"})
    run = project.run()
    assert run.ending is Ending.COMPLETE
    assert outcomes(run) == {"test_one": Outcome.PASSED, "test_two": Outcome.FAILED, "test_x": Outcome.PASSED}
    two = run.reds()
    assert outcomes(project.run(*two)) == {"test_two": Outcome.FAILED}


def test_a_file_name_that_is_no_text(project: Project) -> None:
    project.write({"test_plain.py": "def test_plain(): pass\n"})
    (project.root / "test_\udcff.py").write_text("def test_odd(): assert False\n")
    run = project.run()
    assert outcomes(run) == {"test_plain": Outcome.PASSED, "test_odd": Outcome.FAILED}
    assert outcomes(project.run(*run.reds())) == {"test_odd": Outcome.FAILED}


def test_tests_of_one_name_in_several_files(project: Project) -> None:
    project.write({f"{name}/test_a.py": "def test_a(): pass\n" for name in ("one", "two")})
    project.write({"one/__init__.py": "", "two/__init__.py": ""})
    assert set(project.run("two/test_a.py::test_a").results) == {"two/test_a.py::test_a"}


def test_a_test_that_is_not_there_has_no_result(project: Project) -> None:
    project.write({"test_a.py": "def test_a(): pass\n"})
    run = project.run("test_a.py::test_gone", "gone/test_b.py::test_b", "test_a.py::test_a")
    assert (run.ending, list(run.results)) == (Ending.COMPLETE, ["test_a.py::test_a"])


def test_doctests_by_addopts(project: Project) -> None:
    project.write(
        {
            "pytest.ini": "[pytest]\naddopts = --doctest-modules\n",
            "sums.py": 'def add(a, b):\n    """\n    >>> add(1, 2)\n    4\n    """\n    return a + b\n',
        }
    )
    run = project.run()
    assert run.reds() == ("sums.py::sums.add",)
    assert project.run("sums.py::sums.add").reds() == ("sums.py::sums.add",)


def test_a_nested_configuration_does_not_rename_tests_that_run_alone(project: Project) -> None:
    project.write(
        {
            "sub/pytest.ini": "[pytest]\n",
            "sub/tests/test_a.py": "def test_a(): assert False\n",
            "setup.cfg": "[tool:pytest]\n",
        }
    )
    run = project.run()
    assert run.reds() == ("sub/tests/test_a.py::test_a",)
    assert project.run(*run.reds()).reds() == run.reds()


def test_a_root_of_pytests_own_below_the_repository(project: Project) -> None:
    project.write(
        {
            "pytest.ini": "[pytest]\naddopts = --rootdir=backend -c backend/pytest.ini\n",
            "backend/pytest.ini": "[pytest]\n",
            "backend/tests/test_a.py": "def test_a(): assert False\n",
        }
    )
    run = project.run()
    assert run.ending is Ending.COMPLETE, run.detail
    assert len(run.reds()) == 1
    assert project.run(*run.reds()).reds() == run.reds()


def test_a_test_that_repeats_in_a_forked_child_reports_once(project: Project) -> None:
    source = """
        import os
        def test_forks_without_end():
            os.fork()
        def test_next():
            open("count", "a").write("x")
        def test_last(): pass
        """
    lines = "\n".join(line[8:] for line in source.splitlines())
    run = project.write({"test_a.py": lines}).run()
    assert run.ending is Ending.COMPLETE
    assert set(outcomes(run).values()) == {Outcome.PASSED}
