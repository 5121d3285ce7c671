"""Fresh inputs are new, of the types that the tests' own have, and the same for the same seed."""

import ast
import random

import pytest

from tddbot.bench.fresh import calls_in, changed, fresh_calls

TESTS = """
from a import cut, other

def test_a():
    assert cut("tea", 2) == "te"
    assert cut("tea", 2) != cut("coffee", -1)
    assert cut(other("tea"), 2) == cut("tea", most=1)
"""


def test_the_calls_of_a_test_file_with_literals_are_known():
    assert calls_in(TESTS, {"cut"}) == [("tea", 2), ("coffee", -1)]
    assert calls_in(TESTS, {"other"}) == [("tea",)]
    assert calls_in(TESTS, {"none"}) == []


def test_fresh_calls_are_new_and_none_comes_twice():
    known = calls_in(TESTS, {"cut"})
    found = fresh_calls("cut", known, 200, "a")
    assert len(found) == len(set(found)) == 200
    assert not {"cut('tea', 2)", "cut('coffee', -1)"}.intersection(found)
    for text in found:
        arguments = [ast.literal_eval(argument) for argument in ast.parse(text, mode="eval").body.args]
        assert list(map(type, arguments)) == [str, int]


def test_the_seed_decides():
    known = calls_in(TESTS, {"cut"})
    assert fresh_calls("cut", known, 50, "a") == fresh_calls("cut", known, 50, "a")
    assert fresh_calls("cut", known, 50, "a") != fresh_calls("cut", known, 50, "b")


@pytest.mark.parametrize(("known", "count"), [([], 0), ([()], 0), ([(True,)], 1)])
def test_where_there_are_no_more_there_are_fewer(known, count):
    assert len(fresh_calls("cut", known, 10, "a")) == count


@pytest.mark.parametrize(
    "value",
    [
        True,
        7,
        -2.5,
        "Tea 4 two",
        [1, 2, 3],
        (1, "a"),
        {"a": 1, "b": 2},
        {1, 2},
        frozenset({"a"}),
        [[1], []],
        None,
        b"x",
    ],
)
def test_types_stay_as_they_are(value):
    dice = random.Random(1)
    for _ in range(300):
        other = changed(dice, value)
        assert type(other) is type(value)
        if isinstance(value, tuple):
            assert list(map(type, other)) == list(map(type, value))
        if isinstance(value, dict):
            assert {type(key) for key in other} <= {str}
            assert {type(each) for each in other.values()} <= {int}
