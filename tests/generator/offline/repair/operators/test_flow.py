import pytest

from tests.generator.offline.making import bodies


@pytest.mark.parametrize("lost", ["a + b", "a", "[x for x in a]", "a.b", "(a,\n     b)"])
def test_a_value_that_is_made_for_nothing_is_returned(lost: str) -> None:
    assert bodies(lost)[0] == f"return {lost}"


def test_a_call_at_the_end_may_be_a_lost_return() -> None:
    assert "return sum(a)" in bodies("sum(a)")
    assert "return await a" in bodies("await a", head="async def f(a):\n    ")


def test_a_call_at_the_end_of_a_function_that_returns_values_elsewhere_most_likely_is_one() -> None:
    elsewhere = "def f(a):\n    if a:\n        return {}\n    "
    assert bodies("sum(a, 1)", head=elsewhere.format("a"))[0] == "return sum(a, 1)"
    assert bodies("sum(a, 1)", head=elsewhere.format(""))[0] != "return sum(a, 1)"


def test_the_last_value_that_is_only_named_is_returned() -> None:
    assert "return a(b)" in bodies("total = a(b)")


@pytest.mark.parametrize("head", ["if a", "if a:\n        pass\n    else", "with a", "try", "for x in a:\n      if x"])
def test_the_last_value_of_a_branch_is_returned(head: str) -> None:
    tail = "\n    finally:\n        pass\n" if head == "try" else "\n"
    assert "return n + 1" in bodies("n + 1", head=f"def f(a, n):\n    {head}:\n        ", tail=tail)


def test_no_return_is_put_before_other_statements() -> None:
    assert not [line for line in bodies("sum(a)", tail="\n    return b\n") if line.startswith("return")]


def test_no_return_ends_a_loop() -> None:
    assert not [line for line in bodies("sum(x)", head="def f(a):\n    for x in a:\n        ") if "return" in line]


def test_a_docstring_and_a_generator_return_nothing() -> None:
    assert bodies('"""Say."""') == []
    assert not [line for line in bodies("yield a; a + b") if "return" in line]


def test_a_module_returns_nothing() -> None:
    assert not [line for line in bodies("sum(a)", head="a = []\n") if "return" in line]


def test_break_becomes_continue_and_back() -> None:
    head = "def f(a):\n    for x in a:\n        if x: "
    assert "continue" in bodies("break", head=head)
    assert "break" in bodies("continue", head=head)
