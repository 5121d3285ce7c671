from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.domain import Ending, Failure, Ruling, Target
from tddbot.judge.verdict import plausible, rule
from tests.judge.runs import WORDS, result, run, target

A, B, C = "t/test_a.py::a", "t/test_a.py::b", "t/test_b.py::c"
FILE = "t/test_new.py"


def ruled(before: dict[str, str], after: dict[str, str], *nodes: str):
    baseline = run(before)
    return rule(target(baseline, *nodes), baseline, run(after))


class TestPlausible:
    def test_all_green_is_plausible(self):
        verdict = plausible(target(run({A: "f", B: "f"}), A, B), run({A: "p", B: "p"}))
        assert (verdict.ruling, verdict.won) == (Ruling.PLAUSIBLE, (A, B))

    @pytest.mark.parametrize("word", ["f", "e", "t", "s", "x", "X"])
    def test_anything_but_green_is_still_red(self, word):
        verdict = plausible(target(run({A: "f", B: "f"}), A, B), run({A: "p", B: word}))
        assert (verdict.ruling, verdict.won) == (Ruling.STILL_RED, (A,))
        assert B in verdict.reasons[0]
        assert A not in verdict.reasons[0]

    def test_a_vanished_test_is_still_red(self):
        assert plausible(target(run({A: "f"}), A), run({})).reasons == (f"not won: {A} (gone)",)

    def test_the_reason_says_the_failure_in_one_line(self):
        verdict = plausible(target(run({A: "f"}), A), run({A: "f"}))
        assert verdict.reasons == (f"not won: {A} (failed: assert {A})",)

    @pytest.mark.parametrize("ending", [Ending.INCOMPLETE, Ending.UNUSABLE])
    def test_only_a_complete_run_counts(self, ending):
        verdict = plausible(target(run({A: "f"}), A), run({A: "p"}, ending, detail="the worker was killed"))
        assert verdict.ruling is Ruling.UNPROVEN
        assert "the worker was killed" in verdict.reasons[0]

    def test_a_cancelled_run(self):
        assert plausible(target(run({A: "f"}), A), run({}, Ending.CANCELLED)).ruling is Ruling.CANCELLED

    def test_a_reason_names_five_and_counts_the_rest(self):
        nodes = {f"t.py::test_{number}": "f" for number in range(12)}
        reason = plausible(target(run(nodes), *nodes), run(nodes)).reasons[0]
        assert reason.count("t.py::test_") == 2 * 5  # the node ID and its failure
        assert reason.endswith(" and 7 more")

    def test_a_target_without_tests_is_never_won(self):
        assert plausible(Target("nothing", ()), run({})).ruling is Ruling.STILL_RED


class TestFileThatCouldNotBeCollected:
    def test_it_is_won_by_one_green_and_no_red_below_it(self):
        verdict = ruled({FILE: "e", C: "p"}, {f"{FILE}::x": "p", f"{FILE}::y": "s", C: "p"}, FILE)
        assert (verdict.ruling, verdict.won, verdict.kept) == (Ruling.ACCEPTED, (f"{FILE}::x",), 1)

    @pytest.mark.parametrize(
        "after",
        [
            {FILE: "e"},
            {FILE: "s"},
            {},
            {f"{FILE}::x": "s"},
            {f"{FILE}::x": "p", f"{FILE}::y": "f"},
            {FILE: "e", f"{FILE}::x": "p"},
            {f"{FILE}x::x": "p"},
        ],
    )
    def test_it_is_not_won(self, after):
        assert ruled({FILE: "e"}, after, FILE).ruling is Ruling.STILL_RED

    def test_a_class_that_could_not_be_collected_is_alike(self):
        baseline = run({})
        failed = replace(result(f"{FILE}::TestX", "e"), failure=Failure("collect", "ValueError", "no"))
        baseline = replace(baseline, results={failed.node_id: failed})
        proof = run({f"{FILE}::TestX::one": "p"})
        assert rule(Target("a cause", (failed,)), baseline, proof).ruling is Ruling.ACCEPTED

    def test_another_file_that_collects_now_may_hold_red_tests(self):
        verdict = ruled({FILE: "e", "t/test_other.py": "e"}, {f"{FILE}::x": "p", "t/test_other.py::y": "f"}, FILE)
        assert verdict.ruling is Ruling.ACCEPTED

    def test_another_file_that_is_gone_is_a_regression(self):
        assert ruled({FILE: "e", "t/test_other.py": "e"}, {f"{FILE}::x": "p"}, FILE).ruling is Ruling.REGRESSION

    def test_a_file_skipped_whole_may_come_to_life(self):
        verdict = ruled({A: "f", FILE: "s"}, {A: "p", f"{FILE}::x": "p"}, A)
        assert verdict.ruling is Ruling.ACCEPTED


class TestRule:
    def test_accepted(self):
        verdict = ruled({A: "f", B: "p", C: "s"}, {A: "p", B: "p", C: "s"}, A)
        assert (verdict.ruling, verdict.reasons) == (Ruling.ACCEPTED, ())
        assert (verdict.won, verdict.lost, verdict.kept) == ((A,), (), 1)
        assert verdict.accepted

    def test_other_reds_may_be_won_stay_red_or_be_skipped(self):
        for word in "pfsx":
            verdict = ruled({A: "f", B: "f"}, {A: "p", B: word}, A)
            assert verdict.ruling is Ruling.ACCEPTED
            assert verdict.won == ((A, B) if word == "p" else (A,))

    @pytest.mark.parametrize("word", ["f", "e", "t", "s", "x", "X"])
    def test_a_green_that_is_anything_else_now_is_lost(self, word):
        verdict = ruled({A: "f", B: "p", C: "p"}, {A: "p", B: word, C: "p"}, A)
        assert (verdict.ruling, verdict.won, verdict.lost, verdict.kept) == (Ruling.REGRESSION, (A,), (B,), 1)
        assert B in verdict.reasons[0]

    def test_a_green_that_vanished_is_lost_even_if_others_came(self):
        verdict = ruled({A: "f", B: "p"}, {A: "p", "t/test_a.py::fresh": "p"}, A)
        assert (verdict.ruling, verdict.lost) == (Ruling.REGRESSION, (B,))
        assert "1 gone" in verdict.reasons[0]

    @pytest.mark.parametrize("before", ["s", "x", "X"])
    def test_a_red_that_was_not_red_before(self, before):
        assert ruled({A: "f", B: before}, {A: "p", B: "f"}, A).ruling is Ruling.REGRESSION

    def test_a_new_red(self):
        assert ruled({A: "f"}, {A: "p", B: "f"}, A).ruling is Ruling.REGRESSION

    def test_a_file_that_is_no_longer_collected(self):
        verdict = ruled({A: "f", C: "f"}, {A: "p", "t/test_b.py": "e"}, A)
        assert verdict.ruling is Ruling.REGRESSION
        assert verdict.reasons == (
            "red now, not before: t/test_b.py",
            f"gone: {C}",
            "1 tests are collected, 2 were before",
        )

    @pytest.mark.parametrize("before", ["f", "s", "x"])
    def test_a_test_that_is_gone(self, before):
        after = {A: "p", "t/test_a.py::fresh": "p"}
        assert ruled({A: "f", B: before}, after, A).reasons == (f"gone: {B}",)

    def test_still_red_comes_before_regression_and_names_both(self):
        verdict = ruled({A: "f", B: "p"}, {A: "f", B: "f"}, A)
        assert verdict.ruling is Ruling.STILL_RED
        assert len(verdict.reasons) == 2

    def test_another_tree_proves_nothing(self):
        baseline = run({A: "f"})
        assert rule(target(baseline, A), baseline, run({A: "p"}, tree="other")).ruling is Ruling.UNPROVEN

    @pytest.mark.parametrize(
        ("ending", "ruling"),
        [
            (Ending.INCOMPLETE, Ruling.UNPROVEN),
            (Ending.UNUSABLE, Ruling.UNPROVEN),
            (Ending.CANCELLED, Ruling.CANCELLED),
        ],
    )
    def test_a_proof_or_baseline_that_is_not_complete(self, ending, ruling):
        whole = run({A: "f"})
        assert rule(target(whole, A), whole, run({A: "p"}, ending)).ruling is ruling
        assert rule(target(whole, A), run({A: "f"}, ending), run({A: "p"})).ruling is ruling

    def test_a_large_suite(self):
        many = {f"t/test_{number % 100}.py::test_{number}": "p" for number in range(20_000)}
        assert ruled({A: "f", **many}, {A: "p", **many}, A).kept == 20_000


NODES = st.sampled_from([f"t/test_{name}.py{test}" for name in "ab" for test in ("", "::x", "::y", "::K::z")])
OUTCOMES = st.dictionaries(NODES, st.sampled_from(sorted(WORDS)))


@given(OUTCOMES, OUTCOMES, st.data())
def test_accepted_means_won_and_nothing_worse(before, after, data):
    baseline, proof = run(before), run(after)
    if not baseline.reds():
        return
    wanted = target(baseline, *data.draw(st.sets(st.sampled_from(baseline.reds()), min_size=1)))
    verdict = rule(wanted, baseline, proof)
    assert set(verdict.won) <= proof.greens()
    assert verdict.kept + len(verdict.lost) == len(baseline.greens())
    assert bool(verdict.reasons) != verdict.accepted
    if verdict.accepted:
        assert baseline.greens() <= proof.greens()
        assert verdict.lost == ()
        assert plausible(wanted, proof).ruling is Ruling.PLAUSIBLE
        files_red_before = {node for node in baseline.reds() if "::" not in node}
        assert all(node in baseline.reds() or node.partition("::")[0] in files_red_before for node in proof.reds())
