import pytest

from tddbot.generator.offline.repair.programs import compiled, mark


def same(one: str, other: str) -> bool:
    first, second = compiled(one), compiled(other)
    assert first is not None
    assert second is not None
    return mark(first) == mark(second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(a):\n    return a + 1\n", "def f(a):\n\n    return (a  +  1)  # why\n"),
        ("x = [1, 2]\n", "x = [1,\n     2]\n"),
        ("f = lambda a: (a, 1)\n", "f = lambda a: (a, 1,)\n"),
    ],
)
def test_layout_makes_no_other_program(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1\n", "x = 1.0\n"),
        ("x = 1\n", "x = True\n"),
        ("x = 0.0\n", "x = -0.0\n"),
        ("def f(a, b): return a\n", "def f(a, b): return b\n"),
        ("def f(a, b=1): return a\n", "def f(a, *, b=1): return a\n"),
        ("f = lambda: [a for a in b]\n", "f = lambda: [a for a in c]\n"),
        ("try: a()\nexcept E: b()\n", "try: a()\nexcept F: b()\n"),
    ],
)
def test_what_does_something_else_is_another_program(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize("code", ["x = (\n", "return 1\n", "x = '\0'\n", f"x = {'(' * 500}\n"])
def test_what_does_not_compile_is_none(code: str) -> None:
    assert compiled(code) is None
