"""What the record says that only the loop knows: the jail's gaps, and whether the tree is the one that was proven."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tddbot.domain import Evidence, Outcome, Run
from tddbot.judge.evidence import UNCHANGED
from tddbot.loop import cycle
from tddbot.ports import RunRequest
from tddbot.runner.backends import BACKENDS
from tddbot.stop import Stop
from tests.fakes import House, always, candidate, green_if, policy

RED = "tests/test_a.py::test_red"
FIX = candidate("a.py", "answer = 41\n", "answer = 42\n")


def house() -> House:
    tests = {RED: green_if("a.py", "42"), "tests/test_b.py::test_far": always(Outcome.PASSED)}
    return House({"a.py": "answer = 41\n", "b.py": ""}, tests, [[FIX]])


def recorded(one: House, apply: bool = True) -> Evidence:
    cycle(one.ports, policy(apply=apply), lambda run: run.reds(), Stop())
    [evidence] = one.store.evidence
    return evidence


@pytest.mark.parametrize("apply", [True, False])
def test_a_tree_that_is_still_the_one_of_the_proof_is_said_to_be(apply):
    assert UNCHANGED in recorded(house(), apply).held


def test_a_tree_that_changed_meanwhile_is_not():
    one = house()

    def answer(request: RunRequest, stop: Stop, usual: Callable[[RunRequest, Stop], Run] = one.runner.answer) -> Run:
        if request.patch:
            one.repository.contents["b.py"] = "typed = True\n"
        return usual(request, stop)

    one.runner.answer = answer
    assert UNCHANGED not in recorded(one).held


@pytest.mark.parametrize("name", BACKENDS)
def test_what_the_jail_cannot_hold_is_in_the_record(name):
    one = house()
    usual, backend = one.runner.answer, BACKENDS[name]
    one.runner.answer = lambda request, stop: replace(usual(request, stop), jail=f"{backend.title}, Landlock ABI 4")
    assert recorded(one).lacks == backend.lacks
