"""Whether more of the same is of any use, and what is worth a repair."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tddbot.domain import Attempt, Candidate, Dud, Edit, Ending, Failure, Patch, Result, Ruling, Run, Verdict
from tddbot.generator.progress import best, stuck
from tests.generator import samples
from tests.generator.samples import answered, dud, then

REDS = tuple(f"tests/test_calc.py::test_{name}" for name in "abc")


def ran(attempt: Attempt, reds: int) -> Attempt:
    """The attempt with so many tests of its target red."""
    results = {node: samples.red(node, f"{node}{attempt.proposal}") for node in REDS[:reds]}
    return replace(attempt, run=Run("tree", results))


def regressed(attempt: Attempt, *lost: str) -> Attempt:
    run = Run("tree", {node: samples.red(node, "9") for node in lost}, Ending.REGRESSED)
    return replace(attempt, run=run, verdict=Verdict(Ruling.REGRESSION, ("lost",), lost=lost))


def test_a_first_answer_or_another_failure_is_no_reason() -> None:
    first = answered("5")
    assert stuck(()) == ""
    assert stuck((first,)) == ""
    assert stuck((first, answered("7", "other", thread=then(first)))) == ""


def test_the_same_failure_twice_whatever_its_addresses() -> None:
    one, two = (
        Failure("call", "ValueError", f"no <A object at {place}>") for place in ("0x7f00dead0000", "0x7fffff0000")
    )
    first = replace(answered(), run=Run("tree", {samples.NODE: replace(samples.red(), failure=one)}))
    again = replace(
        answered("5", "other", thread=then(first)), run=Run("tree", {samples.NODE: replace(samples.red(), failure=two)})
    )
    assert stuck((first, again)) == "the same failure came twice"


def test_a_failure_that_comes_back_after_another_one_counts_too() -> None:
    first = answered("5")
    second = answered("7", "second", thread=then(first))
    assert stuck((first, second, answered("5", "third", thread=then(second)))) == "the same failure came twice"


@pytest.mark.parametrize("ruling", [Ruling.GATED, Ruling.OVERFIT, Ruling.UNPROVEN])
def test_what_is_green_and_still_not_accepted_is_compared_by_its_reasons(ruling: Ruling) -> None:
    def held_back(attempt: Attempt, reason: str) -> Attempt:
        run = Run("tree", {"other.py::test": samples.red("other.py::test", "9")})
        return replace(attempt, run=run, verdict=Verdict(ruling, (reason,), kept=1))

    first = held_back(answered("5", "one"), "ruff: a.py:3: F401")
    assert stuck((first, held_back(answered("5", "two", thread=then(first)), "ruff: a.py:3: E501"))) == ""
    again = held_back(answered("5", "two", thread=then(first)), "ruff: a.py:3: F401")
    assert stuck((first, again)) == "the same failure came twice"


def test_the_same_edit_twice_also_against_earlier_rungs() -> None:
    first = answered("5", "an edit")
    assert stuck((first, answered("7", "an edit", thread=then(first)))) == "the same edit came twice"
    assert stuck((answered("7", "an edit"),), earlier=(first,)) == "the same edit came twice"
    assert stuck((answered("7", "an edit"), answered("8", "a new one")), earlier=(first,)) == ""


def test_candidates_side_by_side_are_no_repetition_of_each_other() -> None:
    assert stuck((answered("5", "a"), answered("5", "a"), dud(), dud())) == ""


def test_fewer_tests_pass_than_before() -> None:
    first = ran(answered("5", "one"), 1)
    assert stuck((first, ran(answered("5", "two", thread=then(first)), 2))) == "fewer tests pass than before"
    assert stuck((first, regressed(answered("5", "two", thread=then(first)), "t::a"))) == ""
    broke = regressed(answered("5", "one"), "t::a")
    assert stuck((broke, regressed(answered("5", "two", thread=then(broke)), "t::b", "t::c"))) != ""
    assert stuck((broke, ran(answered("5", "two", thread=then(broke)), 1))) == "fewer tests pass than before"


def test_wide_rounds_are_compared_by_their_best() -> None:
    wide = (ran(answered("5", "one"), 3), ran(answered("5", "two"), 2), dud())
    worse, better = (
        ran(answered("6", "three", thread=then(wide[0])), 3),
        ran(answered("6", "4", thread=then(wide[1])), 1),
    )
    assert stuck((*wide, worse)) == "fewer tests pass than before"
    assert stuck((*wide, worse, better)) == ""


def test_duds_for_the_same_reason_twice() -> None:
    first = dud("no path")
    said = "no answer could be used, twice for the same reason"
    assert stuck((first, dud("no path", then(first)))) == said
    assert stuck((first, dud("no fence", then(first)))) == ""
    mute = Attempt(Dud("it took too long", "model:m"), None, Verdict(Ruling.DUD))
    assert stuck((mute, mute)) == said
    assert stuck((mute,)) == ""


def test_one_dud_after_a_candidate_may_be_answered() -> None:
    first = answered()
    assert stuck((first, dud(thread=then(first)))) == ""


def test_what_a_generator_without_a_model_tried_is_no_history() -> None:
    tried = samples.attempt(Candidate(Patch((Edit("calc.py", samples.SOURCE, "x"),)), "offline"))
    assert stuck((tried, tried)) == ""
    assert best((tried,), 2) == ()


def test_the_best_ran_and_left_the_fewest_red_and_lost() -> None:
    forbidden = replace(answered("5", "f"), run=None, verdict=Verdict(Ruling.FORBIDDEN))
    broken_off = replace(answered("5", "b"), run=Run("tree", {}, Ending.INCOMPLETE), verdict=Verdict(Ruling.UNPROVEN))
    ordered = (
        regressed(answered("5", "l1"), "t::a"),
        regressed(answered("5", "l2"), "t::a", "t::b"),
        ran(answered("5", "r1"), 1),
        ran(answered("5", "r3"), 3),
        broken_off,
        forbidden,
        dud(),
    )
    assert best(ordered[::-1], 9) == ordered
    assert best(ordered[::-1], 2) == ordered[:2]


def test_the_same_patch_is_repaired_once() -> None:
    one, two, other = answered("5", "a"), answered("6", "a"), answered("7", "b")
    assert best((one, two, other), 2) == (one, other)


def test_what_was_repaired_already_is_not_repaired_again_in_the_same_words() -> None:
    first = ran(answered("5", "one"), 1)
    second = dud(thread=then(first))
    assert best((first, second), 2) == (second,)


ATTEMPTS = st.lists(
    st.builds(answered, st.sampled_from("56"), st.sampled_from("ab")) | st.builds(dud, st.sampled_from("xy")),
    max_size=5,
)


@settings(deadline=None)
@given(ATTEMPTS, st.integers(1, 4))
def test_any_history_has_an_answer(history: list[Attempt], most: int) -> None:
    chosen = best(history, most)
    assert len(chosen) <= most
    assert all(attempt in history for attempt in chosen)
    assert bool(chosen) == bool(history)
    repairs = [answered("6", f"repair {number}", thread=then(attempt)) for number, attempt in enumerate(chosen)]
    assert set(map(id, best((*history, *repairs), 9))).isdisjoint(map(id, chosen))
    assert isinstance(stuck((*history, *repairs)), str)


@pytest.mark.parametrize("outcome", ["red", "none"])
def test_reds_without_a_failure_object_are_compared_by_outcome(outcome: str) -> None:
    bare = Result(samples.NODE, samples.red().outcome)
    first = replace(answered("5", "one"), run=Run("tree", {samples.NODE: bare} if outcome == "red" else {}))
    again = replace(answered("5", "two", thread=then(first)), run=first.run)
    assert stuck((first, again)) == "the same failure came twice"
