import pytest

from tests.generator.offline.making import bodies


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("return a + b // 2", "return (a + b) // 2"),
        ("return a * b - 1", "return a * (b - 1)"),
        ("return a - b - n", "return a - (b - n)"),
        ("return (a + b) // 2", "return a + b // 2"),
        ("return a and b or n", "return a and (b or n)"),
        ("return a and (b or n)", "return a and b or n"),
        ("return not a and b", "return not (a and b)"),
    ],
)
def test_brackets_are_put_or_taken(written: str, meant: str) -> None:
    assert meant in bodies(written)


def test_brackets_that_change_nothing_are_not_put() -> None:
    assert not [line for line in bodies("return a + b + n") if "(" in line]
