"""Which answers show that a function has learnt the tests' inputs, and no rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.judge.memorised import FEWEST_INPUTS, Heard, memorised

ASKED = (1, 4, 9, 40, 1994)
OTHERS = tuple(number for number in range(60) if number not in ASKED)


def heard(numbers: tuple[object, ...], answers: object, before: object = "raised NotImplementedError") -> list[Heard]:
    def said(mark: object, value: object) -> str:
        return str(mark(value)) if callable(mark) else str(mark)

    return [Heard((number,), said(answers, number), said(before, number)) for number in numbers]


@pytest.mark.parametrize("other", ["raised KeyError", "raised ValueError", "''", "None", "7"])
def test_one_answer_to_all_that_no_test_asks_is_a_table(other: str) -> None:
    said = memorised(heard(ASKED, lambda n: -n), heard(OTHERS, other))
    assert said == f"answers {len(OTHERS)} inputs that no test has all with {other}, and those of the tests otherwise"


def test_an_answer_that_a_test_wants_is_meant() -> None:
    tested = [*heard(ASKED, lambda n: -n), Heard((2000,), "raised KeyError")]
    assert memorised(tested, heard(OTHERS, "raised KeyError")) is None


def test_nothing_is_concluded_of_few_inputs_or_few_answers() -> None:
    few = OTHERS[: FEWEST_INPUTS - 1]
    assert memorised(heard(ASKED, lambda n: -n), heard(few, "raised KeyError")) is None
    assert memorised(heard(ASKED, lambda n: n % 2), heard(OTHERS, "raised KeyError")) is None
    assert memorised([], heard(OTHERS, "raised KeyError")) is None


def test_numbers_without_gaps_may_be_all_that_there_are() -> None:
    assert memorised(heard(tuple(range(7)), lambda n: -n), heard(tuple(range(7, 60)), "raised IndexError")) is None


def test_what_was_a_table_before_the_patch_may_be_one() -> None:
    tested = [*heard(ASKED[:2], lambda n: -n), *heard(ASKED[2:], lambda n: -n, before=lambda n: -n)]
    assert memorised(tested, heard(OTHERS, "raised KeyError", before="raised KeyError")) is None


WORDS = ("red", "dark blue", "green")
MORE = tuple("abcdefghijklmnopqrst")
LINES = ("Hello, World!", "What now?", "a/b/c")


@pytest.mark.parametrize("other", ["raised KeyError", "'black'"])
def test_names_are_looked_up_in_tables(other: str) -> None:
    assert memorised(heard(WORDS, len), heard(MORE, other)) is None
    assert memorised(heard(LINES, len), heard(MORE, other)) is not None


def test_who_reads_texts_refuses_most_of_them() -> None:
    for other in ("raised ValueError", "None", "[]"):
        assert memorised(heard(LINES, len), heard(MORE, other)) is None
    assert memorised(heard(LINES, len), heard(MORE, "raised KeyError"), frozenset({"KeyError"})) is None


@given(st.lists(st.integers(), min_size=1, unique=True), st.lists(st.integers(), min_size=1, unique=True))
def test_a_rule_that_tells_all_inputs_apart_is_none(asked: list[int], others: list[int]) -> None:
    apart = [number for number in others if number not in asked]
    assert memorised(heard(tuple(asked), lambda n: n * 2), heard(tuple(apart), lambda n: n * 2)) is None
