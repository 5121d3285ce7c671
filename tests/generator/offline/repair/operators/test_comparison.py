import pytest

from tests.generator.offline.making import bodies


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("return a < b", "return a <= b"),
        ("return a <= b", "return a < b"),
        ("return a > b", "return a >= b"),
        ("return a >= b", "return a > b"),
        ("return a == b", "return a != b"),
        ("return a != b", "return a == b"),
        ("return a in b", "return a not in b"),
        ("return a not in b", "return a in b"),
        ("return a is None", "return a is not None"),
        ("return a is not None", "return a is None"),
    ],
)
def test_the_likeliest_other_comparison_comes_first(written: str, meant: str) -> None:
    assert bodies(written)[0] == meant


def test_a_direction_comes_after_the_boundary() -> None:
    made = bodies("return a < b")
    assert made.index("return a <= b") < made.index("return a > b") < made.index("return a == b")


def test_each_part_of_a_chain_is_looked_at() -> None:
    made = bodies("return 0 <= a < n")
    assert {"return 0 < a < n", "return 0 <= a <= n"} <= set(made)


def test_identity_becomes_equality_and_back_but_not_for_literals() -> None:
    assert "return a == b" in bodies("return a is b")
    assert "return a is b" in bodies("return a == b")
    assert not [line for line in bodies("return a == 3") if " is " in line]


def test_an_operator_without_blanks_does_not_run_into_its_operands() -> None:
    assert "return a in b" in bodies("return a==b")
    assert "return a not in b" in bodies("return a!=b")
    assert "return ain b" not in bodies("return a==b")
