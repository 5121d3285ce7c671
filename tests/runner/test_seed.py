"""What a seed varies in cold runs: Python's hashes, and the order of tests where the project has them shuffled."""

import importlib.util
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tddbot.domain import Ending, Run
from tddbot.runner.settings import RunnerSettings
from tddbot.runner.split import HELD
from tests.contracts.backends import BACKENDS
from tests.runner.tools import Project, WarmProject

HASH = """
import os, subprocess, sys
def test_own(): assert not "hash", hash("tddbot")
def test_other():
    done = subprocess.run([sys.executable, "-c", "print(hash('tddbot'))"], capture_output=True, text=True, check=True)
    assert not "hash", int(done.stdout)
def test_environment(): assert not "hash", os.environ.get("PYTHONHASHSEED")
"""
ORDERED = {"test_hash.py": HASH, "pytest.ini": "[pytest]\naddopts = -p no:randomly\n"}
MANY = "import pytest\n@pytest.mark.parametrize('n', range(30))\ndef test_n(n): pass\n"


def told(run: Run) -> list[str]:
    """What the tests say in their failures."""
    assert run.ending is Ending.COMPLETE, run.detail
    return [result.failure.message.split("\n")[0] for result in run.results.values() if result.failure]


@pytest.fixture(params=["namespaces", "bubblewrap", "landlock"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Project]:
    with BACKENDS[request.param](tmp_path / "project", RunnerSettings(), {"PATH": "/usr/bin:/bin"}) as project:
        yield project


def test_hashes_are_those_of_the_seed(anywhere: Project) -> None:
    anywhere.write(ORDERED)
    one, again, other = (told(anywhere.run("test_hash.py::test_own", seed=seed)) for seed in (7, 7, 2**32 + 8))
    assert one == again != other
    assert anywhere.run(seed=7).seed == "hash 7"


def test_the_processes_of_a_test_have_them_too(project: Project) -> None:
    run = project.write(ORDERED).run(seed=7)
    own, other, environment = told(run)
    assert own == other
    assert environment == "7"


def test_without_a_seed_nothing_is_set(project: Project) -> None:
    run = project.write({"test_hash.py": HASH, "pytest.ini": "[pytest]\naddopts = --random-order\n"}).run()
    assert run.seed == ""
    assert "None" in told(run)


def test_what_the_user_has_fixed_stays(tmp_path: Path) -> None:
    settings = RunnerSettings(env={"PYTHONHASHSEED": "3"})
    with Project(tmp_path / "project", settings) as project:
        project.write(ORDERED)
        one, other = project.run(seed=7), project.run(seed=8)
        assert (one.seed, other.seed) == ("", "")
        assert told(one) == told(other)
        assert told(one)[2] == "3"


def test_a_warm_run_ignores_it(tmp_path: Path) -> None:
    with WarmProject(tmp_path / "project") as project:
        project.write({"test_hash.py": HASH, "test_green.py": "def test_green(): pass\n"}).prime()
        run = project.run(seed=7)
        assert run.seed == ""
        assert "None" in told(run)


def test_both_jails_of_split_mode_have_it(project: Project) -> None:
    project.write(
        {"test_a.py": "import module\ndef test_a(): assert module.f() == hash('tddbot')\n", "module.py": "x = 1\n"}
    )
    patch = project.patch(module="def f() -> int:\n    return hash('tddbot')\n")
    run = project.run("test_a.py", patch=patch, split=True, seed=7)
    assert (run.greens(), run.seed) == ({"test_a.py::test_a"}, "hash 7")
    assert HELD in run.held


SHUFFLED: Mapping[str, tuple[str, str]] = {
    "pytest-random-order": ("random_order", "--random-order"),
    "pytest-random-order with a seed": ("random_order", "--random-order-seed=1"),
    "pytest-random-order with a bucket": ("random_order", "--random-order-bucket=global"),
    "pytest-randomly": ("pytest_randomly", ""),
    "pytest-randomly with a seed": ("pytest_randomly", "-p randomly --randomly-seed=1"),
}
LEFT: Mapping[str, tuple[str, str]] = {
    "no plugin": ("pytest", "-p no:randomly"),
    "pytest-random-order, not asked for": ("random_order", "-p no:randomly"),
    "pytest-random-order without a bucket": (
        "random_order",
        "-p no:randomly --random-order --random-order-bucket=none",
    ),
    "pytest-random-order, switched off": ("random_order", "-p no:randomly -p no:random_order"),
    "pytest-randomly, order switched off": ("pytest_randomly", "--randomly-dont-reorganize"),
}


def shuffled(project: Project, kind: tuple[str, str], more: str = "") -> Project:
    module, options = kind
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    options = options.replace("-p randomly ", "")
    return project.write(
        {"pytest.ini": f"[pytest]\naddopts = {options} {more}\n", "test_a.py": MANY, "test_b.py": MANY}
    )


@pytest.mark.parametrize("name", SHUFFLED)
def test_the_order_is_that_of_the_seed(project: Project, name: str) -> None:
    shuffled(project, SHUFFLED[name])
    one, again, other = project.run(seed=7), project.run(seed=7), project.run(seed=8)
    assert (one.seed, other.seed) == ("hash 7, order 7", "hash 8, order 8")
    assert list(one.results) == list(again.results)
    assert list(one.results) != list(other.results)
    assert set(one.results) == set(other.results)
    assert one.held == (
        "signed records",
        "canaries",
        "nothing replaced that tests assert with",
        "no protected file changed",
        "exit code",
    )


@pytest.mark.parametrize("name", LEFT)
def test_what_is_not_shuffled_stays_in_order(project: Project, name: str) -> None:
    shuffled(project, LEFT[name])
    run = project.run(seed=7)
    assert run.seed == "hash 7"
    assert list(run.results) == sorted(run.results, key=lambda node: (node[:7], int(node.partition("[")[2][:-1])))


@pytest.mark.parametrize("name", SHUFFLED)
def test_workers_of_xdist_shuffle_alike(project: Project, name: str) -> None:
    shuffled(project, SHUFFLED[name], "-n 2")
    run = project.run(seed=7)
    assert (run.ending, run.detail, len(run.greens())) == (Ending.COMPLETE, "", 60)
    assert run.seed == "hash 7, order 7"


def test_one_test_alone_has_no_order(project: Project) -> None:
    shuffled(project, SHUFFLED["pytest-random-order"])
    assert project.run("test_a.py::test_n[3]", seed=7).seed == "hash 7"


def test_what_tests_draw_is_the_projects_own_where_it_has_fixed_a_seed(project: Project) -> None:
    shuffled(project, SHUFFLED["pytest-randomly with a seed"])
    project.write({"test_draw.py": "import random\ndef test_draw(): assert not 'drawn', random.random()\n"})
    assert told(project.run(seed=7)) == told(project.run(seed=8)) == told(project.run())


def test_any_seed_will_do(project: Project) -> None:
    shuffled(project, SHUFFLED["pytest-random-order"])
    for seed in (0, 2**31, 2**32 - 1, 2**48):
        run = project.run("test_a.py", seed=seed)
        assert (run.ending, len(run.greens())) == (Ending.COMPLETE, 30)
        assert run.seed == f"hash {seed % 2**32}, order {seed % 2**31 or 1}"
