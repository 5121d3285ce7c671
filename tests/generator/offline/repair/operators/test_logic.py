from tests.generator.offline.making import bodies


def test_and_becomes_or() -> None:
    assert bodies("return a and b")[0] == "return a or b"


def test_or_becomes_and() -> None:
    assert bodies("return a or b")[0] == "return a and b"


def test_one_side_alone_is_tried() -> None:
    assert {"return a", "return b"} <= set(bodies("return a or b"))


def test_a_not_is_dropped() -> None:
    assert bodies("return not a")[0] == "return a"


def test_a_not_that_touches_a_bracket_leaves_no_broken_word() -> None:
    assert "return (a)" in bodies("return not(a)")
    assert "return 1if (a) else 2" in bodies("return 1if not(a) else 2")
    assert "return(not a)" in bodies("return(a)")


def test_a_condition_is_negated() -> None:
    assert "if not a: return b" in bodies("if a: return b")
    assert "while not a: b()" in bodies("while a: b()")
    assert "return n if not a else b" in bodies("return n if a else b")
    assert "return [x for x in a if not x]" in bodies("return [x for x in a if x]")


def test_a_condition_of_several_is_negated_as_a_whole_and_in_part() -> None:
    made = bodies("if a and b: return n")
    assert {"if not (a and b): return n", "if not a and b: return n", "if a and not b: return n"} <= set(made)


def test_a_guard_of_a_case_is_negated() -> None:
    head = "def f(a, b):\n    match a:\n        case 1 "
    assert "if not b:" in bodies("if b:", head=head, tail="\n            return 2\n")


def test_a_comparison_is_not_negated_since_its_operator_is_turned_round() -> None:
    assert not [line for line in bodies("if a < b: pass") if "not" in line]


def test_a_variable_that_is_kept_as_what_it_is_is_turned_round() -> None:
    assert "a = not a" in bodies("a = a")[:3]


def test_one_branch_alone_is_tried() -> None:
    assert {"return a", "return n"} <= set(bodies("return a if b else n"))
