from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.domain import Failure, Frame, Kind, Outcome, Question, Result, Run, Usage
from tddbot.report import words
from tests.report.samples import EVIDENCE, GAVE_UP, LEFT_OPEN, QUESTION, SCAFFOLDED, SUGGESTED, USAGE, WAYS


@pytest.mark.parametrize(("number", "text"), [(0, "0 tests"), (1, "1 test"), (2, "2 tests"), (10_000, "10,000 tests")])
def test_counts(number, text):
    assert words.count(number, "test") == text


def test_outcomes_name_the_reds_first():
    outcomes = [Outcome.PASSED] * 1200 + [Outcome.SKIPPED, Outcome.FAILED, Outcome.FAILED, Outcome.ERROR]
    run = Run("tree", {str(number): Result(str(number), outcome) for number, outcome in enumerate(outcomes)})
    assert words.outcomes(run) == "2 failed, 1 error, 1,200 passed, 1 skipped"
    assert words.outcomes(Run("tree", {})) == "no tests"


def test_the_first_few_names_and_how_many_more():
    assert words.first_few(["a", "b"], 2) == ["a", "b"]
    assert words.first_few(str(number) for number in range(1003)) == [*"0123456789", "… and 993 more"]
    [name] = words.first_few(["x" * 5000])
    assert len(name) == 200


@pytest.mark.parametrize(
    ("usage", "text"),
    [
        (Usage(), "no model was asked"),
        (USAGE, "2 calls, 1,234 tokens, 0.0125 USD"),
        (replace(USAGE, calls=1, usd=Decimal(0), unpriced_calls=1), "1 call, 1,234 tokens, price unknown"),
        (replace(USAGE, unpriced_calls=1), "2 calls, 1,234 tokens, at least 0.0125 USD"),
    ],
)
def test_the_bill(usage, text):
    assert words.bill(usage) == text


def test_the_record_says_what_was_proven_where_by_whom_and_at_what_cost():
    lines = dict(words.evidence_lines(EVIDENCE))
    assert lines["patch"] == EVIDENCE.patch_id
    assert lines["won"] == "tests/test_a.py::test_a[ü]"
    assert lines["kept"] == "1 green test"
    assert lines["proof"] == "1 cold run of the whole suite, on tree tree01234567"
    assert lines["by"] == "model: a.py: 41 becomes 42"
    assert lines["cost"] == "4.2 s, 2 calls, 1,234 tokens, 0.0125 USD"
    assert "held" not in lines
    assert dict(words.evidence_lines(replace(EVIDENCE, held=("a", "b"))))["held"] == "a, b"
    assert dict(words.evidence_lines(replace(EVIDENCE, note="", proofs=2)))["by"] == "model"
    assert "2 cold runs" in dict(words.evidence_lines(replace(EVIDENCE, proofs=2)))["proof"]


def test_the_record_of_a_scaffold_claims_no_green():
    scaffold = replace(EVIDENCE, kind=Kind.SCAFFOLD, won=())
    assert words.evidence_lines(scaffold)[1] == (
        "kind", "scaffolded: what was missing is there, and yet to be written; proven is only that nothing is lost",
    )  # fmt: skip
    assert "won" not in dict(words.evidence_lines(scaffold))
    assert dict(words.evidence_lines(replace(scaffold, won=("t.py::a",))))["won"] == "t.py::a"
    assert "kind" not in dict(words.evidence_lines(EVIDENCE))


def test_the_record_of_a_rollback_says_that_it_may_undo_what_was_meant():
    lines = dict(words.evidence_lines(replace(EVIDENCE, kind=Kind.ROLLBACK)))
    assert "may have been meant" in lines["kind"]
    assert lines["won"] == "tests/test_a.py::test_a[ü]"


def test_where_no_call_parts_the_options_the_user_is_asked_for_a_test():
    options = tuple(replace(option, test="") for option in QUESTION.options)
    assert words.question_lines(Question(options, "", "")) == [
        "one more test decides it: 2 patches pass all tests, and no call is known that parts them",
        f"  a.py:1: 41 becomes 42 (`tddbot show {WAYS[0].id}`)",
        f"  a.py:1: 41 becomes 43 (`tddbot show {WAYS[1].id}`)",
        "add a test that only the right one passes, then run `tddbot fix` again",
    ]


def test_of_many_options_and_long_tests_some_is_shown():
    options = (replace(QUESTION.options[0], test="assert f() == " + "x" * 5000),) * 50
    lines = words.question_lines(replace(QUESTION, options=options))
    assert len(lines) == 15
    assert lines[-2] == "  … and 44 more"
    assert max(map(len, lines)) == 2002


def test_what_is_left_open_is_a_clause_for_each_kind():
    assert words.left_open(GAVE_UP) == ""
    resolution = replace(LEFT_OPEN, offers=(SCAFFOLDED, SUGGESTED, SCAFFOLDED))
    assert words.left_open(resolution) == "one more test decides it; a scaffold is offered; a rollback is offered"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("größer 🐍 ✔", "größer 🐍 ✔"),
        ("\x1b[2Jgone\r", r"\x1b[2Jgone\r"),
        ("a\nb\tc", "a\\nb\tc"),
        ("x \u202e y", r"x \u202e y"),
        ("a\udcff", r"a\udcff"),
    ],
)
def test_what_would_move_a_cursor_is_shown_as_it_is_written(text, shown):
    assert words.visible(text, keep="\t") == shown


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_it_says_it_can_be_printed(text):
    assert words.visible(text).isprintable()
    assert words.visible(text).encode().decode() == words.visible(text)


def test_a_failure_in_few_short_lines_and_its_place_in_the_project():
    frames = (Frame("tests/test_a.py", 3, "test_a"), Frame("a.py", 7, "f"), Frame("/usr/lib/json.py", 1, "loads"))
    message = "\n".join(["assert 1 == 2", *(f"line {number}" for number in range(20)), "", "y" * 500])
    lines = words.failure_lines(Failure("call", "AssertionError", message, frames))
    assert lines[:5] == ["assert 1 == 2", "…", "line 17", "line 18", "line 19"]
    assert len(lines[5]) == 160
    assert lines[6:] == ["a.py:7: AssertionError"]


def test_a_failure_without_a_message_or_a_place_still_has_its_kind():
    assert words.failure_lines(Failure("call", "Failed\x1b", "")) == [r"Failed\x1b"]
