import pytest

from tddbot.generator.offline.expressions.clock import Clock
from tddbot.generator.offline.expressions.goal import Goal
from tddbot.generator.offline.expressions.prior import constants
from tddbot.generator.offline.expressions.search import Search, splits
from tddbot.stop import Stop
from tests.generator.offline.expressions.making import clock, goal, harvest, text

NAMES = ("ada lovelace", "grace brewster hopper", "alan turing", "edsger")


@pytest.mark.parametrize(
    ("function", "calls", "expected"),
    [
        (lambda width, height: width * height, [(2, 3), (5, 4), (1, 7), (6, 3)], "width * height"),
        (lambda items: sorted(set(items)), [([3, 1, 3],), ([2, 2, 9],), ([5, 4, 1, 4],)], "sorted(set(items))"),
        (lambda items: [x + 1 for x in items], [([3, 1],), ([20, 2],), ([5, 4, 1, 4],)], "[x + 1 for x in items]"),
        (
            lambda stock: sum(stock.values()),
            [({"a": 5, "b": 20},), ({"x": 9},), ({"k": 7, "z": 40},)],
            "sum(stock.values())",
        ),
        (lambda text: len(text.split()), [("a b c",), ("",), ("hello",), ("ox  ap be me",)], "len(text.split())"),
        (
            lambda rows: [item for row in rows for item in row],
            [([[1, 2], [3]],), ([[], [14]],), ([[5]],)],
            "list(itertools.chain.from_iterable(rows))",
        ),
    ],
)
def test_what_a_programmer_would_write_is_found(function, calls, expected):
    assert text(goal(function, *calls)) == expected


def test_a_text_is_found_by_the_texts_that_it_joins():
    found = harvest(goal(lambda name: "".join(word[0] for word in name.split()), *[(name,) for name in NAMES]))
    assert found.passers[0].text == "''.join(x[0] for x in name.split())"


def test_a_tuple_is_found_item_by_item():
    found = harvest(goal(lambda items: (max(items), len(items)), ([4, 9, 2],), ([7],), ([3, 8],)))
    assert found.passers[0].text == "(max(items), len(items))"


def test_a_branch_is_found_where_no_expression_serves_all():
    of = goal(lambda n: n + 30 if n > 10 else n * n, (3,), (5,), (12,), (20,), (7,), (31,))
    found = harvest(of, [(2,), (50,)])
    assert " if " in found.passers[0].text
    assert found.passers[0].column[:6] == of.wanted


def test_expressions_with_the_same_values_are_one():
    found = harvest(goal(lambda a: a + a, (1,), (5,), (9,)))
    assert len({repr(each.column) for each in found.passers}) == len(found.passers)


def test_a_search_ends_with_its_time():
    of = Goal(("a",), ([1, 2, 3],), [17, 4, 99])
    assert 0 < Search(of, constants(""), (), clock(200)).harvest().reached < 30


def test_a_search_ends_when_it_is_stopped():
    stop = Stop()
    stop.set()
    of = Goal(("a",), ([1, 2, 3],), [17, 4, 99])
    assert Search(of, constants(""), (), Clock(1000.0, stop)).harvest().passers == []


def test_halves_are_taken_in_two_ways_and_three_examples_lose_one():
    assert splits(4) == (0b0101, 0b1010, 0b0011, 0b1100)
    assert splits(3) == (0b110, 0b101, 0b011)
