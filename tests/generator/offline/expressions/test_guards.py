"""Nothing that a component is given makes it take long or much."""

import pytest

from tddbot.generator.offline.expressions.components import COMPONENTS, LIBRARY, OPERATORS, TEXT

HUGE = 10**12


def called(template, *operands, among=COMPONENTS):
    found = [each for each in among if each.template == template and each.arity == len(operands)]
    return found[-1].function(*operands)


@pytest.mark.parametrize(
    ("template", "operands"),
    [
        ("({0}) ** ({1})", (10, HUGE)),
        ("({0}) ** ({1})", (2**200, 600)),
        ("({0}) << ({1})", (1, HUGE)),
        ("({0}) * ({1})", ("ab", HUGE)),
        ("range({0})", (HUGE,)),
        ("range({0}, {1})", (0, HUGE)),
        ("({0}).zfill({1})", ("a", HUGE)),
        ("({0}).rjust({1}, {2})", ("a", HUGE, "b")),
        ("({0}).replace({1}, {2})", ("a" * 500, "a", "b" * 500)),
        ("({0}).join({1})", ("b" * 500, ["a"] * 50)),
        ("math.factorial({0})", (HUGE,)),
        ("itertools.combinations({0}, {1})", (list(range(100)), 50)),
        ("itertools.permutations({0}, {1})", (list(range(100)), HUGE)),
        ("itertools.product({0}, {1})", (list(range(100)), list(range(100)))),
        ("itertools.chain.from_iterable({0})", ([[0] * 100] * 100,)),
        ("math.prod({0})", ([2**1000] * 100,)),
    ],
)
def test_too_much_is_refused_before_it_is_made(template, operands):
    with pytest.raises(ValueError, match="too much"):
        called(template, *operands)


def test_a_product_of_large_numbers_is_refused():
    multiply = next(each for each in OPERATORS if each.template == "({0}) * ({1})" and each.is_symmetric)
    with pytest.raises(ValueError, match="too much"):
        multiply.function(2**4000, 2**4000)


def test_what_is_small_is_made():
    assert called("({0}) ** ({1})", 2, 10) == 1024
    assert called("({0}).replace({1}, {2})", "a b", " ", "-", among=TEXT) == "a-b"
    assert called("itertools.combinations({0}, {1})", [1, 2, 3], 2, among=LIBRARY) == [(1, 2), (1, 3), (2, 3)]
