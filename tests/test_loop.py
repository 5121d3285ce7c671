"""The loop with fakes of its ports: every way in which a proposal, a target and a cycle can end."""

import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tddbot import events
from tddbot.budget import Budget, Ledger
from tddbot.domain import (
    Attempt,
    Brief,
    Candidate,
    Conclusion,
    Dud,
    Ending,
    Failure,
    Frame,
    Kind,
    Option,
    Outcome,
    Patch,
    Proposal,
    Question,
    Resolution,
    Result,
    Ruling,
    Run,
    Usage,
)
from tddbot.errors import UnfitError
from tddbot.generator.prompt.thread import Answered
from tddbot.loop import cycle
from tddbot.ports import Policy, ProposalRequest, RunRequest
from tddbot.preparing import MOST_TESTS
from tddbot.runner.split import HELD
from tddbot.stop import Stop
from tests.fakes import House, Script, a_result, always, candidate, green_if, in_turn, policy, suite

PATIENCE = 60.0
RED, GREEN, OTHER = "tests/test_a.py::test_red", "tests/test_a.py::test_green", "tests/test_b.py::test_other"
WRONG = "answer = 41\nsafe = 1\n"
RIGHT_TEXT = "answer = 42\nsafe = 1\n"

RIGHT = candidate("a.py", WRONG, RIGHT_TEXT)
STILL = candidate("a.py", WRONG, "answer = 40\nsafe = 1\n")
HARMFUL = candidate("a.py", WRONG, "answer = 42\nsafe = 0\n")
HARMFUL_ELSEWHERE = candidate("b.py", None, "answer = 42\n")
FORBIDDEN = candidate("tests/test_a.py", "# a test\n", "# no test\n")
DUD = Dud("it said nothing", "script")
PAID = Usage(calls=1, input_tokens=90, output_tokens=10, usd=Decimal("0.5"))


def house(*scripts: Script, **tests: Outcome) -> House:
    """A repository with one slip in a.py: of its tests one is red and two are green."""
    return House(
        {"a.py": WRONG, "tests/test_a.py": "# a test\n"},
        {RED: green_if("a.py", "answer = 42"), GREEN: green_if("a.py", "safe = 1"), OTHER: always(Outcome.PASSED)},
        scripts,
    )


def work(of: House, rules: Policy | None = None, stop: Stop | None = None) -> tuple[Run, list[Resolution]]:
    return cycle(of.ports, rules or policy(), lambda run: run.reds(), stop or Stop())


def rulings(of: House) -> list[Ruling]:
    return [event.attempt.verdict.ruling for event in of.told.of(events.AttemptJudged)]


def assert_untouched(of: House) -> None:
    assert of.repository.contents["a.py"] == WRONG
    assert of.repository.applied == []
    assert "applied" not in of.store.states.values()


# Fixed.


def test_a_red_test_is_fixed_proven_and_applied():
    one = house([RIGHT])
    baseline, [resolution] = work(one)

    assert (resolution.conclusion, resolution.attempts, resolution.attempt.proposal) == (Conclusion.FIXED, 1, RIGHT)
    assert one.repository.contents["a.py"] == RIGHT_TEXT
    assert baseline.reds() == ()
    assert one.told.names() == [
        "BaselineStarted", "BaselineTaken", "TargetStarted", "RungStarted", "AttemptJudged", "TargetResolved",
        "PatchApplied",
    ]  # fmt: skip
    assert one.told.of(events.BaselineTaken)[0].wanted == (RED,)


def test_what_is_run_when_and_how():
    one = house([RIGHT])
    work(one)
    baseline, confirm, search, proof, *repeats = one.runner.requests

    assert (baseline.patch, baseline.node_ids, baseline.detail, baseline.keep) == (None, None, False, frozenset())
    assert (confirm.patch, confirm.node_ids, confirm.detail, confirm.trace) == (None, (RED, GREEN), True, True)
    assert (search.patch, search.node_ids, search.detail) == (RIGHT.patch, (RED,), True)
    assert (proof.patch, proof.node_ids) == (RIGHT.patch, None)
    assert search.keep == proof.keep == {GREEN, OTHER}
    assert [(again.patch, again.node_ids) for again in repeats] == [
        (None, (RED,)), (RIGHT.patch, (RED,)), (None, (RED,)), (RIGHT.patch, (RED,)), (RIGHT.patch, (RED,)),
    ]  # fmt: skip
    assert len({request.seed for request in (proof, *repeats) if request.patch}) == 4
    assert [again.trace for again in repeats] == [False] * 4 + [True]
    assert {request.snapshot.tree for request in one.runner.requests} == {baseline.snapshot.tree}


def test_the_store_knows_all_of_a_fix():
    one = house([STILL, RIGHT])
    last, [resolution] = work(one)
    now = one.repository.snapshot().tree

    assert one.store.states == {STILL.patch.id: "stored", RIGHT.patch.id: "applied"}
    assert [attempt.proposal for _, attempt in one.store.attempts] == [STILL, RIGHT]
    assert {target for target, _ in one.store.attempts} == {resolution.target.id}
    assert one.store.resolutions == [resolution]
    first, second = one.store.runs
    assert (first.reds(), second.reds(), second.tree, second.patch_id) == ((RED,), (), now, None)
    assert second == last
    [evidence] = one.store.evidence
    assert (evidence.patch_id, evidence.tree, evidence.target, evidence.won) == (
        RIGHT.patch.id, first.tree, (RED,), (RED,),
    )  # fmt: skip
    assert (evidence.kept, evidence.generator) == (2, "script")


def test_a_dry_run_keeps_the_patch_in_the_store_only():
    one = house([RIGHT])
    baseline, [resolution] = work(one, policy(apply=False))

    assert resolution.conclusion is Conclusion.FIXED
    assert one.repository.contents["a.py"] == WRONG
    assert one.repository.applied == []
    assert one.store.states == {RIGHT.patch.id: "proven"}
    assert one.told.of(events.PatchStored)[0].reason == "nothing is applied in a dry run"
    assert one.told.of(events.PatchApplied) == []
    assert baseline.reds() == (RED,)
    assert len(one.runner.requests) == 9


def test_a_patch_is_saved_before_it_is_run():
    one = house([STILL, RIGHT])
    answer, known = one.runner.answer, []

    def look(request: RunRequest, stop: Stop) -> Run:
        if request.patch:
            known.append(request.patch.id in one.store.patches)
        return answer(request, stop)

    one.runner.answer = look
    work(one)
    assert known == [True] * 6


def test_the_first_accepted_patch_ends_it_and_later_ones_are_not_tried():
    later = candidate("a.py", WRONG, "answer = 42\nsafe = 1  # too\n")
    one = house([STILL, RIGHT, later], [later])
    work(one, policy(rounds=2, rungs=2))

    assert rulings(one) == [Ruling.STILL_RED, Ruling.ACCEPTED]
    assert later.patch.id not in one.runner.tried()
    assert one.generator.drawn == [STILL, RIGHT]
    assert len(one.generator.asked) == 1


def test_side_by_side_the_first_in_order_wins_and_the_rest_are_cancelled():
    slow = candidate("a.py", WRONG, "answer = 42\nsafe = 1  # slow\n")
    one = house([RIGHT, slow])
    answer, cancelled, is_under_way = one.runner.answer, [], Stop()

    def hold(request: RunRequest, stop: Stop) -> Run:
        if request.patch == slow.patch:
            is_under_way.set()
            cancelled.append(stop.wait(60))
        elif request.patch:
            is_under_way.wait(60)
        return answer(request, stop)

    one.runner.answer = hold
    _, [resolution] = work(one, policy(jobs=2))
    assert (resolution.attempt.proposal, resolution.attempts) == (RIGHT, 1)
    assert cancelled == [True]
    assert one.store.states == {RIGHT.patch.id: "applied", slow.patch.id: "stored"}


# Not fixed: what a proposal is worth.


@pytest.mark.parametrize(
    ("proposal", "ruling", "runs"),
    [
        (STILL, Ruling.STILL_RED, 1),
        (HARMFUL, Ruling.REGRESSION, 3),
        (FORBIDDEN, Ruling.FORBIDDEN, 0),
        (candidate("a.py", WRONG, "answer = = 42\n"), Ruling.FORBIDDEN, 0),
        (Candidate(Patch(()), "script"), Ruling.FORBIDDEN, 0),
    ],
)
def test_what_is_not_accepted_is_kept_and_never_applied(proposal, ruling, runs):
    one = house([proposal])
    answer = one.runner.answer
    # The real runner ends a run at the first loss; the judge must come to it by the results, too.
    one.runner.answer = lambda request, stop: answer(replace(request, keep=frozenset()), stop)
    _, [resolution] = work(one)

    assert rulings(one) == [ruling]
    assert one.runner.tried() == [proposal.patch.id] * runs
    assert proposal.patch.id in one.store.patches
    assert (resolution.conclusion, resolution.reason) == (
        Conclusion.GAVE_UP, "the one candidate was not accepted",
    )  # fmt: skip
    assert_untouched(one)


def test_a_run_that_ended_at_a_loss_is_a_regression_that_names_it():
    one = house([HARMFUL])
    work(one)
    assert rulings(one) == [Ruling.REGRESSION]
    assert one.store.attempts[0][1].verdict.lost == (GREEN,)
    assert_untouched(one)


def test_the_projects_own_patterns_forbid_too():
    one = house([RIGHT])
    work(one, replace(policy(), protected=("a.*",)))
    assert rulings(one) == [Ruling.FORBIDDEN]
    assert one.runner.tried() == []


CHECK = "def test_add():\n    assert 1 == 2\n\n\nclass TestMore(Base):\n    pass\n"


@pytest.mark.parametrize("path", ["check_a.py", "src/checks [1]/ä.py"])
@pytest.mark.parametrize("name", ["test_add", "test_add[1::2]", "TestMore::test_inherited"])
def test_a_file_that_tests_are_defined_in_is_a_test_whatever_its_name(path, name):
    bent = candidate(path, CHECK, CHECK.replace("==", "!="))
    one = House({path: CHECK}, {f"{path}::{name}": green_if(path, "!=")}, [[bent]])
    work(one)
    assert rulings(one) == [Ruling.FORBIDDEN]
    assert one.runner.tried() == []
    assert "source" not in [excerpt.role.value for excerpt in one.generator.asked[0].brief.excerpts]


@pytest.mark.parametrize("name", ["a", "pkg.a", "pkg.a.add", "ruff", "FLAKE8", "mypy-status"])
def test_a_module_with_doctests_or_a_linters_items_may_be_mended(name):
    source, mended = "def add():\n    return 41  # ruff\n", "def add():\n    return 42  # ruff\n"
    one = House(
        {"pkg/a.py": source},
        {f"pkg/a.py::{name}": green_if("pkg/a.py", "42")},
        [[candidate("pkg/a.py", source, mended)]],
    )
    work(one)
    assert rulings(one) == [Ruling.ACCEPTED]


def test_a_dud_is_an_attempt_without_a_run():
    one = house([DUD])
    _, [resolution] = work(one)

    [(_, attempt)] = one.store.attempts
    assert attempt == Attempt(DUD, None, attempt.verdict, "rung 1")
    assert (attempt.verdict.ruling, attempt.verdict.reasons) == (Ruling.DUD, ("it said nothing",))
    assert len(one.runner.requests) == 2
    assert (resolution.conclusion, resolution.reason) == (Conclusion.GAVE_UP, "it said nothing")
    assert not resolution.out_of_means


def test_the_end_tells_the_first_line_of_a_long_reason():
    one = house([replace(DUD, reason="This SEARCH matches nothing in a.py:\n    x = 1\nThe nearest lines are:\n  y")])
    _, [resolution] = work(one)
    assert resolution.reason == "this SEARCH matches nothing in a.py"


def test_without_any_proposal_the_end_still_has_a_reason():
    one = house()
    _, [resolution] = work(one)
    assert (resolution.conclusion, resolution.attempts) == (Conclusion.GAVE_UP, 0)
    assert resolution.reason


# Rounds and rungs.


def test_rounds_hand_the_history_on_and_each_rung_starts_afresh():
    one = house([STILL], [DUD], [HARMFUL], [RIGHT])
    work(one, policy(rounds=2, rungs=2))

    handed = [[attempt.proposal for attempt in asked.history] for asked in one.generator.asked]
    assert handed == [[], [STILL], [], [HARMFUL]]
    assert [asked.rung.name for asked in one.generator.asked] == ["rung 1", "rung 1", "rung 2", "rung 2"]
    assert [(event.rung, event.round) for event in one.told.of(events.RungStarted)] == [
        ("rung 1", 1), ("rung 1", 2), ("rung 2", 1), ("rung 2", 2),
    ]  # fmt: skip
    assert [event.number for event in one.told.of(events.AttemptJudged)] == [1, 2, 3, 4]


def test_history_holds_the_run_that_says_why():
    one = house([STILL], [RIGHT])
    work(one, policy(rounds=2))
    [attempt] = one.generator.asked[1].history
    assert attempt.run.results[RED].failure.message == f"assert {RED}"


def test_after_a_final_dud_the_next_rung_is_asked():
    one = house([replace(DUD, final=True)], [RIGHT])
    _, [resolution] = work(one, policy(rounds=3, rungs=2))
    assert [asked.rung.name for asked in one.generator.asked] == ["rung 1", "rung 2"]
    assert resolution.conclusion is Conclusion.FIXED


def test_the_next_rung_is_told_with_the_reason_why_the_last_one_was_left_early():
    one = house([replace(DUD, final=True)], [STILL], [RIGHT])
    work(one, policy(rungs=3))
    assert [event.why for event in one.told.of(events.RungStarted)] == ["", "it said nothing", ""]


def test_one_final_dud_beside_a_candidate_does_not_end_a_wide_rung():
    one = house([replace(DUD, final=True), STILL], [RIGHT])
    _, [resolution] = work(one, policy(rounds=2))
    assert [len(asked.history) for asked in one.generator.asked] == [0, 2]
    assert resolution.conclusion is Conclusion.FIXED


def test_a_rung_is_told_what_the_rungs_before_it_tried():
    one = house([STILL], [DUD], [RIGHT])
    work(one, policy(rungs=3))
    assert [[each.proposal for each in asked.earlier] for asked in one.generator.asked] == [[], [STILL], [STILL, DUD]]
    assert [each.rung for each in one.generator.asked[2].earlier] == ["rung 1", "rung 2"]


CLAIM = replace(DUD, final=True, contradiction=(RED, GREEN))


def test_two_rungs_that_say_that_tests_contradict_each_other_end_it():
    one = house([CLAIM], [CLAIM], [RIGHT])
    baseline, [resolution] = work(one, policy(rounds=2, rungs=3))
    assert resolution.conclusion is Conclusion.CONTRADICTORY
    assert resolution.reason == f"two rungs say that no implementation can satisfy {RED} and {GREEN}"
    assert not resolution.out_of_means
    assert len(one.generator.asked) == 2
    assert baseline.reds() == (RED,)
    assert_untouched(one)


def test_both_tests_of_a_contradiction_are_settled_by_it():
    claim = replace(DUD, final=True, contradiction=(RED, OTHER))
    one = house([claim], [claim], [claim], [claim])
    one.runner.answer = suite(
        one.repository, {RED: green_if("a.py", "answer = 42"), OTHER: green_if("a.py", "answer = 43")}
    )
    _, [resolution] = work(one, policy(rungs=2))
    assert resolution.contradiction == (RED, OTHER)
    assert len(one.generator.asked) == 2


def test_one_call_of_several_that_the_service_ends_does_not_end_the_climb():
    one = house([STILL, replace(DUD, out_of_means=True)], [RIGHT])
    _, [resolution] = work(one, policy(rounds=2))
    assert resolution.conclusion is Conclusion.FIXED


def test_one_rung_that_says_so_is_followed_by_the_next():
    one = house([CLAIM], [RIGHT])
    _, [resolution] = work(one, policy(rungs=2))
    assert resolution.conclusion is Conclusion.FIXED


def test_out_of_means_ends_the_climb():
    one = house([replace(DUD, out_of_means=True)], [RIGHT])
    _, [resolution] = work(one, policy(rounds=3, rungs=2))
    assert len(one.generator.asked) == 1
    assert (resolution.conclusion, resolution.out_of_means) == (Conclusion.GAVE_UP, True)


def test_a_generator_sees_the_confirmed_target_and_its_files():
    one = house([RIGHT])
    work(one)
    brief: Brief = one.generator.asked[0].brief
    assert brief.target.node_ids == (RED,)
    assert [excerpt.path for excerpt in brief.excerpts] == ["tests/test_a.py", ""]


# The budget.


def test_the_budget_ends_it_and_the_resolution_tells_what_was_spent():
    dear = replace(STILL, usage=PAID)
    one = house([dear], [dear], [dear])
    _, [resolution] = work(one, policy(rounds=3, rungs=2, budget=Budget(calls=2)))

    assert len(one.generator.drawn) == 2
    assert (resolution.conclusion, resolution.out_of_means) == (Conclusion.GAVE_UP, True)
    assert "2 model calls" in resolution.reason
    assert (resolution.usage.calls, resolution.usage.usd) == (2, Decimal("1.0"))


def test_the_best_of_what_a_model_proposed_is_named_at_the_end():
    thought = replace(STILL, replay=(Answered(()),), usage=PAID)
    one = house([thought])
    _, [resolution] = work(one, policy(rounds=3, budget=Budget(calls=1)))
    assert resolution.reason.startswith(
        f"the one candidate was not accepted; `tddbot show {STILL.patch.id}` shows the nearest"
    )
    assert one.store.states[STILL.patch.id] == "stored"


def test_when_time_is_up_nothing_more_is_asked():
    one = house([STILL], [RIGHT])
    answer = one.runner.answer

    def slow(request: RunRequest, stop: Stop) -> Run:
        one.clock.advance(40)
        return answer(request, stop)

    one.runner.answer = slow
    _, [resolution] = work(one, policy(rounds=2, rungs=2, budget=Budget(seconds=60)))
    assert len(one.generator.asked) == 1
    assert resolution.reason == "the one candidate was not accepted; the 60 s for one target are used up"
    assert (resolution.out_of_means, resolution.seconds) == (True, 80)


def test_a_run_may_not_outlive_the_budgets_time():
    one = house([RIGHT])
    one.told.react = lambda event: one.clock.advance(20) if isinstance(event, events.RungStarted) else None
    work(one, replace(policy(budget=Budget(seconds=60)), run_seconds=50))
    assert [request.seconds for request in one.runner.requests] == [50, 50] + [40] * 7


def test_each_target_has_a_budget_of_its_own():
    tests = {f"tests/test_{name}.py::test": always(Outcome.FAILED) for name in "ab"}
    one = House({"a.py": WRONG}, tests, [[replace(STILL, usage=PAID)]] * 4)
    _, resolutions = work(one, policy(rounds=2, budget=Budget(calls=2)))
    assert [resolution.usage.calls for resolution in resolutions] == [2, 2]


@pytest.mark.parametrize(("most", "limit"), [(60, 17), (15, 15)])
def test_a_test_may_take_as_long_as_the_whole_baseline_and_ten_seconds(most, limit):
    one = house([RIGHT])
    answer = one.runner.answer
    one.runner.answer = lambda request, stop: replace(answer(request, stop), seconds=7.0)
    work(one, replace(policy(), test_seconds=most))
    assert [request.test_seconds for request in one.runner.requests] == [most] + [limit] * 8


def test_a_target_that_turns_green_without_the_patch_is_luck():
    tests = {RED: in_turn(*[Outcome.FAILED] * 2, Outcome.PASSED, Outcome.PASSED, Outcome.PASSED)}
    one = House({"a.py": WRONG}, tests, [[RIGHT]])
    work(one)
    assert rulings(one) == [Ruling.UNPROVEN]
    assert_untouched(one)


def test_a_file_that_was_saved_and_taken_back_meanwhile_unproves_the_patch():
    one = house([RIGHT])
    real, stamps = one.repository.snapshot, iter(range(100))
    one.repository.snapshot = lambda: replace(real(), stamps={"b.py": (next(stamps),)})
    _, [resolution] = work(one)
    assert resolution.conclusion is Conclusion.FIXED
    assert one.repository.applied == []
    assert "changed" in one.told.of(events.PatchStored)[0].reason


# Red only once, and runs that are not whole.


def test_red_only_once_is_flaky_and_no_generator_is_asked():
    one = House({"a.py": WRONG}, {RED: in_turn(Outcome.FAILED, Outcome.PASSED)}, [[RIGHT]])
    _, [resolution] = work(one)
    assert (resolution.conclusion, one.generator.asked) == (Conclusion.FLAKY, [])
    assert RED in resolution.reason
    assert_untouched(one)


def test_of_a_target_only_what_is_red_twice_is_worked_on_and_proven():
    steady, flaky = "tests/test_a.py::test[1]", "tests/test_a.py::test[2]"
    tests = {steady: green_if("a.py", "42"), flaky: in_turn(Outcome.FAILED, Outcome.PASSED)}
    one = House({"a.py": WRONG}, tests, [[RIGHT]])
    _, [resolution] = work(one)
    assert resolution.conclusion is Conclusion.FIXED
    assert resolution.target.node_ids == one.store.evidence[0].target == (steady,)


def test_a_confirming_run_that_does_not_reach_its_end_says_nothing_of_flakiness():
    one = house([RIGHT])
    answer = one.runner.answer

    def cut_short(request: RunRequest, stop: Stop) -> Run:
        if request.trace:
            return Run(request.snapshot.tree, {}, Ending.INCOMPLETE, "it passed its limit")
        return answer(request, stop)

    one.runner.answer = cut_short
    _, [resolution] = work(one)
    assert (resolution.conclusion, resolution.reason) == (Conclusion.GAVE_UP, "it passed its limit")
    assert one.generator.asked == []


@pytest.mark.parametrize("ending", [Ending.UNUSABLE, Ending.INCOMPLETE])
def test_a_baseline_that_cannot_be_run_to_its_end_is_no_baseline(ending):
    one = house([RIGHT])
    one.runner.answer = lambda request, stop: Run(request.snapshot.tree, {}, ending, "pytest is not there")
    with pytest.raises(UnfitError, match="pytest is not there") as raised:
        work(one)
    assert raised.value.hint
    assert one.store.runs == []


def test_nothing_red():
    one = House({"a.py": ""}, {GREEN: always(Outcome.PASSED), OTHER: always(Outcome.SKIPPED)}, [[RIGHT]])
    baseline, resolutions = work(one)
    assert (resolutions, len(baseline.results)) == ([], 2)
    assert one.told.names() == ["BaselineStarted", "BaselineTaken"]
    assert one.store.runs == [baseline]


def test_no_tests():
    one = House({"a.py": ""}, {}, [[RIGHT]])
    baseline, resolutions = work(one)
    assert (baseline.results, baseline.ending, resolutions) == ({}, Ending.COMPLETE, [])


def test_a_test_file_that_does_not_parse_is_its_authors_to_mend():
    broken = "tests/test_a.py"
    failure = Failure("collect", "SyntaxError", "invalid syntax", (Frame(broken, 3, "<module>"),))
    one = House({"a.py": WRONG}, {broken: always(Outcome.ERROR)}, [[RIGHT]])
    answer = one.runner.answer
    one.runner.answer = lambda request, stop: replace(
        answer(request, stop), results={broken: Result(broken, Outcome.ERROR, failure=failure)}
    )
    _, [resolution] = work(one)
    assert (resolution.conclusion, one.generator.asked) == (Conclusion.GAVE_UP, [])
    assert "tests/test_a.py:3 does not parse" in resolution.reason


# Cancelled.


def test_cancelled_before_it_began():
    one, stop = house([RIGHT]), Stop()
    stop.set()
    baseline, resolutions = work(one, stop=stop)
    assert (baseline.ending, resolutions, one.store.runs) == (Ending.CANCELLED, [], [])
    assert_untouched(one)


@pytest.mark.parametrize(("at", "attempts"), [(1, 0), (2, 1), (3, 1)], ids=["confirm", "search", "proof"])
def test_cancelled_in_a_run(at, attempts):
    one, stop = house([RIGHT, HARMFUL], [RIGHT]), Stop()
    answer = one.runner.answer

    def interrupted(request: RunRequest, stopped: Stop) -> Run:
        if len(one.runner.requests) == at + 1:
            stop.set()
        return answer(request, stopped)

    one.runner.answer = interrupted
    _, [resolution] = work(one, policy(width=1, rounds=2), stop)
    assert (resolution.conclusion, resolution.attempts) == (Conclusion.CANCELLED, attempts)
    assert rulings(one) == [Ruling.CANCELLED] * attempts
    assert len(one.generator.asked) == attempts
    assert_untouched(one)


def test_cancelled_while_a_generator_thinks_what_it_billed_is_kept():
    stop = Stop()

    def interrupted(brief: Brief, stopped: Stop) -> list[Proposal]:
        stop.set()
        return [RIGHT]

    one = house(interrupted, [RIGHT])
    _, [resolution] = work(one, policy(rounds=2), stop)
    assert resolution.conclusion is Conclusion.CANCELLED
    assert one.store.states == {RIGHT.patch.id: "stored"}
    assert len(one.generator.asked) == 1
    assert_untouched(one)


def test_cancelled_between_targets():
    tests = {f"tests/test_{name}.py::test": always(Outcome.FAILED) for name in "ab"}
    one, stop = House({"a.py": WRONG}, tests), Stop()
    one.told.react = lambda event: stop.set() if isinstance(event, events.TargetResolved) else None
    _, resolutions = work(one, stop=stop)
    assert len(resolutions) == 1


def test_cancelled_after_the_proof_what_is_proven_is_applied():
    one, stop = house([RIGHT]), Stop()
    one.told.react = lambda event: stop.set() if isinstance(event, events.TargetResolved) else None
    baseline, [resolution] = work(one, stop=stop)
    assert resolution.conclusion is Conclusion.FIXED
    assert one.repository.contents["a.py"] == RIGHT_TEXT
    assert baseline.reds() == ()


# The user is typing too.


def test_a_tree_that_changed_while_the_patch_was_proven_is_not_written_to():
    one = house([RIGHT])
    _meanwhile(one, events.AttemptJudged, lambda: one.repository.contents.update({"notes.txt": "mine"}))
    baseline, [resolution] = work(one)

    assert resolution.conclusion is Conclusion.FIXED
    assert one.repository.contents == {"a.py": WRONG, "tests/test_a.py": "# a test\n", "notes.txt": "mine"}
    assert one.store.states == {RIGHT.patch.id: "proven"}
    assert "changed while" in one.told.of(events.PatchStored)[0].reason
    assert (baseline.tree, baseline.reds()) == (one.repository.snapshot().tree, (RED,))


def test_a_conflict_at_the_last_moment_leaves_the_patch_in_the_store():
    one = house([RIGHT])
    one.repository.refusal = "a.py is read-only"
    work(one)
    assert_untouched(one)
    assert one.store.states == {RIGHT.patch.id: "proven"}
    assert one.told.of(events.PatchStored)[0].reason == "a.py is read-only"


def test_after_a_save_the_other_targets_are_proven_and_applied_on_the_new_tree():
    first, second = "tests/test_a.py::test_1", "tests/test_b.py::test_2"
    mine = candidate("b.py", "b = 1\n", "b = 2\n")
    one = House(
        {"a.py": WRONG, "b.py": "b = 1\n"},
        {first: green_if("a.py", "42"), second: green_if("b.py", "b = 2")},
        [[RIGHT], [mine]],
    )
    saves = iter([lambda: one.repository.contents.update({"notes.txt": "mine"})])
    one.told.react = lambda event: (
        next(saves, lambda: None)() if isinstance(event, events.AttemptJudged) else None
    )  # fmt: skip
    baseline, resolutions = work(one)

    assert [resolution.conclusion for resolution in resolutions] == [Conclusion.FIXED, Conclusion.FIXED]
    assert one.store.states == {RIGHT.patch.id: "proven", mine.patch.id: "applied"}
    assert one.repository.contents == {"a.py": WRONG, "b.py": "b = 2\n", "notes.txt": "mine"}
    assert baseline.reds() == (first,)


def _meanwhile(one: House, kind: type, act: Callable[[], None]) -> None:
    one.told.react = lambda event: act() if isinstance(event, kind) else None


# Several targets.


def test_the_second_target_is_worked_on_against_the_new_baseline():
    first, second = "tests/test_a.py::test_1", "tests/test_b.py::test_2"
    both = candidate("a.py", RIGHT_TEXT, "answer = 42\nsafe = 2\n")
    one = House(
        {"a.py": WRONG}, {first: green_if("a.py", "42"), second: green_if("a.py", "safe = 2")}, [[RIGHT], [both]]
    )
    baseline, resolutions = work(one)

    assert [resolution.target.node_ids for resolution in resolutions] == [(first,), (second,)]
    assert one.repository.contents["a.py"] == "answer = 42\nsafe = 2\n"
    assert baseline.reds() == ()
    assert [evidence.kept for evidence in one.store.evidence] == [0, 1]
    second_proof = one.runner.requests[-1]
    assert (second_proof.keep, second_proof.snapshot.tree) == ({first}, one.store.runs[1].tree)
    assert len([request for request in one.runner.requests if request.node_ids is None and not request.patch]) == 1


def test_a_target_that_another_patch_has_won_needs_no_work():
    tests = {f"tests/test_{name}.py::test": green_if("a.py", "42") for name in "abc"}
    one = House({"a.py": WRONG}, tests, [[RIGHT]])
    _, resolutions = work(one)
    assert len(resolutions) == 1
    assert set(one.store.evidence[0].won) == set(tests)


def test_a_target_that_was_given_up_does_not_hold_up_the_next():
    tests = {"tests/test_a.py::test": always(Outcome.FAILED), RED: green_if("a.py", "42")}
    one = House({"a.py": WRONG}, tests, [[STILL], [RIGHT]])
    _, resolutions = work(one)
    assert [resolution.conclusion for resolution in resolutions] == [Conclusion.GAVE_UP, Conclusion.FIXED]


def test_only_what_was_chosen_is_worked_on():
    tests = {"tests/test_a.py::test": always(Outcome.FAILED), RED: green_if("a.py", "42")}
    one = House({"a.py": WRONG}, tests, [[RIGHT]])
    baseline, [resolution] = cycle(one.ports, policy(), lambda run: [RED, GREEN, "tests/gone.py::test"], Stop())
    assert (resolution.target.node_ids, resolution.conclusion) == ((RED,), Conclusion.FIXED)
    assert one.told.of(events.BaselineTaken)[0].wanted == (RED,)
    assert baseline.reds() == ("tests/test_a.py::test",)


def test_of_a_cause_with_thousands_of_tests_a_few_are_worked_on_once():
    tests = {f"tests/test_a.py::test[{number}]": always(Outcome.FAILED) for number in range(3 * MOST_TESTS)}
    one = House({"a.py": WRONG}, tests, [[STILL]] * 9)
    _, [resolution] = work(one)
    assert len(resolution.target.node_ids) == MOST_TESTS
    assert len(one.generator.asked) == 1


def test_what_a_patch_for_the_same_cause_leaves_red_has_its_own_turn():
    few = {f"tests/test_a.py::test[{number}]": green_if("a.py", "42") for number in range(MOST_TESTS)}
    rest = {f"tests/test_a.py::test[{number}]": green_if("a.py", "safe = 2") for number in range(50, 55)}
    both = candidate("a.py", RIGHT_TEXT, "answer = 42\nsafe = 2\n")
    one = House({"a.py": WRONG}, {**few, **rest}, [[RIGHT], [both]])
    baseline, resolutions = work(one)
    assert [len(resolution.target.node_ids) for resolution in resolutions] == [MOST_TESTS, 5]
    assert baseline.reds() == ()


def test_an_error_does_not_wait_for_a_generator_that_thinks():
    waiting, was_set = threading.Event(), []

    def thinks(brief: Brief, stop: Stop):
        yield STILL
        waiting.set()
        was_set.append(stop.wait(PATIENCE))

    def answer(request: RunRequest, stop: Stop) -> Run:
        if request.patch is None:
            return answers(request, stop)
        assert waiting.wait(PATIENCE)
        raise UnfitError("the disk is full")

    one = house(thinks)
    answers, one.runner.answer = one.runner.answer, answer
    with pytest.raises(UnfitError, match="disk is full"):
        work(one, policy(jobs=2))
    assert was_set == [True]


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_the_calls_cost_that_a_proven_patch_cuts_off_is_in_its_bill(jobs):
    class TwoAtOnce:
        def propose(self, request: ProposalRequest, ledger: Ledger, stop: Stop):
            assert ledger.reserve(PAID) is None
            try:
                yield RIGHT
                stop.wait(PATIENCE)
            finally:
                ledger.settle(PAID, PAID)

    one = house()
    one.ports = replace(one.ports, generators={"script": TwoAtOnce()})
    _, [resolution] = work(one, policy(jobs=jobs))
    assert (resolution.conclusion, resolution.usage) == (Conclusion.FIXED, PAID)
    assert one.store.evidence[0].usage == PAID


# Whatever is proposed.

KINDS: dict[str, Proposal] = {
    "right": RIGHT, "still red": STILL, "harmful": HARMFUL, "forbidden": FORBIDDEN, "dud": DUD,
    "final": replace(DUD, final=True), "out of means": replace(DUD, out_of_means=True),
    "paid": replace(candidate("a.py", WRONG, "answer = 39\nsafe = 1\n"), usage=PAID),
}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    scripts=st.lists(st.lists(st.sampled_from(sorted(KINDS)), max_size=4), max_size=6),
    rounds=st.integers(1, 3),
    rungs=st.integers(1, 3),
    jobs=st.integers(1, 3),
    apply=st.booleans(),
)
def test_whatever_is_proposed_only_a_proven_patch_changes_the_tree_and_none_is_lost(
    scripts, rounds, rungs, jobs, apply
):
    one = house(*([KINDS[kind] for kind in script] for script in scripts))
    baseline, [resolution] = work(one, policy(rounds=rounds, rungs=rungs, jobs=jobs, apply=apply))
    fixed = resolution.conclusion is Conclusion.FIXED

    assert one.repository.contents["a.py"] == (RIGHT_TEXT if fixed and apply else WRONG)
    assert one.repository.contents["tests/test_a.py"] == "# a test\n"
    assert baseline.greens() >= {GREEN, OTHER}
    assert {proposal.patch.id for proposal in one.generator.drawn if isinstance(proposal, Candidate)} == set(
        one.store.patches
    )
    assert FORBIDDEN.patch.id not in one.runner.tried()
    assert rulings(one).count(Ruling.ACCEPTED) == int(fixed)
    assert len(one.store.attempts) == resolution.attempts == len(rulings(one))
    assert fixed or resolution.reason


# What is only offered, and what one more test decides.

SCAFFOLD = replace(candidate("b.py", None, "def g():\n    raise NotImplementedError\n"), kind=Kind.SCAFFOLD)
ROLLBACK = replace(RIGHT, kind=Kind.ROLLBACK, note="takes it back")


def absent(*scripts: Script) -> House:
    """A house whose red test misses a name until b.py is there, and wants the answer yet when it is."""
    one = house(*scripts)
    answer = one.runner.answer

    def told(request: RunRequest, stop: Stop) -> Run:
        run = answer(request, stop)
        kind = "NotImplementedError" if request.patch and "b.py" in request.patch.paths else "ImportError"
        named = {
            node: replace(result, failure=replace(result.failure, kind=kind)) if result.failure else result
            for node, result in run.results.items()
        }
        return replace(run, results=named)

    one.runner.answer = told
    return one


def test_a_scaffold_is_offered_after_one_run_of_everything_and_never_applied():
    one = absent([SCAFFOLD])
    baseline, [resolution] = work(one)

    assert rulings(one) == [Ruling.OFFERED]
    [_, _, proof] = one.runner.requests
    assert (proof.patch, proof.node_ids, proof.warm, proof.keep) == (SCAFFOLD.patch, None, False, {GREEN, OTHER})
    assert (resolution.conclusion, resolution.attempt) == (Conclusion.GAVE_UP, None)
    assert [offer.proposal for offer in resolution.offers] == [SCAFFOLD]
    assert baseline.reds() == (RED,)
    assert_untouched(one)
    assert one.store.states == {SCAFFOLD.patch.id: "stored"}
    assert one.told.of(events.PatchApplied) == one.told.of(events.PatchStored) == []


def test_the_record_of_an_offer_is_kept_at_once():
    one = absent([SCAFFOLD], [DUD])
    kept = []
    one.told.react = lambda event: (
        kept.append(len(one.store.evidence)) if isinstance(event, events.RungStarted) else None
    )  # fmt: skip
    work(one, policy(rungs=2))
    [evidence] = one.store.evidence
    assert kept == [0, 1]
    assert (evidence.patch_id, evidence.kind, evidence.won, evidence.kept) == (
        SCAFFOLD.patch.id, Kind.SCAFFOLD, (), 2,
    )  # fmt: skip
    assert (evidence.target, evidence.held) == ((RED,), ("cold proof",))


def test_a_scaffold_that_gives_no_name_or_spoils_a_test_is_not_offered():
    harmful = replace(HARMFUL, kind=Kind.SCAFFOLD)
    one = absent([replace(STILL, kind=Kind.SCAFFOLD), harmful])
    _, [resolution] = work(one)
    assert rulings(one) == [Ruling.STILL_RED, Ruling.REGRESSION]
    assert (resolution.offers, one.store.evidence) == ((), [])


def test_an_offer_with_a_last_word_is_no_reason_for_another_round():
    last = Dud("nothing is left", "script", final=True)
    one = absent([SCAFFOLD, last], [DUD])
    work(one, policy(rounds=2, rungs=2))
    assert [(event.rung, event.round) for event in one.told.of(events.RungStarted)][:2] == [
        ("rung 1", 1),
        ("rung 2", 1),
    ]


def test_a_rollback_is_proven_as_a_fix_is_and_then_only_offered():
    one = house([ROLLBACK])
    _, [resolution] = work(one)

    assert rulings(one) == [Ruling.OFFERED]
    assert len(one.runner.requests) == 9
    assert [offer.proposal for offer in resolution.offers] == [ROLLBACK]
    assert (resolution.offers[0].verdict.won, resolution.conclusion) == ((RED,), Conclusion.GAVE_UP)
    assert one.store.evidence[0].kind is Kind.ROLLBACK
    assert_untouched(one)


def test_what_was_undone_before_is_offered_anew():
    one = house([ROLLBACK])
    one.store.save_patch(ROLLBACK.patch, "once")
    one.store.mark(ROLLBACK.patch.id, "undone")
    work(one)
    assert one.store.states == {ROLLBACK.patch.id: "stored"}


@pytest.mark.parametrize(("proposal", "ruling"), [(STILL, Ruling.STILL_RED), (HARMFUL, Ruling.REGRESSION)])
def test_a_rollback_that_proves_nothing_is_not_offered(proposal, ruling):
    one = house([replace(proposal, kind=Kind.ROLLBACK)])
    _, [resolution] = work(one)
    assert rulings(one) == [ruling]
    assert resolution.offers == ()


def test_a_rollback_of_a_flaky_target_is_not_offered():
    tests = {RED: in_turn(*[Outcome.FAILED] * 2, Outcome.PASSED, Outcome.PASSED, Outcome.PASSED)}
    one = House({"a.py": WRONG}, tests, [[ROLLBACK]])
    work(one)
    assert rulings(one) == [Ruling.UNPROVEN]


@pytest.mark.parametrize("kind", [Kind.SCAFFOLD, Kind.ROLLBACK])
def test_what_is_offered_obeys_the_guard(kind):
    one = absent([replace(FORBIDDEN, kind=kind)])
    work(one)
    assert rulings(one) == [Ruling.FORBIDDEN]


def test_the_search_goes_on_after_an_offer_and_a_fix_is_still_applied():
    one = house([ROLLBACK, DUD], [replace(RIGHT, note="another")])
    _, [resolution] = work(one, policy(rungs=2))
    assert rulings(one) == [Ruling.OFFERED, Ruling.DUD, Ruling.ACCEPTED]
    assert resolution.conclusion is Conclusion.FIXED
    assert one.repository.contents["a.py"] == RIGHT_TEXT
    assert [attempt.proposal for attempt in one.generator.asked[1].earlier] == [ROLLBACK, DUD]


def test_the_end_does_not_count_what_is_offered_as_not_accepted():
    one = house([ROLLBACK, STILL, DUD])
    _, [resolution] = work(one)
    assert resolution.reason == "the one candidate was not accepted; it said nothing"
    two = house([ROLLBACK, DUD])
    assert work(two)[1][0].reason == "it said nothing"


def asking(*numbers: int) -> Dud:
    options = tuple(
        Option(candidate("a.py", WRONG, f"answer = {number}\nsafe = 1\n").patch, f"{number}", f"assert a == {number}")
        for number in numbers
    )
    return Dud("a tie", "script", final=True, question=Question(options, "a", "tests/test_a.py"))


def test_what_one_more_test_would_decide_is_in_the_resolution_and_its_options_in_the_store():
    asks = asking(43, 44)
    one = house([asks], [STILL])
    _, [resolution] = work(one, policy(rungs=2))
    assert (resolution.conclusion, resolution.question) == (Conclusion.GAVE_UP, asks.question)
    assert asks.question is not None
    assert {option.patch.id for option in asks.question.options} | {STILL.patch.id} == set(one.store.patches)
    assert all(option.patch.id not in one.runner.tried() for option in asks.question.options)
    assert one.store.evidence == []
    assert_untouched(one)


def test_the_last_question_is_the_one_that_counts():
    one = house([asking(43, 44)], [asking(43, 45)], [DUD])
    _, [resolution] = work(one, policy(rungs=3))
    assert resolution.question == asking(43, 45).question


def test_what_is_fixed_leaves_no_question():
    one = house([asking(43, 44)], [RIGHT])
    _, [resolution] = work(one, policy(rungs=2))
    assert (resolution.conclusion, resolution.question) == (Conclusion.FIXED, None)


def test_a_generator_gets_the_targets_laboratory_and_can_ask_for_the_past():
    one = house([DUD])
    one.store.record_run(Run(one.repository.snapshot().tree, {RED: a_result(RED, Outcome.PASSED)}))
    one.repository.contents["a.py"] = WRONG.replace("41", "40")
    work(one)
    [asked] = one.generator.asked
    [request] = one.runner.labs
    assert asked.lab is not None
    assert (request.target, request.keep) == ((RED,), (GREEN, OTHER))
    past = asked.past()
    assert past is not None
    assert past.was_green
    assert past.patch.paths == ("a.py",)


# Apart.


def divided(*scripts: Script, apart: Callable[[Run], Run]) -> House:
    """A house whose test imports what is patched; `apart` makes of a run what it is in split mode."""
    one = house(*scripts)
    one.repository.contents["tests/test_a.py"] = "from a import answer\n"
    known = one.runner.answer
    one.runner.answer = lambda asked, stop: apart(known(asked, stop)) if asked.split else known(asked, stop)
    return one


def test_one_repeat_has_the_patch_apart_from_the_tests_and_the_evidence_says_so():
    one = divided([RIGHT], apart=lambda run: replace(run, held=(HELD,)))
    work(one)

    assert [request.split for request in one.runner.requests] == [False] * 5 + [True] + [False] * 3
    assert HELD in one.store.evidence[0].held


def test_what_is_green_in_the_tests_own_process_only_is_not_proven():
    one = divided([RIGHT], apart=lambda run: replace(run, held=(HELD,), results={RED: a_result(RED, Outcome.FAILED)}))
    _, [resolution] = work(one)

    assert rulings(one) == [Ruling.UNPROVEN]
    assert "apart from each other" in one.told.of(events.AttemptJudged)[0].attempt.verdict.reasons[0]
    assert resolution.conclusion is Conclusion.GAVE_UP
    assert_untouched(one)


def test_what_does_not_fit_split_mode_is_repeated_in_one_process():
    unfit = replace(Run("", {}), ending=Ending.INCOMPLETE, detail="unfit for split mode: a class")
    one = divided([RIGHT], apart=lambda run: replace(unfit, tree=run.tree))
    work(one)

    assert [request.split for request in one.runner.requests] == [False] * 5 + [True] + [False] * 4
    assert HELD not in one.store.evidence[0].held
