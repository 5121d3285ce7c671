import pytest

from tests.generator.offline.making import bodies


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
    ],
)
def test_a_bound_moves_by_one(written: str, meant: str) -> None:
    assert meant in bodies(written)
