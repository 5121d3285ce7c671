import pytest

from tests.generator.offline.making import bodies, rare


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


def test_operands_are_swapped_where_their_order_matters() -> None:
    assert "return b - (a)" in bodies("return (a) - b")
    assert "return b * a" not in bodies("return a * b")


def test_operands_that_bind_more_loosely_stay_where_they_are() -> None:
    assert "return n - a - b" not in bodies("return a - b - n")


def test_a_sign_is_dropped_or_put() -> None:
    assert "return a" in bodies("return -a")
    assert "return -a" in bodies("return a")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("return b(a)", "return b(-a)"),
        ("return sorted(a, key=lambda x: x[0])", "return sorted(a, key=lambda x: -x[0])"),
        ("return [a, b]", "return [-a, b]"),
        ("n = a[b]", "n = -a[b]"),
        ("return a * b", "return a * -b"),
        ("return a < b", "return a < -b"),
    ],
)
def test_a_lost_sign_is_put_back_wherever_a_number_may_be(written: str, meant: str) -> None:
    assert meant in bodies(written)


@pytest.mark.parametrize("fixed", ["None", "True", "self"])
def test_what_is_no_number_has_no_sign(fixed: str) -> None:
    assert f"return -{fixed}" not in bodies(f"return {fixed}")


def test_an_operand_too_many_is_dropped() -> None:
    assert {"return a", "return b"} <= set(bodies("return a * b"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("return a", "return a + b"),
        ("return a", "return a - n"),
        ("return a(b)", "return n + a(b)"),
        ("n = a", "n = a * b"),
        ("return (a - b) * 2", "return (a - b + n) * 2"),
        ("return a % 2", "return (a + b) % 2"),
    ],
)
def test_a_lost_operand_is_far_fetched(written: str, meant: str) -> None:
    assert meant in rare(written)
    assert meant not in bodies(written)


def test_a_text_that_is_formatted_is_no_arithmetic() -> None:
    assert bodies('return "%s" % 7') == ['return "%s" % 8', 'return "%s" % 6']
