"""Two demands of one call from two tests, unless anything but the arguments may have a part in either."""

import pytest

from tddbot.judge.contradictions.clash import IsFree, clashes, may_meet, observed
from tddbot.judge.contradictions.plain import Asked, asked
from tddbot.judge.contradictions.sheet import sheet
from tddbot.lab import Example, Relation
from tddbot.proof import Contradiction

HEAD = "import pytest\nfrom shop import area, next_number, price, put, version\n"
A, B = "test_a.py::test_a", "test_a.py::test_b"


def demands(first: str, second: str) -> list[Asked]:
    text = HEAD + f"def test_a():\n    {first}\n\ndef test_b():\n    {second}\n"
    own = sheet("test_a.py", text)
    assert own is not None
    return [each for test in own.tests for each in asked(own, test)]


def example(
    node: str, found: list[Asked], expected: str, *arguments: str, relation: Relation = Relation.EQUAL
) -> Example:
    line = next(each.line for each in reversed(found) if f"{each.path}::{each.test}" == node)
    return Example(node, line, arguments, (), relation, expected)


def clash(
    first: str, second: str, values: tuple[str, str], *arguments: str, is_free: IsFree = lambda name: True,
    deeper: bool = False,
) -> Contradiction | None:  # fmt: skip
    found = demands(first, second)
    examples = [example(A, found, values[0], *arguments), example(B, found, values[1], *arguments)]
    return next(clashes(observed(found, examples), {B}, is_free, deeper), None)


def test_two_tests_want_two_answers_to_one_call() -> None:
    found = clash("assert price('A') == 3", "assert price('A') == 4", ("3", "4"), "'A'")
    assert found is not None
    assert found.node_ids == (A, B)
    assert found.first.text == "assert price('A') == 3"
    assert found.reason == "`price('A')` cannot both be 3 and be 4"
    assert clash("assert price('A') == 3", "assert price('A') == 3.0", ("3", "3.0"), "'A'") is None


def test_one_of_the_two_is_of_the_target() -> None:
    found = demands("assert price('A') == 3", "assert price('A') == 4")
    examples = [example(A, found, "3", "'A'"), example(B, found, "4", "'A'")]
    assert list(clashes(observed(found, examples), (), lambda name: True)) == []


def test_one_test_may_want_one_answer_after_the_other() -> None:
    twice = "assert price('A') == 3; assert price('A') == 4"
    found = demands(twice, "assert price('A') == 4")
    line = found[0].line
    examples = [Example(A, line, ("'A'",), (), Relation.EQUAL, value) for value in ("3", "4")]
    assert list(clashes(observed(found, [*examples, example(B, found, "4", "'A'")]), {A, B}, lambda name: True)) == []


def test_a_line_that_could_not_be_read_is_not_counted() -> None:
    found = demands("assert price('A') == 3", "print('x'); assert price('A') == 4")
    assert observed(found, [Example(B, 7, ("'A'",), (), Relation.EQUAL, "4")]) == ()


@pytest.mark.parametrize("answer", [True, None, False])
def test_what_may_see_more_than_its_arguments_is_left_alone(answer: bool | None) -> None:
    found = clash(
        "assert price('A') == 3", "assert price('A') == 4", ("3", "4"), "'A'", is_free=lambda name: answer
    )  # fmt: skip
    assert (found is None) == (answer is False)


def test_a_name_that_speaks_of_change_is_left_alone_unless_somebody_else_has_said_so() -> None:
    lines = "assert next_number('A') == 3", "assert next_number('A') == 4"
    assert clash(*lines, ("3", "4"), "'A'") is None
    assert clash(*lines, ("3", "4"), "'A'", deeper=True) is not None


@pytest.mark.parametrize(
    ("one", "other", "is_found"),
    [
        ("'1.0'", "'2.0'", True),
        ("8080", "9090", True),
        ("1", "2", False),
        ("True", "False", False),
        ("None", "3", False),
        ("'n1'", "'n2'", False),
        ("[1]", "[1, 2]", False),
    ],
)
def test_a_call_without_arguments_may_count(one: str, other: str, is_found: bool) -> None:
    found = clash(f"assert version() == {one}", f"assert version() == {other}", (one, other))
    assert (found is not None) == is_found


@pytest.mark.parametrize(
    ("one", "other", "answer", "is_found"),
    [("1", "2", None, False), ("0", "1", None, False), ("1", "2", True, True), ("3", "4", None, True)],
)
def test_answers_may_count_where_nothing_is_written_yet(
    one: str, other: str, answer: bool | None, is_found: bool
) -> None:
    lines = f"assert price('A') == {one}", f"assert price('A') == {other}"
    assert (clash(*lines, (one, other), "'A'", is_free=lambda name: answer) is not None) == is_found


@pytest.mark.parametrize(
    ("before", "is_found"),
    [
        ("put('A', 4)", False),
        ("assert put('A', 4) is True", False),
        ("assert put('B', 4) is True", False),
        ("price('A')", False),
        ("assert price('A') == 4", False),
        ("assert price('B') == 4", True),
        ("assert area(2) == 4", True),
        ("assert area('A') == 4", False),
    ],
)
def test_what_was_called_before_may_have_a_part(before: str, is_found: bool) -> None:
    second = f"{before}; assert price('A') == 5"
    found = demands("assert price('A') == 3", second)
    examples = [example(A, found, "3", "'A'"), example(B, found, "5", "'A'")]
    before_it = [each for each in found if each.test == "test_b"][-1]
    kept = [each for each in found if each.test == "test_a"] + [before_it]
    assert bool(list(clashes(observed(kept, examples), {B}, lambda name: True))) == is_found


def test_texts_tell_whether_two_demands_could_meet_at_all() -> None:
    def is_wanted(each: Asked) -> bool:
        return each.test == "test_b"

    assert may_meet(demands("assert price('A') == 3", "assert price('A') == 4"), is_wanted)
    assert not may_meet(demands("assert price('A') == 3", "assert price('B') == 4"), is_wanted)
    assert not may_meet(demands("assert price('A') == 3", "assert price('A') == 4"), lambda each: False)
    assert may_meet(demands("for x in 'AB': assert price(x) == 3", "assert price('A') == 4"), is_wanted)
