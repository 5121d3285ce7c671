import pytest

from tests.generator.offline.making import bodies, rare


@pytest.mark.parametrize("meant", ["n += a(b)", "n -= a(b)", "n = max(n, a(b))", "n = min(n, a(b))"])
def test_a_value_that_only_replaces_the_last_one_is_gathered(meant: str) -> None:
    assert meant in bodies("n = a(b)")


@pytest.mark.parametrize("first", ["0", "[]", "''", "{}"])
def test_a_first_value_gathers_nothing(first: str) -> None:
    assert f"n += {first}" not in bodies(f"n = {first}")
    assert f"n = max(n, {first})" not in bodies(f"n = {first}")


def test_a_number_that_is_kept_in_a_loop_may_be_counted() -> None:
    assert "n += 1" in bodies("n = 1", head="def f(a, n):\n    for x in a:\n        ")


def test_an_entry_of_a_table_is_gathered_too() -> None:
    assert "a[n] = min(a[n], b)" in bodies("a[n] = b")


@pytest.mark.parametrize("meant", ["n = max(b, a)", "n = min(b, a)", "n = max(0, a)"])
def test_the_greater_or_the_smaller_of_two_is_far_fetched(meant: str) -> None:
    assert meant in rare("n = a")
    assert meant not in bodies("n = a")
