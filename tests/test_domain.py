import dataclasses
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot import domain
from tddbot.domain import Edit, Outcome, Patch, Result, Ruling, Run, Target, Usage, Verdict
from tddbot.errors import ExitCode, TddbotError, UnfitError, UsageError

texts = st.none() | st.text("ab\r\né", max_size=6)
edits = st.builds(Edit, st.sampled_from(["a.py", "b/c.py", "ü.py"]), texts, texts)
patches = st.builds(lambda found: Patch(tuple(found)), st.lists(edits, unique_by=lambda edit: edit.path, max_size=3))
usages = st.builds(
    Usage,
    *[st.integers(0, 9)] * 5,
    usd=st.decimals(0, 9, allow_nan=False, places=2),
    unpriced_calls=st.integers(0, 9),
)  # fmt: skip


def test_red_green_and_neither():
    red = {outcome for outcome in Outcome if outcome.is_red}
    green = {outcome for outcome in Outcome if outcome.is_green}
    assert red == {Outcome.FAILED, Outcome.ERROR, Outcome.TIMEOUT, Outcome.CRASHED}
    assert green == {Outcome.PASSED}


def test_a_run_names_its_reds_in_order_and_its_greens():
    outcomes = {"z": Outcome.FAILED, "p": Outcome.PASSED, "s": Outcome.SKIPPED, "a": Outcome.CRASHED}
    run = Run("tree", {node: Result(node, outcome) for node, outcome in outcomes.items()})
    assert run.reds() == ("z", "a")
    assert run.greens() == {"p"}


def test_every_noun_is_frozen():
    nouns = [noun for noun in vars(domain).values() if dataclasses.is_dataclass(noun)]
    assert len(nouns) > 15
    assert all(noun.__dataclass_params__.frozen for noun in nouns)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Patch(()).edits = ()


@given(patches)
def test_the_undo_of_an_undo_is_the_patch(patch):
    assert patch.inverse().inverse() == patch
    assert set(patch.inverse().paths) == set(patch.paths)
    for edit in patch.edits:
        assert (edit.inverse().before_bytes(), edit.inverse().after_bytes()) == (
            edit.after_bytes(),
            edit.before_bytes(),
        )


@given(patches, patches)
def test_a_patch_is_named_by_its_content_whatever_the_order(one, other):
    assert Patch(one.edits[::-1]).id == one.id
    assert (one.id == other.id) == (set(one.edits) == set(other.edits))
    assert len(one.id) == 12
    int(one.id, 16)


def test_absent_and_empty_are_two_things():
    names = {
        Patch((Edit("a", before, after),)).id for before, after in [(None, ""), ("", None), ("", ""), (None, None)]
    }
    assert len(names) == 4
    assert Patch((Edit("ab", "", "c"),)).id != Patch((Edit("a", "b", "c"),)).id


def test_a_name_that_is_no_unicode_has_an_id_too():
    assert Patch((Edit("a\udcff.py", None, ""),)).id != Patch((Edit("a.py", None, ""),)).id
    assert Target("", (Result("a\udcff.py::t", Outcome.FAILED),)).id


def test_an_edits_bytes_are_in_its_own_encoding():
    edit = Edit("a.py", "é\r\n", None, "latin-1")
    assert (edit.before_bytes(), edit.after_bytes()) == (b"\xe9\r\n", None)
    assert Edit("a.py", None, "a", "utf-8-sig").after_bytes() == b"\xef\xbb\xbfa"


def test_a_target_is_named_by_its_tests_alone():
    a, b = Result("a", Outcome.FAILED), Result("b", Outcome.FAILED)
    assert Target("one cause", (a, b)).id == Target("another", (replace(b, outcome=Outcome.ERROR), a)).id
    assert Target("", (a, b)).id != Target("", (a,)).id
    assert Target("", (a, b)).node_ids == ("a", "b")


@given(usages, usages, usages)
def test_usages_add_up_in_any_order(one, two, three):
    assert one + two == two + one
    assert (one + two) + three == one + (two + three)
    assert one + Usage() == one
    assert (one + two).usd == one.usd + two.usd


def test_nothing_costs_nothing():
    assert Usage().usd == Decimal(0)


@pytest.mark.parametrize("ruling", Ruling)
def test_only_accepted_is_accepted(ruling):
    assert Verdict(ruling).accepted == (ruling.value == "accepted")


def test_an_error_has_a_message_a_hint_and_an_exit_code():
    error = UsageError("no such key", "did you mean 'jobs'?")
    assert (str(error), error.message, error.hint) == ("no such key", "no such key", "did you mean 'jobs'?")
    assert (UsageError.exit_code, UnfitError.exit_code) == (ExitCode.USAGE, ExitCode.ENVIRONMENT)
    assert isinstance(error, TddbotError)
    assert [int(code) for code in ExitCode] == [0, 1, 2, 3, 4, 5, 130]
