import pytest

from tests.generator.offline.making import rare


@pytest.mark.parametrize("meant", ["return not a", "return bool(b)", "return n"])
def test_a_fixed_result_becomes_one_that_depends(meant: str) -> None:
    assert meant in rare("return True")


def test_what_the_function_asks_elsewhere_may_be_its_result() -> None:
    assert "return a < b" in rare("return False", head="def f(a, b):\n    if a < b: pass\n    ")


@pytest.mark.parametrize("meant", ["return max(a) if a else 0", "return max(a) if a else None"])
def test_what_is_empty_gets_a_result_of_its_own(meant: str) -> None:
    assert meant in rare("return max(a)")


def test_one_value_becomes_a_list_of_one() -> None:
    assert {"return [a]", "return (a,)"} <= set(rare("return a"))
