import pytest

from tddbot.generator.offline.expressions.evidence import evidence
from tests.generator.offline.expressions.making import goal, solved, text


def why_not(function, *calls):
    found = solved(goal(function, *calls))
    assert isinstance(found, str), found.expressions[0].text
    return found


def test_a_constant_is_no_function():
    assert "same answer" in why_not(lambda a: 7, (1,), (5,), (9,), (12,))


def test_an_answer_learnt_by_heart_is_none():
    said = why_not(lambda name: "admin" if name == "root" else name, ("root",), ("ada",), ("bob",))
    assert "no expression" in said or "admin" not in said


def test_every_parameter_is_used():
    assert "does not use b" in why_not(lambda a, b: a + a, (3, 1), (50, 7), (12, 31), (7, 4))


def test_a_parameter_that_examples_prove_irrelevant_may_be_left_out():
    assert "a" in text(goal(lambda a, b: a + a, (3, 1), (3, 7), (50, 7), (12, 31)))


def test_what_explains_less_than_it_takes_is_not_believed():
    calls = [([1, 2, 2],), ([7, 3],), ([9],), ([5, 5, 5],)]
    assert "needs more examples" in why_not(lambda items: len(set(items)) % 2, *calls)


def test_what_half_of_the_truths_do_not_lead_to_is_not_believed():
    calls = [(word,) for word in ("abba", "abc", "a", "ab", "racecar", "hello", "xyx", "aab")]
    assert "half of the examples" in why_not(lambda text: text == text[::-1], *calls)


def test_negative_answers_without_an_example_are_not_believed():
    assert "negative" in why_not(lambda a, b: a - b, (9, 5), (40, 11), (120, 100))


def test_a_branch_takes_more_than_six_cases_show():
    calls = [("12",), ("#$",), ("ab",), ("aB",), ("7",), ("xYz",)]
    said = why_not(lambda text: text[::-1] if text == text.upper() else text.swapcase(), *calls)
    assert "needs more examples" in said


@pytest.mark.parametrize(
    ("poor", "rich"),
    [
        (goal(lambda items: max(items), ([1, 5],), ([7, 2],)), goal(lambda items: sum(items), ([100, 5],), ([70, 2],))),
        (goal(lambda a: a > 3, (1,), (5,)), goal(lambda a: a * 1000, (1,), (5,))),
        (goal(lambda text: text, ("hello world",)), goal(lambda text: text.upper(), ("hello world",))),
        (goal(lambda a: 100, (1,), (2,)), goal(lambda a: 100 * a, (1,), (2,))),
    ],
)
def test_what_is_picked_or_repeated_says_less_than_what_is_made(poor, rich):
    assert evidence(poor) < evidence(rich)
