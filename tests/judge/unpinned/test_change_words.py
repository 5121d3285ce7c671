"""How a change of a program is quoted."""

import pytest

from tddbot.judge.unpinned.change_words import quoted


def told(source: str, was: str, becomes: str) -> tuple[str, str | None]:
    """How the first place of some text is quoted when it becomes another one."""
    data = source.encode()
    start = data.index(was.encode())
    return quoted(source, start, start + len(was.encode()), becomes)


@pytest.mark.parametrize(
    ("source", "was", "becomes", "words"),
    [
        ("def f(n):\n    return g(n > 3, 1)\n", ">", ">=", ("n > 3", "n >= 3")),
        ("x = a + b * c\n", "*", "/", ("b * c", "b / c")),
        ("x = 'é' + a[3]\n", "3", "4", ("a[3]", "a[4]")),
        ("x = range(3)\n", "3", "4", ("range(3)", "range(4)")),
        ("x = 0 < n < 3\n", "3", "4", ("0 < n < 3", "0 < n < 4")),
        ("def f():\n    return a + b\n", "a + b", "None", ("return a + b", "return None")),
        ("if a and b:\n    c = 1\n", "a and b", "not (a and b)", ("a and b", "not (a and b)")),
        ("if a:\n    c = 1\n", "a", "not a", ("if a:", "if not a:")),
        ("def f(a=3):\n    pass\n", "3", "4", ("def f(a=3):", "def f(a=4):")),
        ("x = f'{a + 1}'\n", "1", "2", ("x = f'{a + 1}'", "x = f'{a + 2}'")),
        ("x = [\n    1,\n    a  +  3,\n]\n", "3", "4", ("a + 3", "a + 4")),
        ("def f():\n    n += 1\n", "n += 1", "pass", ("n += 1", None)),
        ("for x in a:\r\n    break\r\n", "break", "continue", ("break", "continue")),
        ("match a:\n    case 1 if b:\n        c = 2\n", "b", "not b", ("case 1 if b:", "case 1 if not b:")),
        ("def f(:\n  a > 3\n", ">", ">=", ("a > 3", "a >= 3")),
    ],
)
def test_the_smallest_whole_part_is_quoted(source, was, becomes, words):
    assert told(source, was, becomes) == words


def test_what_is_long_is_cut_around_the_change():
    arguments = ", ".join(f"argument_{number}" for number in range(20))
    was, becomes = told(f"x = call({arguments}, None)\n", "None", "4")
    assert "argument_19, None)" in was
    assert becomes is not None
    assert "argument_19, 4)" in becomes
    assert len(was) <= 60
    assert was.startswith("…")


def test_the_end_of_a_file_without_a_line_feed():
    assert told("x = 3", "3", "4") == ("x = 3", "x = 4")


def test_the_end_of_what_is_long_is_left_out():
    condition = "isinstance(first, int) and isinstance(second, int) and isinstance(third, int)"
    whole = condition.removesuffix(" and isinstance(third, int)")
    assert told(f"x = {condition}\n", condition, whole) == ("and isinstance(third, int)", None)
