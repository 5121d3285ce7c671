import pytest

from tests.generator.offline.making import bodies, rare


@pytest.mark.parametrize(
    "meant",
    [
        "if b and a: pass",
        "if not b and a: pass",
        "if b or a: pass",
        "if b > 0 and a: pass",
        "if b < n and a: pass",
        "if b is None or a: pass",
        "if b < len(n) and a: pass",
    ],
)
def test_a_lost_part_of_a_condition_is_asked_first(meant: str) -> None:
    assert meant in rare("if a: pass")
    assert meant not in bodies("if a: pass")


def test_what_the_function_asks_elsewhere_is_asked_here() -> None:
    assert "while n == 3 and a: b()" in rare("while a: b()", tail="\n    return n == 3\n")


def test_a_part_before_an_or_is_joined_as_a_whole() -> None:
    assert "if n and (a or b): pass" in rare("if a or b: pass")
    assert "if n and a and b: pass" in rare("if a and b: pass")


def test_a_filter_of_a_comprehension_and_a_branch_ask_more_too() -> None:
    assert "return [x for x in a if b and x]" in rare("return [x for x in a if x]")
    assert "return 1 if n and a else b" in rare("return 1 if a else b")
    assert "return n and a < b" in rare("return a < b")


def test_a_comprehension_that_lets_all_through_filters() -> None:
    assert {"return [x for x in a if x]", "return [x for x in a if x != b]"} <= set(rare("return [x for x in a]"))


def test_a_loop_without_an_end_goes_on_while_a_variable_is_true() -> None:
    assert {"while a: b()", "while not n: b()"} <= set(bodies("while True: b()"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("if a: pass", "if a is not None: pass"),
        ("if not a: pass", "if a is None: pass"),
        ("if a is not None: pass", "if a: pass"),
        ("if a is None: pass", "if not a: pass"),
    ],
)
def test_a_truth_becomes_an_identity_and_back(written: str, meant: str) -> None:
    assert meant in bodies(written)


def test_another_condition_is_asked_instead() -> None:
    assert {"while b: n()", "while a < b: n()"} <= set(rare("while a: n()"))
