"""What the record says that only the loop knows: the jail's gaps, and whether the tree is the one that was proven."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tddbot.domain import Evidence, Outcome, Run
from tddbot.events import PatchCommitted
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


def test_each_patch_that_is_applied_is_committed_with_its_record():
    one = house()
    cycle(one.ports, replace(policy(), commit=True), lambda run: run.reds(), Stop())
    [message] = one.repository.messages
    assert message.startswith("a.py anew\n\nThis test is green now:\n\n- tests/test_a.py::test_red\n")
    assert one.told.of(PatchCommitted) == [PatchCommitted(FIX.patch.id, f"{1:040x}")]
    assert one.told.names().index("PatchCommitted") == one.told.names().index("PatchApplied") + 1


@pytest.mark.parametrize("rules", [policy(), replace(policy(apply=False), commit=True)])
def test_nothing_is_committed_unasked_nor_in_a_dry_run(rules):
    one = house()
    cycle(one.ports, rules, lambda run: run.reds(), Stop())
    assert (one.repository.messages, one.told.of(PatchCommitted)) == ([], [])


def test_what_is_not_committed_is_applied_all_the_same_and_it_is_told_why():
    one = house()
    one.repository.hook = "git commit refused: no"
    cycle(one.ports, replace(policy(), commit=True), lambda run: run.reds(), Stop())
    assert one.repository.contents["a.py"] == "answer = 42\n"
    assert one.told.of(PatchCommitted) == [PatchCommitted(FIX.patch.id, "", "git commit refused: no")]


def test_after_a_hook_that_wrote_to_the_files_everything_is_run_anew():
    one = house()

    def tidied(call: str) -> None:
        if call == "commit":
            one.repository.contents["a.py"] = "answer = 42  # tidy\n"

    one.repository.now = tidied
    baseline, _ = cycle(one.ports, replace(policy(), commit=True), lambda run: run.reds(), Stop())
    assert baseline.tree == one.repository.snapshot().tree
    assert one.runner.requests[-1].patch is None
    assert one.runner.requests[-1].node_ids is None


@pytest.mark.parametrize("name", BACKENDS)
def test_what_the_jail_cannot_hold_is_in_the_record(name):
    one = house()
    usual, backend = one.runner.answer, BACKENDS[name]
    one.runner.answer = lambda request, stop: replace(usual(request, stop), jail=f"{backend.title}, Landlock ABI 4")
    assert recorded(one).lacks == backend.lacks
