"""What makes of a green run a proof, and what in it is chance."""

from dataclasses import replace

import pytest

from tddbot.domain import Attempt, Candidate, Kind, Outcome, Result, Ruling, Run, Target
from tddbot.ports import Policy, RunRequest
from tddbot.preparing import planned
from tddbot.proving import prove
from tddbot.stop import Stop
from tests.fakes import House, Test, always, candidate, green_if, in_turn, policy

RED, NEAR, FAR = "tests/test_a.py::test_red", "tests/test_a.py::test_near", "tests/test_b.py::test_far"
WRONG, RIGHT = "answer = 41\n", "answer = 42\n"
FIX = candidate("a.py", WRONG, RIGHT)
PASSED, FAILED = Outcome.PASSED, Outcome.FAILED


def house(near: Test | None = None, red: Test | None = None) -> House:
    tests = {RED: red or green_if("a.py", "42"), NEAR: near or always(PASSED), FAR: always(PASSED)}
    return House({"a.py": WRONG}, tests)


def proven(one: House, fix: Candidate = FIX, rules: Policy | None = None) -> Attempt:
    """What comes of a candidate where the baseline had the one red test."""
    snapshot = one.repository.snapshot()
    outcomes = {RED: FAILED, NEAR: PASSED, FAR: PASSED}
    baseline = Run(snapshot.tree, {node: Result(node, outcome) for node, outcome in outcomes.items()})
    target = Target("a cause", (baseline.results[RED],))
    one.store.save_patch(fix.patch, fix.note)
    return prove(planned(one.ports, rules or policy(), snapshot, baseline, target, Stop()), fix)


def shuffled(one: House) -> None:
    """Let a plugin shuffle the tests."""
    answer = one.runner.answer

    def ordered(request: RunRequest, stop: Stop) -> Run:
        seed = f"hash {request.seed}, order {request.seed}" if request.seed is not None else ""
        return replace(answer(request, stop), seed=seed)

    one.runner.answer = ordered


def whole(one: House) -> list[RunRequest]:
    return [request for request in one.runner.requests if request.node_ids is None]


def test_what_it_was_proven_by():
    one = house()
    made = proven(one)
    assert made.verdict.ruling is Ruling.ACCEPTED
    assert made.proof is not None
    assert (made.proof.proofs, made.proof.repeats, made.proof.without) == (1, 3, 2)


def test_each_repeat_has_a_seed_of_its_own_and_the_same_each_time():
    first, second = house(), house()
    proven(first)
    proven(second)
    seeds = [request.seed for request in first.runner.requests if request.patch]
    assert None not in seeds
    assert len(set(seeds)) == len(seeds) == 4
    assert [request.seed for request in second.runner.requests if request.patch] == seeds


@pytest.mark.parametrize("repeats", [1, 5])
def test_how_often_it_is_repeated_is_a_setting(repeats):
    one = house()
    made = proven(one, rules=replace(policy(), repeats=repeats))
    assert made.proof is not None
    assert (made.proof.repeats, made.proof.without) == (repeats, 2)
    again = [request for request in one.runner.requests if request.node_ids == (RED,)]
    assert sum(request.patch is not None for request in again) == repeats
    assert sum(request.patch is None for request in again) == 2


@pytest.mark.parametrize("place", range(1, 4))
def test_a_green_that_flickers_is_no_fix(place):
    outcomes = [PASSED] * 4
    outcomes[place] = FAILED
    one = house(red=in_turn(*outcomes))
    one.runner.answer = without_patch_red(one)
    made = proven(one)
    assert (made.verdict.ruling, made.proof) == (Ruling.UNPROVEN, None)
    assert "flaky" in made.verdict.reasons[0]


def without_patch_red(one: House):
    """The answers of a house whose target is red without a patch, whatever it is with one."""
    answer = one.runner.answer

    def asked(request: RunRequest, stop: Stop) -> Run:
        if request.patch is None:
            return Run(request.snapshot.tree, {RED: Result(RED, FAILED)})
        return answer(request, stop)

    return asked


def test_a_red_that_is_green_without_the_patch_is_no_fix():
    made = proven(house(red=always(PASSED)))
    assert made.verdict.ruling is Ruling.UNPROVEN
    assert "without the patch" in made.verdict.reasons[0]


def test_that_it_is_green_without_the_patch_has_to_hold_in_a_fresh_process_too():
    one = house()
    answer = one.runner.answer

    def mistaken(request: RunRequest, stop: Stop) -> Run:
        if request.patch is None and request.warm:
            return Run(request.snapshot.tree, {RED: Result(RED, PASSED)})
        return answer(request, stop)

    one.runner.answer = mistaken
    assert proven(one).verdict.ruling is Ruling.ACCEPTED
    without = [request.warm for request in one.runner.requests if request.patch is None]
    assert without == [True, False, True, False]


def test_shuffled_tests_are_proven_in_two_orders():
    one = house()
    shuffled(one)
    made = proven(one)
    assert made.proof is not None
    assert made.proof.proofs == len(whole(one)) == 2
    assert len({request.seed for request in whole(one)}) == 2
    assert len([seed for seed in made.proof.seeds if "order" in seed]) == 5


def test_what_is_lost_in_the_other_order_is_lost():
    one = house(near=in_turn(PASSED, FAILED))
    shuffled(one)
    made = proven(one)
    assert made.verdict.ruling is Ruling.REGRESSION
    assert made.verdict.reasons[0].startswith("with the tests in another order")
    assert made.verdict.lost == (NEAR,)


def test_a_green_that_is_known_to_flicker_does_not_veto_and_is_named():
    one = house(near=always(FAILED))
    one.store.record_flaky([NEAR])
    made = proven(one)
    assert (made.verdict.ruling, made.verdict.flaky, made.verdict.lost) == (Ruling.ACCEPTED, (NEAR,), ())
    assert made.verdict.kept == 1
    assert all(NEAR not in request.keep for request in one.runner.requests)


def test_a_test_that_flickers_must_be_there_yet():
    one = house(near=always(Outcome.SKIPPED))
    one.store.record_flaky([NEAR])
    assert proven(one).verdict.ruling is Ruling.REGRESSION


def test_a_loss_that_comes_without_the_patch_too_is_chance():
    one = house(near=in_turn(FAILED, PASSED, FAILED, PASSED, PASSED))
    made = proven(one)
    assert (made.verdict.ruling, len(whole(one))) == (Ruling.ACCEPTED, 2)
    assert one.store.flaky() == {NEAR}


def test_a_loss_that_comes_only_with_the_patch_is_a_loss():
    one = house(near=in_turn(FAILED, PASSED))
    assert proven(one).verdict.ruling is Ruling.REGRESSION
    assert one.store.flaky() == set()


def test_what_only_claims_to_help_is_offered_however_well_it_is_proven():
    made = proven(house(), replace(FIX, kind=Kind.ROLLBACK))
    assert made.verdict.ruling is Ruling.OFFERED
    assert made.proof is not None


def test_side_by_side_it_comes_to_the_same():
    one = house()
    made = proven(one, rules=replace(policy(), jobs=4))
    assert (made, len(one.runner.requests)) == (proven(house()), 6)
