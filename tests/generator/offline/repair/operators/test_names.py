import pytest

from tests.generator.offline.making import afters, bodies, rare


def test_another_variable_of_the_function_is_read() -> None:
    made = bodies("return [a]")
    assert made[:2] == ["return [b]", "return [n]"]


def test_a_name_that_is_alike_comes_first() -> None:
    assert bodies("return [row_end]", head="def f(value, row_end, row_start):\n    ")[0] == "return [row_start]"


def test_names_of_the_function_around_are_read_too() -> None:
    assert "return [a]" in bodies("return [b]", head="def g(a):\n  def f(b):\n    ", tail="\n  return f\n")


def test_names_that_are_written_or_called_or_looked_up_stay() -> None:
    made = bodies("n.a = b(a=1)")
    assert not {"n.b = b(a=1)", "n.a = a(a=1)", "n.a = b(b=1)", "a.a = b(a=1)"}.intersection(made)


def test_self_is_no_variable() -> None:
    assert "return [a]" not in bodies("return [self]", head="class C:\n  def f(self, a):\n    ")


def test_a_slip_of_the_pen_is_undone_where_a_name_is_bound_nowhere() -> None:
    assert bodies("return [lenght]", head="length = 3\n\n\ndef f(a):\n    ")[0] == "return [length]"
    assert "return sorted" in bodies("return sortd")


def test_another_name_of_the_module_is_read_late() -> None:
    assert "return [LOW]" in rare("return [HIGH]", before="LOW = 1\nHIGH = 2\n\n\n")


def test_variables_that_are_bound_together_are_swapped() -> None:
    assert "b, a = n.pop(), n.pop()" in bodies("a, b = n.pop(), n.pop()")


def test_another_variable_is_bound_late() -> None:
    assert "a = n(b)" in rare("b = n(b)")
    assert "a += n" in rare("b += n")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("return min(a)", "return max(a)"),
        ("return any(a)", "return all(a)"),
        ("return a.lstrip()", "return a.rstrip()"),
        ("return a.startswith('x')", "return a.endswith('x')"),
        ("return a.append(b)", "return a.extend(b)"),
        ("return math.floor(a)", "return math.ceil(a)"),
        ("return sum(a)", "return len(a)"),
        ("return ord(a)", "return int(a)"),
    ],
)
def test_a_function_is_taken_for_its_twin(written: str, meant: str) -> None:
    assert meant in bodies(written)


def test_a_function_with_very_many_names_makes_few_candidates_of_each_read() -> None:
    names = ", ".join(f"name{index}" for index in range(200))
    assert len(afters(f"def f({names}):\n    return [name7]\n")) <= 16
