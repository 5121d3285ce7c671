import pytest

from tests.generator.offline.making import bodies


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("return a + b", "return a - b"),
        ("return a - b", "return a + b"),
        ("return a * b", "return a / b"),
        ("return a * b", "return a ** b"),
        ("return a / b", "return a // b"),
        ("return a // b", "return a % b"),
        ("return a % b", "return a // b"),
        ("return a ** b", "return a * b"),
        ("return a & b", "return a | b"),
        ("return a << b", "return a >> b"),
    ],
)
def test_another_operator_is_tried(written: str, meant: str) -> None:
    assert meant in bodies(written)[:5]


@pytest.mark.parametrize("meant", ["n -= a", "n = a", "n *= a"])
def test_an_augmented_assignment_gets_another_operator_or_none(meant: str) -> None:
    assert meant in bodies("n += a")


def test_an_assignment_that_lost_its_sum_gets_it_back() -> None:
    assert "n += a(b)" in bodies("n = a(b)")


def test_a_first_value_is_no_lost_sum() -> None:
    assert "n += 0" not in bodies("n = 0")


def test_operands_are_swapped_where_their_order_matters() -> None:
    assert "return b - (a)" in bodies("return (a) - b")
    assert "return b * a" not in bodies("return a * b")


def test_operands_that_bind_more_loosely_stay_where_they_are() -> None:
    assert "return n - a - b" not in bodies("return a - b - n")


def test_a_sign_is_dropped_or_put() -> None:
    assert "return a" in bodies("return -a")
    assert "return -a" in bodies("return a")


def test_a_text_that_is_formatted_is_no_arithmetic() -> None:
    assert bodies('return "%s" % 7') == ['return "%s" % 8', 'return "%s" % 6']
