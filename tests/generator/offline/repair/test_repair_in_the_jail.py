"""Repair with the real laboratory: what is proposed passes the tests, and nothing that fails them is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tddbot.budget import Budget, Ledger
from tddbot.domain import (
    Brief,
    Candidate,
    Excerpt,
    Failure,
    NodeId,
    Outcome,
    Proposal,
    Result,
    Role,
    Snapshot,
    Target,
)  # fmt: skip
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.generator.offline.repair.repair import repair
from tddbot.lab import LabRequest
from tddbot.ports import ProposalRequest, Rung
from tddbot.stop import Stop
from tests.generator.offline.making import after
from tests.runner.tools import Project

RIGHT = """\
def position(items, value):
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if items[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low
"""
TESTS = """\
import pytest
from places import position

@pytest.mark.parametrize(("value", "place"), [(0, 0), (1, 0), (2, 1), (3, 1), (6, 3), (7, 3), (8, 4)])
def test_position(value, place):
    assert position([1, 3, 5, 7], value) == place

def test_nothing():
    assert position([], 1) == 0
"""
NODES = ("test_places.py::test_position[8-4]",)
GREEN = (
    "test_places.py::test_nothing",
    *(f"test_places.py::test_position[{each}]" for each in ("0-0", "2-1", "6-3", "7-3")),
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project(tmp_path) as project:
        yield project


def repaired(project: Project, wrong: str, nodes: tuple[NodeId, ...], failure: Failure | None = None) -> list[Proposal]:
    project.write({"places.py": wrong, "test_places.py": TESTS})
    target = Target("places", tuple(Result(node, Outcome.FAILED, failure=failure) for node in nodes))
    excerpts = (Excerpt("places.py", wrong, Role.SOURCE), Excerpt("test_places.py", TESTS, Role.TEST))
    lines = {} if failure else {"places.py": frozenset(range(1, 10))}
    request = LabRequest(Snapshot(project.root, "tree"), nodes, () if failure else GREEN)
    with project.runner.lab(request) as lab:
        asking = ProposalRequest(Brief(target, excerpts, lines), Rung("offline", "offline"), lab=lab)
        return list(repair(Inquiry(asking, Ledger(Budget()), Stop())))


def test_a_slip_is_undone_where_much_of_what_is_tried_does_not_end(project: Project) -> None:
    (made,) = repaired(project, RIGHT.replace("len(items)\n", "len(items) - 1\n"), NODES)
    assert isinstance(made, Candidate)
    assert after(made) == RIGHT


def test_a_lost_colon_is_put_back(project: Project) -> None:
    failure = Failure("collect", "SyntaxError", "expected ':'")
    (made,) = repaired(project, RIGHT.replace("high:", "high"), ("test_places.py",), failure)
    assert isinstance(made, Candidate)
    assert after(made) == RIGHT


def test_what_takes_two_edits_is_not_proposed(project: Project) -> None:
    wrong = "def position(items, value):\n    return len(items) * 7 + value\n"
    assert repaired(project, wrong, (*NODES, *GREEN)) == []
