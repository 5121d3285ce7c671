import ast
from typing import Any

import pytest

from tddbot.ties.forms import opened
from tddbot.ties.inputs import MOST, Input, inputs
from tddbot.ties.mutations import Hints


def made(*calls: str, hints: Hints | None = None, annotations: tuple[str, ...] = ()) -> list[Input]:
    found = [filled for filled in map(opened, calls) if filled is not None]
    assert len(found) == len(calls)
    return inputs(found, hints or Hints(), annotations)


def arguments(found: list[Input], place: int = 0) -> list[Any]:
    calls = [ast.parse(each.expression, mode="eval").body for each in found]
    return [ast.literal_eval(call.args[place]) for call in calls if isinstance(call, ast.Call)]


def test_they_are_bounded_and_the_same_each_time() -> None:
    calls = ("f([3, 1, 2], 'abc', {'a': 1})", "f([], 'x y', {'b': 2, 'c': 3})", "f([9], '', {})")
    found = made(*calls)
    assert 100 < len(found) <= MOST
    assert found == made(*calls)
    assert len({each.expression for each in found}) == len(found)


def test_those_like_the_recorded_come_first_and_small_ones_before_large_ones() -> None:
    found = made("f(40)", "f(7)", "f(12)")
    assert [each.strays for each in found] == sorted(each.strays for each in found)
    inside = [len(each.expression) for each in found if not each.strays]
    assert inside == sorted(inside)


def test_each_of_a_kind_is_tried() -> None:
    rows = arguments(made("f([3, 1, 2])", "f([])", "f([5])"))
    for wanted in ([], [3], [2, 1, 3], [1, 2, 3], [1, 2], [3, 1]):
        assert wanted in rows
    assert any(len(set(row)) < len(row) for row in rows)
    assert any(len(row) > 3 for row in rows)


def test_texts_vary_in_length_and_letters() -> None:
    texts = arguments(made("f('Abc')", "f('d')"))
    assert {"a", "A", "cbA", "abc", "ABC", "AbcAbc"} <= set(texts)


def test_numbers_that_were_never_negative_stay_so() -> None:
    assert min(arguments(made("f(3)", "f(0)", "f(12)"))) == 0


def test_zero_is_at_the_edge_of_what_was_always_positive() -> None:
    found = made("f(3)", "f(1)", "f(12)")
    assert [each.expression for each in found if each.strays] == ["f(0)"]


def test_negative_numbers_are_tried_where_one_was_seen() -> None:
    assert {-1, -4, 0, 4} <= set(arguments(made("f(3)", "f(-3)")))


def test_an_empty_list_is_at_the_edge_where_none_was_seen() -> None:
    edge = [each.expression for each in made("f([1, 1])", "f([0])") if each.strays]
    assert edge == ["f([])"]


def test_lists_that_were_always_sorted_stay_so() -> None:
    rows = arguments(made("f([1, 2, 4])", "f([3, 5, 5])", "f([2, 8, 9, 11])"))
    assert all(row == sorted(row) for row in rows)
    assert any(row != sorted(row) for row in arguments(made("f([1, 2, 4])", "f([3, 5, 4])", "f([2, 8, 9, 11])")))


def test_arguments_that_were_always_of_one_length_stay_so() -> None:
    found = made("f([1, 2], [3, 4])", "f([1], [2])", "f([4, 5, 6], [1, 2, 3])")
    assert all(len(one) == len(other) for one, other in zip(arguments(found), arguments(found, 1), strict=True))
    assert len(found) > 40


def test_texts_of_a_small_alphabet_or_one_layout_stay_so() -> None:
    assert set("".join(arguments(made("f('()')", "f('(()')", "f('))')")))) == set("()")
    dates = arguments(made("f('2020-01-02')", "f('1999-12-31')", "f('2001-7-1')"))
    assert all(date.count("-") == 2 for date in dates if date)


def test_types_stay_those_that_were_seen() -> None:
    assert {type(each) for each in arguments(made("f(1)", "f(None)"))} == {int, type(None)}
    assert {type(each) for each in arguments(made("f(1)", "f(2)"))} == {int}
    assert {type(item) for row in arguments(made("f([1, 2])", "f([2, 1.5])")) for item in row} == {int, float}


@pytest.mark.parametrize("annotation", ["int | None", "Optional[int]", "typing.Optional[int]"])
def test_none_is_tried_where_an_annotation_allows_it(annotation: str) -> None:
    assert None in arguments(made("f(1)", "f(2)", annotations=(annotation,)))
    assert None not in arguments(made("f(1)", "f(2)", annotations=("int",)))


def test_the_codes_own_constants_are_tried_with_their_neighbours() -> None:
    numbers = arguments(made("f(3)", "f(5)", hints=Hints((90,))))
    assert {89, 90, 91} <= set(numbers)
    assert any(len(row) == 6 for row in arguments(made("f([3, 4])", hints=Hints((5,)))))


def test_two_arguments_of_a_type_are_once_the_same() -> None:
    found = made("f(3, 8)", "f(5, 2)")
    assert any(one == other for one, other in zip(arguments(found), arguments(found, 1), strict=True))


def test_records_keep_their_layout() -> None:
    rows = arguments(made("f(('a', 1))", "f(('bc', 3))"))
    assert all(len(row) == 2 and isinstance(row[0], str) and isinstance(row[1], int) for row in rows)


def test_arguments_of_constructors_vary_and_keywords_stay() -> None:
    found = [each.expression for each in made("Stack([1, 2]).push(Point(1, -2), side='top')")]
    assert any("Stack([2])" in each for each in found)
    assert any("Point(0, -2)" in each for each in found)
    assert all("side=" in each for each in found)


def test_values_that_are_not_plain_are_taken_as_they_are() -> None:
    found = [each.expression for each in made("f(D('1.5'), MODE)", "f(D('2'), MODE)")]
    assert all(each.endswith(", MODE)") for each in found)


def test_a_call_without_arguments_is_one_input() -> None:
    assert made("f()") == [Input("f()")]


def test_what_is_no_call_is_no_form() -> None:
    assert opened("f") is None
    assert opened("f(") is None
    assert opened(f"f({'1, ' * 3000})") is None


def test_arguments_of_a_type_change_places() -> None:
    found = [each.expression for each in made("f(3, 4, 5)", "f(13, 5, 12)")]
    assert {"f(4, 3, 5)", "f(3, 5, 4)", "f(5, 4, 3)"} <= set(found)


def test_which_number_was_always_the_larger_may_be_an_accident() -> None:
    found = made("f(3, 4)", "f(5, 12)", "f(1, 1)", "f(8, 15)")
    assert Input("f(4, 3)", strays=1) in found


@pytest.mark.parametrize(
    "calls",
    [
        ("f(float('nan'))", "f(1)", "f(2)"),
        ("f(float('inf'), 1)", "f(-1.5, 2)"),
        ("f([float('-inf'), 3])", "f([2, 1.5])"),
        ("f({(1, 2): 1})", "f([[1], 2])", "f({3: 2})"),
        ("f({frozenset({1}), 2})", "f([[3], {4}])", "f((1, [2]))"),
        ("f(['a', 1])", "f(['b', 2])", "f({3, 4, 5})", "f({'c': 1, 'd': 2, 'e': 3})"),
        ("f(1" + "0" * 1_500 + ")", "f(2)", "f(0.5)"),
    ],
)
def test_whatever_a_test_passes_there_are_inputs_like_it(calls: tuple[str, ...]) -> None:
    assert len(made(*calls)) >= len(calls) - 1


@pytest.mark.parametrize("argument", ["-" * 1_500 + "1", "not " * 400 + "1", "1+" * 900 + "1", "g" + "()" * 900])
def test_a_call_that_nests_too_deeply_is_none(argument: str) -> None:
    assert opened(f"f({argument})") is None
    assert opened(f"f{argument[1:]}") is None
