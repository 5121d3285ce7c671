"""Real projects keep working in the jail: each kind of `fixtures/projects` as a whole, one by one, and repaired."""

from pathlib import Path

import pytest

from tddbot.domain import Ending, Run
from tests.runner.projects import Kind, copied, kinds
from tests.runner.tools import Project, git


@pytest.fixture(params=sorted(kinds()))
def kind(request: pytest.FixtureRequest) -> Kind:
    return kinds()[request.param]


@pytest.fixture
def copy(kind: Kind, tmp_path: Path) -> Project:
    return copied(kind, tmp_path)


def outcomes(run: Run) -> dict[str, str]:
    """Each test's outcome, with the reason where it is red: that is what one wants to read when this fails."""
    assert run.ending is Ending.COMPLETE, run.detail
    told = {}
    for node, result in run.results.items():
        failure = result.failure
        told[node] = f"{result.outcome}: {failure.message}" if failure and result.outcome.is_red else result.outcome
    return told


def check(run: Run, kind: Kind, repaired: bool = False) -> None:
    expected = kind.expected(run, repaired)
    wrong = {node: what for node, what in outcomes(run).items() if what.partition(":")[0] != expected[node]}
    assert wrong == {}


def test_project(kind: Kind, copy: Project) -> None:
    whole = copy.run()
    check(whole, kind)
    assert set(whole.reds()) == set(kind.reds)
    green = sorted(whole.greens())[0]
    for nodes in ((kind.reds[0],), (green,), (*kind.reds, green)):
        single = copy.run(*nodes)
        check(single, kind)
        assert set(single.results) == set(nodes)
    repaired = copy.run(patch=kind.patch(copy), keep=whole.greens())
    check(repaired, kind, repaired=True)
    assert set(repaired.results) == set(whole.results)
    assert git(copy.root, "status", "--porcelain", "--ignored", "-z") == b""
