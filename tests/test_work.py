"""What a target's laboratory is to hold, what has changed since it was green, and what is kept of proposals."""

from dataclasses import replace

import pytest

from tddbot.budget import Budget, Ledger
from tddbot.domain import Dud, Edit, Option, Outcome, Patch, Question, Result, Run, Snapshot, Target
from tddbot.ports import Policy
from tddbot.preparing import planned
from tddbot.stop import Stop
from tddbot.work import Work, keep, lab_request, past
from tests.fakes import House, always, candidate, green_if, policy

RED, NEAR, FAR = "tests/test_a.py::test_red", "tests/test_a.py::test_near", "tests/test_b.py::test_far"
GREEN, WRONG = "answer = 42\n", "answer = 41\n"


def house() -> House:
    return House(
        {"a.py": GREEN, "tests/test_a.py": "# a test\n"},
        {FAR: always(Outcome.PASSED), RED: green_if("a.py", "42"), NEAR: always(Outcome.PASSED)},
    )


def taken(one: House) -> tuple[Snapshot, Run]:
    """A baseline, as the loop takes and keeps it."""
    snapshot = one.repository.snapshot()
    results = {
        node: Result(
            node, Outcome.FAILED if node == RED and one.repository.contents["a.py"] != GREEN else Outcome.PASSED
        )
        for node in (FAR, RED, NEAR)
    }
    run = Run(snapshot.tree, results)
    one.store.record_run(run)
    return snapshot, run


def work(one: House, rules: Policy | None = None, head: str | None = None) -> Work:
    """The work on the red test, on the tree as it is now."""
    snapshot, baseline = taken(one)
    target = Target("a cause", (baseline.results[RED],))
    return planned(one.ports, rules or policy(), replace(snapshot, head=head), baseline, target, Stop())


# What has changed.


def test_what_was_changed_since_the_target_was_green():
    one = house()
    taken(one)
    one.repository.contents.update({"a.py": WRONG, "b.py": "b = 1\n"})
    found = past(work(one))
    assert found is not None
    assert found.was_green
    assert found.patch == Patch((Edit("a.py", GREEN, WRONG), Edit("b.py", None, "b = 1\n")))


def test_where_it_never_was_green_it_is_what_was_changed_since_the_last_commit():
    one = house()
    one.repository.contents["a.py"] = "answer = 40\n"
    head = one.repository.snapshot().tree
    one.repository.contents["a.py"] = WRONG
    found = past(work(one, head=head))
    assert found is not None
    assert not found.was_green
    assert found.patch == Patch((Edit("a.py", "answer = 40\n", WRONG),))


@pytest.mark.parametrize("pattern", ["notes.txt", "NOTES*"])
def test_what_no_patch_may_touch_has_not_changed(pattern):
    one = house()
    one.repository.contents["a.py"] = "answer = 40\n"
    head = one.repository.snapshot().tree
    one.repository.contents["a.py"] = GREEN
    taken(one)
    one.repository.contents["notes.txt"] = "mine\n"
    found = past(work(one, replace(policy(), protected=(pattern,)), head))
    assert found is not None
    assert (found.was_green, found.patch.paths) == (False, ("a.py",))


def test_where_the_green_tree_is_gone_it_is_what_was_changed_since_the_last_commit():
    one = house()
    head = one.repository.snapshot().tree
    one.repository.contents["b.py"] = "b = 1\n"
    taken(one)
    del one.repository.trees[one.store.runs[-1].tree]
    one.repository.contents["a.py"] = WRONG
    found = past(work(one, head=head))
    assert found is not None
    assert not found.was_green


@pytest.mark.parametrize("head", [None, "gone"])
def test_nothing_is_known_of_the_past(head):
    one = house()
    one.repository.contents["a.py"] = WRONG
    assert past(work(one, head=head)) is None


# The laboratory.


def red() -> Work:
    one = house()
    one.repository.contents["a.py"] = WRONG
    return work(one)


def kept(seconds: dict[str, float]) -> tuple[str, ...]:
    """The greens that are held, of those that took so long."""
    made = red()
    results = {RED: made.baseline.results[RED]}
    results |= {node: Result(node, Outcome.PASSED, took) for node, took in seconds.items()}
    return lab_request(replace(made, baseline=replace(made.baseline, results=results))).keep


def test_it_holds_the_target_and_the_greens_beside_it_first():
    made = red()
    made = replace(made, baseline=replace(made.baseline, seconds=3.0), policy=replace(made.policy, protected=("x",)))
    request = lab_request(made)
    assert (request.target, request.keep) == ((RED,), (NEAR, FAR))
    assert (request.snapshot, request.protected, request.lane) == (made.snapshot, ("x",), made.target.id)
    assert request.test_seconds == 13.0


def test_greens_are_left_out_that_take_longer_than_a_moment():
    far = [f"tests/test_b.py::test_{number}" for number in range(4)]
    took = {far[0]: 0.5, far[1]: 100.0, far[2]: 1.0, far[3]: 0.8, NEAR: 0.4}
    assert kept(took) == (NEAR, far[0], far[2])


def test_of_very_many_greens_some_are_held():
    assert len(kept({f"tests/test_b.py::test_{number}": 0.0 for number in range(5000)})) == 2000


def test_it_may_not_outlive_the_means():
    made = red()
    ledger = Ledger(Budget(seconds=60), made.ports.clock)
    request = lab_request(replace(made, ledger=ledger, policy=replace(made.policy, test_seconds=5.0)))
    assert (request.seconds, request.test_seconds) == (60.0, 5.0)


# What is kept.


def test_candidates_and_those_between_which_is_a_tie_are_kept_before_anything_else():
    one = house()
    made, mine = work(one), candidate("a.py", WRONG, GREEN)
    ways = [candidate("a.py", WRONG, f"answer = {number}\n").patch for number in (43, 44)]
    asks = Dud("a tie", "script", question=Question(tuple(Option(way, f"way {way.id}") for way in ways)))
    plain = Dud("nothing", "script")
    assert [keep(made, each) for each in (mine, asks, plain)] == [mine, asks, plain]
    assert list(one.store.patches) == [mine.patch.id, ways[0].id, ways[1].id]
    assert set(one.store.states.values()) == {"stored"}
    assert one.store.patches[ways[0].id] == (ways[0], f"way {ways[0].id}")
