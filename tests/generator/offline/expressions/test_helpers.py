"""The user's own functions in expressions, asked for in one batch beforehand."""

import pytest

from tddbot.generator.offline.expressions.goal import Goal
from tddbot.generator.offline.expressions.helpers import Desk
from tddbot.generator.offline.expressions.layer import Solved, solution
from tddbot.generator.offline.expressions.stubs import Stub
from tddbot.lab import Answer
from tddbot.stop import Stop
from tests.generator.offline.asked import InProcessLab
from tests.generator.offline.expressions.making import clock, desk, goal, text

SLUG = """
import re

def slug(title):
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
"""
FEE = "def fee(weight):\n    return 7 if weight < 10 else weight * weight - 61\n"
AREA = "def area(width, height):\n    return 3 * width * width + 5 * height + 11\n"
TITLES = ("Hello, World!", "The   end of it", "A -- b", "What? Never: ever")
STUB = Stub("f", ("a",), (1, 0), (1, 8), False)


def answered(module, *calls):
    """What the module's own `f` answers to calls, made by the test."""
    names = {}
    exec(module, names)
    return goal(names["f"], *calls)


def found(module, body, parameters, *calls):
    return text(answered(f"{module}\ndef f({parameters}):\n    return {body}\n", *calls), module)


def test_an_own_function_is_called():
    assert found(SLUG, "slug(title)", "title", *[(each,) for each in TITLES]) == "slug(title)"


def test_an_own_function_is_called_for_each_item():
    calls = [([3, 12],), ([20, 4, 31],), ([15],), ([2, 40, 11],)]
    assert found(FEE, "[fee(each) for each in parcels]", "parcels", *calls) == "[fee(x) for x in parcels]"
    assert found(FEE, "sum(fee(each) for each in parcels)", "parcels", *calls) == "sum(fee(x) for x in parcels)"


def test_own_functions_are_put_together():
    calls = [(3, 12), (20, 4), (15, 31), (2, 40)]
    assert found(FEE, "fee(a) + fee(b)", "a, b", *calls) == "fee(a) + fee(b)"


def test_an_own_function_of_two_parameters_is_called_with_both_or_with_pairs():
    calls = [(3, 12), (20, 4), (15, 31), (2, 40)]
    assert found(AREA, "area(b, a)", "a, b", *calls) == "area(b, a)"
    shapes = [([(3, 12), (5, 2)],), ([(20, 4)],), ([(15, 31), (1, 6), (2, 9)],)]
    assert found(AREA, "[area(w, h) for w, h in shapes]", "shapes", *shapes) == "[area(a, b) for a, b in shapes]"


def test_what_raises_or_is_not_plain_has_no_value_there():
    module = "def odd(a):\n    if a % 2:\n        return a * 17 + 4\n    raise ValueError(a)\n"
    (component,) = desk(module).components(STUB, Goal(("a",), ([1, 2, 3],), [0, 0, 0]), (), Stop())
    assert component.function(3) == 55
    with pytest.raises(LookupError):
        component.function(2)
    unplain = "def gone(a):\n    return re.match\nimport re\n"
    assert desk(unplain).components(STUB, Goal(("a",), ([1, 2],), [0, 0]), (), Stop()) == ()


def test_what_changes_its_argument_or_answers_otherwise_each_time_is_left_out():
    changing = "def last(a):\n    other = a\n    other.sort()\n    return other[-1]\n"
    assert desk(changing).components(STUB, Goal(("a",), ([[2, 1], [1]],), [0, 0]), (), Stop()) == ()
    counting = "import itertools\nCOUNT = itertools.count()\ndef f(a):\n    return next(COUNT)\n"
    assert desk(counting).components(STUB, Goal(("a",), ([2, 1],), [0, 0]), (), Stop()) == ()


def test_a_variable_hides_a_function():
    module = "def a(b):\n    return b * 17\n\n\ndef each(b):\n    return b * 19\n"
    assert desk(module).components(STUB, Goal(("a",), ([1, 2],), [17, 34]), (), Stop()) == ()


def test_one_batch_is_asked_and_it_is_bounded():
    module = "".join(f"def helper_{at}(a):\n    return a * {at}\n\n\n" for at in range(6))
    lab = InProcessLab(module)
    of = Goal(("a",), ([[at, at + 1000] for at in range(500)],), [0] * 500)
    components = Desk(lab, "calc.py", module).components(Stub("f", ("a",), (21, 4), (21, 8), False), of, (), Stop())
    assert len(lab.asked) == 400
    assert sorted(each.template for each in components) == [f"helper_{at}({{0}})" for at in (2, 3, 4, 5)]


class OneAnswerLab(InProcessLab):
    def ask(self, path, expressions, patches, stop):
        return tuple(tuple(Answer("(1, 2)") for _ in expressions) for _ in patches)


def test_answers_that_make_no_sense_are_none():
    module = "def helper(a):\n    return a\n"
    of = Goal(("a",), ([1, 2],), [0, 0])
    assert Desk(OneAnswerLab(module), "calc.py", module).components(STUB, of, (), Stop()) == ()


def test_where_nothing_can_be_asked_the_search_goes_on_without():
    stop = Stop()
    stop.set()
    of = Goal(("a",), ([1, 2, 3],), [0, 0, 0])
    assert desk(FEE).components(STUB, of, (), stop) == ()
    of = goal(lambda items: sorted(set(items)), ([3, 1, 3],), ([2, 2, 9],), ([5, 4, 1, 4],))
    assert isinstance(solution(Stub("f", of.names, (2, 4), (2, 8), False), of, clock(), desk("oops(")), Solved)
