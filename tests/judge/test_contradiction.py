"""Two tests contradict each other when two rungs say so by themselves."""

from tddbot.domain import Attempt, Dud, Ruling, Verdict
from tddbot.judge.contradiction import contradiction

ONE, TWO, THREE = "tests/test_a.py::test_one", "tests/test_a.py::test_two", "tests/test_a.py::test_three"


def claim(rung: str, *pair: str) -> Attempt:
    return Attempt(Dud("they contradict", "model", contradiction=pair), None, Verdict(Ruling.DUD), rung)


def test_two_rungs_that_name_the_same_two_are_believed_in_whichever_order():
    assert contradiction([claim("small", ONE, TWO), claim("large", TWO, ONE)]) == (TWO, ONE)


def test_one_rung_is_not_believed_however_often_it_says_so():
    assert contradiction([claim("small", ONE, TWO)] * 3) is None


def test_two_rungs_that_name_different_tests_are_not_believed():
    assert contradiction([claim("small", ONE, TWO), claim("large", ONE, THREE), claim("large")]) is None
    assert contradiction([]) is None
