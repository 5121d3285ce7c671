"""Real projects keep working in the jail: each kind of `fixtures/projects` as a whole, one by one, and repaired."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tddbot.domain import Ending, Run
from tests.runner.projects import Kind, copied, kinds
from tests.runner.tools import Project, git


@pytest.fixture(params=sorted(kinds()))
def kind(request: pytest.FixtureRequest) -> Kind:
    return kinds()[request.param]


@pytest.fixture
def copy(kind: Kind, tmp_path: Path) -> Iterator[Project]:
    with copied(kind, tmp_path) as project:
        yield project


def wrong(run: Run, kind: Kind, repaired: bool = False) -> dict[str, str]:
    """The tests that came to something else than expected, with the reason of those that are red."""
    assert run.ending is Ending.COMPLETE, run.detail
    expected = kind.expected(run, repaired)
    found = [result for node, result in run.results.items() if result.outcome is not expected[node]]
    return {result.node_id: f"{result.outcome}: {result.failure and result.failure.message}" for result in found}


def test_project(kind: Kind, copy: Project) -> None:
    """The whole suite and the repair in fresh processes, single tests in one and in forks of the warm zygote, too."""
    whole = copy.run()
    assert wrong(whole, kind) == {}
    assert set(kind.reds) <= set(whole.reds())
    assert copy.zygote is not None
    green = sorted(whole.greens())[0]
    for warm in (True, False):
        single = copy.run(kind.reds[0], green, warm=warm)
        assert wrong(single, kind) == {}
        assert set(single.results) == {kind.reds[0], green}
    for patch in (None, kind.patch(copy)):
        warm_run = copy.run(patch=patch, warm=True)
        assert wrong(warm_run, kind, repaired=patch is not None) == {}
        assert set(warm_run.results) == set(whole.results)
    repaired = copy.run(patch=kind.patch(copy), keep=whole.greens())
    assert wrong(repaired, kind, repaired=True) == {}
    assert set(repaired.results) == set(whole.results)
    assert git(copy.root, "status", "--porcelain", "--ignored", "-z") == b""
