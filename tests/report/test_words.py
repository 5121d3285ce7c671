from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.domain import Failure, Frame, Outcome, Result, Run, Usage
from tddbot.report import words
from tests.report.samples import USAGE


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
