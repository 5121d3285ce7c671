"""Which of patches that behave alike is taken: pure."""

from decimal import Decimal

import pytest

from tddbot.domain import Attempt, Candidate, Dud, Edit, Patch, Ruling, Usage, Verdict
from tddbot.judge.ambiguity import complexity, decisions, difference, rank
from tddbot.parsing import parsed

BEFORE = "def f(n):\n    return n\n\n\ndef g(n):\n    return f(n) if n else 0\n"


def patch(after: str | None, before: str | None = BEFORE, path: str = "calc.py") -> Patch:
    return Patch((Edit(path, before, after),))


def f(body: str) -> str:
    return BEFORE.replace("return n\n", f"{body}\n", 1)


def attempt(body: str, usd: str = "0", tokens: int = 0) -> Attempt:
    usage = Usage(1, tokens, usd=Decimal(usd))
    return Attempt(Candidate(patch(f(body)), "script", body, usage), None, Verdict(Ruling.ACCEPTED))


def taken(*attempts: Attempt) -> int:
    return attempts.index(min(attempts, key=rank))


@pytest.mark.parametrize(
    ("source", "points"),
    [
        ("x = 1", 0),
        ("if a:\n    pass\nelif b:\n    pass\nelse:\n    pass", 2),
        ("for a in b:\n    pass\nelse:\n    pass", 1),
        ("while a and b and c:\n    pass", 3),
        ("x = a if b or c else d", 2),
        ("try:\n    pass\nexcept A:\n    pass\nexcept B:\n    pass\nfinally:\n    pass", 2),
        ("assert a", 1),
        ("[a for a in b if c if d]", 3),
        ("match a:\n    case 1:\n        pass\n    case [x, y] if x:\n        pass\n    case _:\n        pass", 2),
        ("match a:\n    case 1:\n        pass\n    case x if x:\n        pass", 2),
        ("def f():\n    return lambda: 1", 2),
        ("with a:\n    pass", 0),
    ],
)
def test_decision_points_are_counted_as_mccabe_does(source: str, points: int) -> None:
    tree = parsed(source)
    assert isinstance(tree, type(parsed("")))
    assert decisions(tree) == points


def test_only_what_a_patch_makes_or_changes_is_counted() -> None:
    assert complexity(patch(BEFORE)) == 0
    assert complexity(patch(f("return 2 * n"))) == 1
    assert complexity(patch(f("return 2 * n if n > 0 and n < 9 else n"))) == 3
    assert complexity(patch("class C:\n    def m(self):\n        return 1 if self else 2\n", None)) == 2
    assert complexity(patch("class C:\n    x = 1\n", "class C:\n    pass\n")) == 0


def test_what_is_no_python_counts_nothing() -> None:
    assert complexity(patch("def f(:", None)) == 0
    assert complexity(patch("if a: pass", None, "notes.txt")) == 0


def test_the_difference_is_in_lines_and_their_characters() -> None:
    assert difference(patch(BEFORE)) == (0, 0)
    assert difference(patch(f("return 2 * n"))) == (2, len("return nreturn 2 * n"))
    assert difference(patch(None)) == (4, sum(len(line.strip()) for line in BEFORE.splitlines()))
    assert difference(patch("a\n\n\nb\n", None)) == (2, 2)


def test_blank_lines_and_indents_are_no_difference() -> None:
    assert difference(patch(BEFORE.replace("\n\n\n", "\n\n\n\n").replace("    ", "\t"))) == (0, 0)


def test_a_line_that_repeats_is_counted_as_often_as_it_is_added() -> None:
    assert difference(patch("a\na\na\n", "a\n")) == (2, 2)
    assert difference(patch("a\nx\na\n", "a\na\n")) == (1, 1)


def test_a_large_file_takes_no_longer_than_its_difference() -> None:
    text = "".join(f"x{number} = 1\n" for number in range(20_000))
    assert difference(patch(text.replace("x9999 = 1", "x9999 = 2"), text)) == (2, 18)


def test_the_smaller_difference_wins_before_all_else() -> None:
    assert taken(attempt("m = n\n    return m + 1"), attempt("return n + 1 if n else 1", usd="3")) == 1


def test_of_equal_ones_the_simpler_wins_though_it_be_longer() -> None:
    assert taken(attempt("return n or 0"), attempt("return int(n.__index__())", usd="3")) == 1


def test_then_the_shorter_and_then_the_cheaper() -> None:
    assert taken(attempt("return n + 10"), attempt("return n + 1", usd="3")) == 1
    assert taken(attempt("return n + 1", usd="0.2"), attempt("return 1 + n", usd="0.1", tokens=900)) == 1
    assert taken(attempt("return n + 1", tokens=20), attempt("return 1 + n", tokens=10)) == 1


def test_where_nothing_decides_the_first_one_is_taken() -> None:
    assert taken(attempt("return n + 1"), attempt("return 1 + n")) == 0


def test_a_dud_has_no_difference() -> None:
    assert rank(Attempt(Dud("no", "script"), None, Verdict(Ruling.DUD)))[:3] == (0, 0, 0)
