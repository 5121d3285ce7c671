from tests.generator.offline.making import bodies, rare


def test_an_expression_of_the_same_function_is_tried() -> None:
    tail = "\n    return len(a)\n"
    assert "n = len(a)" in rare("n = b[1]", tail=tail)
    assert "n = len(a)" not in bodies("n = b[1]", tail=tail)


def test_a_variable_is_tried_in_place_of_any_expression() -> None:
    assert "return n" in rare("return a(b)")


def test_a_method_that_is_called_is_no_expression_by_itself() -> None:
    assert "n = a.pop" not in rare("n = b[1]", tail="\n    a.pop()\n")
