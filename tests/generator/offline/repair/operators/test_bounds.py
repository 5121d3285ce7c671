import pytest

from tests.generator.offline.making import bodies, rare


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("return a[:n]", "return a[:n + 1]"),
        ("return a[:n]", "return a[:n - 1]"),
        ("return a[n:]", "return a[n + 1:]"),
        ("return a[:n]", "return a[1:n]"),
        ("return a[n:]", "return a[n:-1]"),
        ("return a[1:n]", "return a[1:]"),
        ("return a[1:]", "return a[0:]"),
        ("return a[::-1]", "return a[:]"),
        ("return a[:]", "return a[::-1]"),
        ("return a[n]", "return a[n - 1]"),
        ("return a[n + 1]", "return a[n]"),
        ("return range(n)", "return range(n + 1)"),
        ("return range(n)", "return range(1, n)"),
        ("return range(a, n - 1)", "return range(a, n)"),
        ("return range(a if b else n)", "return range(1, a if b else n)"),
        ("return a * b", "return a * b + 1"),
        ("return a << b", "return (a << b) - 1"),
        ("return len(a)", "return len(a) - 1"),
        ("return (n - 1) * a", "return (n) * a"),
        ("return 1 + a(b)", "return a(b)"),
        ("return a(b, n)", "return a(b, n - 1)"),
        ("return a < n", "return a < n + 1"),
        ("return a < n", "return a - 1 < n"),
        ("n = len(a)", "n = len(a) - 1"),
        ("a, b = 0, len(n)", "a, b = 0, len(n) - 1"),
    ],
)
def test_a_bound_moves_by_one(written: str, meant: str) -> None:
    assert meant in bodies(written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("return a * b", "return (a + 1) * b"),
        ("return range(n)", "return range(2, n)"),
        ("return range(n)", "return range(a + 1, n)"),
        ("return range(n)", "return range(len(n))"),
        ("return range(n)", "return range(n - 1, -1, -1)"),
        ("return range(a, n)", "return range(a, n, -1)"),
        ("return range(a, n)", "return range(a, n, b)"),
    ],
)
def test_other_bounds_are_far_fetched(written: str, meant: str) -> None:
    assert meant in rare(written)
    assert meant not in bodies(written)
