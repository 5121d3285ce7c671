import pytest

from tests.generator.offline.making import bodies, rare


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("return a[1:]", "return a"),
        ("return a[b]", "return a"),
        ("return a[b]", "return b"),
        ("return a[b][n]", "return a[n][b]"),
        ("return a[b]", "return b[a]"),
        ("return a[b:]", "return a[:b]"),
        ("return a[:b]", "return a[b:]"),
        ("a[b] = n", "a[n] = b"),
    ],
)
def test_a_part_is_dropped_or_turned_round(written: str, meant: str) -> None:
    assert meant in bodies(written)


@pytest.mark.parametrize(
    "meant", ["return a[0]", "return a[-1]", "return a[1:]", "return a[n]", "return a[:n]", "return b[a]"]
)
def test_a_lost_part_is_far_fetched(meant: str) -> None:
    assert meant in rare("return a")
    assert meant not in bodies("return a")


def test_a_bound_that_is_a_variable_is_far_fetched() -> None:
    assert {"return a[n:]", "return a[:n]"} & set(rare("return a[:b]")) == {"return a[:n]"}
    assert "return a[n:b]" in rare("return a[:b]")
