"""Expressions with the real laboratory: the user's own functions are asked there, and nowhere else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tddbot.budget import Budget, Ledger
from tddbot.domain import Brief, Candidate, Excerpt, Outcome, Proposal, Result, Role, Snapshot, Target
from tddbot.generator.offline.expressions.layer import expressions
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.lab import LabRequest
from tddbot.ports import ProposalRequest, Rung
from tddbot.stop import Stop
from tests.generator.offline.making import after
from tests.runner.tools import Project

SHOP = '''\
import re

_GAP = re.compile(r"[^a-z0-9]+")


def slug(title):
    """A title as a part of an address."""
    return _GAP.sub("-", title.lower()).strip("-")


def addresses(titles):
    """The addresses of pages, in the order of the titles."""
    raise NotImplementedError
'''
TESTS = """\
import pytest
from shop import addresses

@pytest.mark.parametrize(("titles", "expected"), [
    (["Hello, World!", "The   end"], ["hello-world", "the-end"]),
    (["A -- b"], ["a-b"]),
    (["What? Never: ever", "(Yes)", "no no"], ["what-never-ever", "yes", "no-no"]),
    ([], []),
])
def test_addresses(titles, expected):
    assert addresses(titles) == expected
"""
NODES = tuple(f"test_shop.py::test_addresses[titles{at}-expected{at}]" for at in range(4))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project(tmp_path) as project:
        yield project


def found(project: Project, text: str) -> list[Proposal]:
    project.write({"shop.py": text, "test_shop.py": TESTS})
    target = Target("shop", tuple(Result(node, Outcome.FAILED) for node in NODES))
    excerpts = (Excerpt("shop.py", text, Role.SOURCE), Excerpt("test_shop.py", TESTS, Role.TEST))
    with project.runner.lab(LabRequest(Snapshot(project.root, "tree"), NODES)) as lab:
        asking = ProposalRequest(Brief(target, excerpts), Rung("offline", "offline"), lab=lab)
        return list(expressions(Inquiry(asking, Ledger(Budget()), Stop())))


def test_a_body_that_calls_an_own_function_is_found_and_is_green(project: Project) -> None:
    (made,) = found(project, SHOP)
    assert isinstance(made, Candidate)
    assert after(made) == SHOP.replace("raise NotImplementedError", "return [slug(x) for x in titles]")


def test_an_own_function_that_does_not_end_costs_no_more_than_its_time(project: Project) -> None:
    endless = SHOP.replace("    return _GAP", "    while title:\n        pass\n    return _GAP")
    assert found(project, endless) == []
