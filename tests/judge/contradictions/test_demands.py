"""Two demands of one call exclude each other only where no honest result can satisfy both."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.judge.contradictions.demands import excluding, is_settled
from tddbot.lab import Example, Relation
from tddbot.ties.values import written

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)
relations = st.sampled_from([Relation.EQUAL, Relation.IS, Relation.NEARLY])
errors = st.sampled_from(["ValueError", "KeyError", "LookupError", "Exception", "OSError", "Unknown", "UserWarning"])


def example(relation: Relation, expected: str = "", *arguments: str) -> Example:
    return Example("t.py::t", 1, arguments, (), relation, expected)


@st.composite
def demands(draw: Any) -> Example:
    kind = draw(st.sampled_from(["value", "truth", "raises"]))
    if kind == "truth":
        return example(draw(st.sampled_from([Relation.TRUE, Relation.FALSE])))
    if kind == "raises":
        return example(Relation.RAISES, draw(errors))
    return example(draw(relations), written(draw(plain)))


def satisfied(value: Any, demand: Example) -> bool:
    """Whether a value is what a test wants."""
    if demand.relation is Relation.TRUE:
        return bool(value)
    if demand.relation is Relation.FALSE:
        return not value
    if demand.relation is Relation.RAISES:
        return False
    wanted = eval(demand.expected)
    if demand.relation is Relation.EQUAL:
        return bool(value == wanted)
    if demand.relation is Relation.IS:
        return value is wanted
    return bool(value == pytest.approx(wanted)) if isinstance(wanted, int | float) else bool(value == wanted)


@given(demands(), demands())
def test_it_does_not_matter_which_is_first(one: Example, other: Example) -> None:
    assert (excluding(one, other) is None) == (excluding(other, one) is None)


@given(demands())
def test_no_demand_excludes_itself(one: Example) -> None:
    assert excluding(one, one) is None


@given(plain, demands(), demands())
def test_what_one_value_satisfies_is_no_contradiction(value: Any, one: Example, other: Example) -> None:
    for each in (value, *(eval(demand.expected) for demand in (one, other) if demand.relation in (Relation.EQUAL,))):
        if satisfied(each, one) and satisfied(each, other):
            assert excluding(one, other) is None


@given(plain, plain)
def test_unequal_values_exclude_each_other(first: Any, second: Any) -> None:
    is_odd = "nan" in written(first) + written(second)
    excluded = excluding(example(Relation.EQUAL, written(first)), example(Relation.EQUAL, written(second)))
    assert (excluded is not None) == (first != second and not is_odd)


EQUAL, IS, NEARLY, RAISES = Relation.EQUAL, Relation.IS, Relation.NEARLY, Relation.RAISES
TRUE, FALSE = example(Relation.TRUE), example(Relation.FALSE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (example(EQUAL, "1"), example(EQUAL, "1.0")),
        (example(EQUAL, "1"), example(IS, "True")),
        (example(EQUAL, "0.0"), example(EQUAL, "-0.0")),
        (example(EQUAL, "{'a': 1, 'b': 2}"), example(EQUAL, "{'b': 2, 'a': 1}")),
        (example(EQUAL, "float('nan')"), example(EQUAL, "3")),
        (example(EQUAL, "[float('nan')]"), example(EQUAL, "3")),
        (example(NEARLY, "0.3333333"), example(EQUAL, repr(1 / 3))),
        (example(NEARLY, "[1.0, 2.0]"), example(NEARLY, "(1.0000001, 2)")),
        (example(NEARLY, "0.0"), TRUE),
        (example(IS, "[]"), example(EQUAL, "3")),
        (example(RAISES, "LookupError"), example(RAISES, "KeyError")),
        (example(RAISES, "KeyError"), example(RAISES, "AttributeError")),
        (example(RAISES, "ValueError"), example(RAISES, "OwnError")),
        (example(RAISES, "DeprecationWarning"), example(EQUAL, "3")),
        (TRUE, example(EQUAL, "[0]")),
    ],
)
def test_what_may_both_hold_is_left_alone(one: Example, other: Example) -> None:
    assert excluding(one, other) is None


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (example(EQUAL, "3"), example(EQUAL, "4"), "cannot both be 3 and be 4"),
        (example(EQUAL, "'3'"), example(EQUAL, "3"), "cannot both be '3' and be 3"),
        (example(EQUAL, "[1]"), example(EQUAL, "(1,)"), "cannot both be [1] and be (1,)"),
        (example(IS, "None"), example(EQUAL, "0"), "cannot both be None and be 0"),
        (example(IS, "True"), example(IS, "False"), "cannot both be True and be False"),
        (example(RAISES, "ValueError"), example(EQUAL, "0"), "cannot both raise ValueError and be 0"),
        (example(RAISES, "OwnError"), TRUE, "cannot both raise OwnError and be true"),
        (
            example(RAISES, "ValueError"),
            example(RAISES, "TypeError"),
            "cannot both raise ValueError and raise TypeError",
        ),
        (TRUE, FALSE, "cannot both be true and be false"),
        (FALSE, example(EQUAL, "'no'"), "cannot both be false and be 'no'"),
        (example(NEARLY, "3.1"), example(NEARLY, "3.2"), "cannot both be nearly 3.1 and be nearly 3.2"),
        (example(NEARLY, "3.1"), FALSE, "cannot both be nearly 3.1 and be false"),
    ],
)
def test_what_excludes_each_other_is_told(one: Example, other: Example, said: str) -> None:
    assert excluding(one, other) == said


def test_arguments_that_may_be_more_than_their_texts_settle_nothing() -> None:
    assert is_settled(example(EQUAL, "1", "[1, {'a': 2}]", "'x'"), mutable=True)
    assert not is_settled(example(EQUAL, "1", "[1]"), mutable=False)
    assert not is_settled(example(EQUAL, "1", "(1, [])"), mutable=False)
    assert is_settled(example(EQUAL, "1", "(1, 'a')", "frozenset({1})"), mutable=False)
    assert not is_settled(example(EQUAL, "1", "float('nan')"), mutable=True)
    assert not is_settled(example(EQUAL, "1", "{1, 2}"), mutable=True)
    assert not is_settled(example(EQUAL, "1", "Decimal('1')"), mutable=True)
