"""What a project's pytest configuration may ask for, and what becomes of it."""

import importlib.util

import pytest

from tddbot.domain import Ending, Outcome, Patch
from tests.runner.tools import Project, outcomes

TWO = "def test_a(): assert False\ndef test_b(): pass\ndef test_c(): assert False\n"


@pytest.mark.parametrize(
    "addopts",
    [
        "-x", "--maxfail=1", "--lf", "--ff", "--stepwise", "--pdb", "-s", "-v -v", "--tb=long", "-rA", "--durations=3",
        "-p no:cacheprovider", "-p no:cacheprovider --strict-config", "--strict", "-W error -p no:asyncio",
        "--import-mode=importlib", "--junitxml=report.xml", "--color=yes", "-p no:logging", "--capture=sys",
        "--full-trace", "-l",
    ],
)  # fmt: skip
def test_addopts_do_not_end_a_run_early(project: Project, addopts: str) -> None:
    run = project.write({"pytest.ini": f"[pytest]\naddopts = {addopts}\n", "test_a.py": TWO}).run()
    assert run.ending is Ending.COMPLETE, run.detail
    assert outcomes(run) == {"test_a": Outcome.FAILED, "test_b": Outcome.PASSED, "test_c": Outcome.FAILED}


@pytest.mark.parametrize(
    ("plugin", "addopts"),
    [("xdist", "-n 2"), ("xdist", "-n auto --dist=loadfile"), ("pytest_cov", "--cov --cov-fail-under=100")],
)
def test_addopts_of_plugins(project: Project, plugin: str, addopts: str) -> None:
    if importlib.util.find_spec(plugin) is None:
        pytest.skip(f"{plugin} is not installed in the Python that runs these tests")
    run = project.write({"pytest.ini": f"[pytest]\naddopts = {addopts}\n", "test_a.py": TWO}).run()
    assert run.ending is Ending.COMPLETE, run.detail
    assert len(run.reds()) == 2


def test_an_unknown_option_is_told_in_pytests_words(project: Project) -> None:
    run = project.write({"pytest.ini": "[pytest]\naddopts = --no-such-thing\n", "test_a.py": TWO}).run()
    assert run.ending is Ending.UNUSABLE
    assert "--no-such-thing" in run.detail


def test_a_conftest_that_raises_is_told_in_its_own_words(project: Project) -> None:
    run = project.write({"conftest.py": "raise ValueError('no settings')\n", "test_a.py": TWO}).run()
    assert run.ending is Ending.UNUSABLE
    assert "ValueError: no settings" in run.detail


def test_a_conftest_further_down_that_raises(project: Project) -> None:
    run = project.write({"sub/conftest.py": "raise ValueError('no settings')\n", "sub/test_a.py": TWO}).run()
    assert not run.greens()
    assert run.ending is not Ending.COMPLETE or "no settings" in str(run.results)


def test_a_hook_that_fails_for_each_test(project: Project) -> None:
    project.write({"conftest.py": "def pytest_runtest_setup(item): raise SystemError('hook')\n", "test_a.py": TWO})
    assert set(outcomes(project.run()).values()) == {Outcome.ERROR}


@pytest.mark.parametrize("hook", ["pytest_runtest_logreport", "pytest_runtest_logstart", "pytest_runtest_makereport"])
def test_an_error_inside_pytest_ends_the_run_in_its_words(project: Project, hook: str) -> None:
    project.write({"conftest.py": f"def {hook}(): raise SystemError('hook')\n", "test_a.py": TWO})
    run = project.run()
    assert run.ending is Ending.UNUSABLE
    assert "SystemError: hook" in run.detail


def test_a_hook_that_looks_into_the_long_representation(project: Project) -> None:
    hook = """
import pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        assert report.longrepr.reprcrash.message and report.longreprtext and str(report.longrepr)
        report.longrepr.addsection("more", "text")
"""
    for detail in (False, True):
        run = project.write({"conftest.py": hook, "test_a.py": TWO}).run(detail=detail)
        assert run.ending is Ending.COMPLETE, run.detail
        assert len(run.reds()) == 2


def test_src_layout_with_pythonpath(project: Project) -> None:
    project.write(
        {
            "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src"]\ntestpaths = ["tests"]\n',
            "src/pkg/__init__.py": "x = 1\n",
            "tests/test_a.py": "from pkg import x\ndef test_a(): assert x == 1\n",
            "test_not_in_testpaths.py": "def test_b(): pass\n",
        }
    )
    assert outcomes(project.run()) == {"test_a": Outcome.PASSED}


def test_the_pythonpath_of_the_user(project: Project) -> None:
    outside = project.root.parent / "outside"
    outside.mkdir()
    (outside / "elsewhere.py").write_text("x = 1\n")
    project.environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"lib:{outside}:"}
    project.__post_init__()
    source = """
import subprocess, sys, elsewhere, module
def test_a(): assert elsewhere.x == module.x == 1
def test_child(): subprocess.run([sys.executable, "-c", "import elsewhere"], check=True)
"""
    project.write({"lib/module.py": "x = 2\n", "test_a.py": source})
    assert outcomes(project.run()) == {"test_a": Outcome.FAILED, "test_child": Outcome.PASSED}
    patched = project.run(patch=Patch((project.edit("lib/module.py", "x = 1\n"),)))
    assert outcomes(patched) == {"test_a": Outcome.PASSED, "test_child": Outcome.PASSED}


def test_a_repository_below_a_symbolic_link(project: Project) -> None:
    project.write({"test_a.py": "def test_a(): pass\n"})
    link = project.root.parent / "link"
    link.symlink_to(project.root)
    with Project(link.resolve()) as project:
        assert outcomes(project.run()) == {"test_a": Outcome.PASSED}


def test_the_environment_of_the_tests_comes_from_the_settings(project: Project) -> None:
    project.settings = type(project.settings)(env={"A": "a"}, pass_env=("B",))
    project.environment = {"PATH": "/usr/bin", "B": "b", "C": "c", "LC_TIME": "C.UTF-8", "LC_KEY": "x"}
    project.__post_init__()
    source = (
        "import os\ndef test_a():\n    assert [os.environ.get(n) for n in ('A', 'B', 'C', 'LC_TIME', 'LC_KEY')] == "
    )
    run = project.write({"test_a.py": source + "['a', 'b', None, 'C.UTF-8', None]\n"}).run()
    assert outcomes(run) == {"test_a": Outcome.PASSED}


def test_hooks_of_a_conftest_see_an_ordinary_session(project: Project) -> None:
    project.write({"conftest.py": "def pytest_collection_modifyitems(items): items.reverse()\n", "test_a.py": TWO})
    assert list(outcomes(project.run())) == ["test_c", "test_b", "test_a"]


def test_what_a_conftest_makes_of_a_report_is_what_counts(project: Project) -> None:
    conftest = """
import pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.failed:
        item.user_properties.append(("why", report.longrepr.reprcrash.message))
        if item.name == "test_known":
            report.outcome, report.wasxfail = "skipped", "known"
"""
    test = "def test_known(): assert 0\ndef test_new(): assert 1 == 2\n"
    run = project.write({"conftest.py": conftest, "test_a.py": test}).run()
    assert outcomes(run) == {"test_known": Outcome.XFAILED, "test_new": Outcome.FAILED}
    assert run.results["test_a.py::test_new"].failure.message.startswith("assert 1 == 2")


@pytest.mark.parametrize("addopts", ["-p no:xdist", "-p no:cov -p no:pytest_cov"])
def test_plugins_that_the_project_switches_off(project: Project, addopts: str) -> None:
    files = {"pytest.ini": f"[pytest]\naddopts = {addopts}\n", "test_a.py": "def test_a(): pass\n"}
    assert outcomes(project.write(files).run()) == {"test_a": Outcome.PASSED}


def test_many_tests_that_hang_all_get_their_outcome(project: Project) -> None:
    source = "import time, pytest\n@pytest.mark.parametrize('n', range(28))\ndef test_a(n): time.sleep(60)\n"
    run = project.write({"test_a.py": source, "test_b.py": "def test_b(): pass\n"}).run(test_seconds=0.6)
    assert run.ending is Ending.COMPLETE
    assert set(outcomes(run).values()) == {Outcome.TIMEOUT, Outcome.PASSED}
