"""Where a SEARCH stands, and what a file looks like afterwards."""

from tddbot.generator.answers.search import Miss, nearest, replaced

TEXT = "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n"


def test_an_exact_match_is_replaced_and_nothing_else_is_touched() -> None:
    assert replaced(TEXT, ["        return 1"], ["        return 3"]) == TEXT.replace("return 1", "return 3")


def test_trailing_blanks_are_ignored_on_both_sides() -> None:
    assert replaced("a  \nb\n", ["a", "b\t"], ["c"]) == "c\n"


def test_a_uniform_shift_of_indentation_is_given_to_the_replacement() -> None:
    search, new = ["def f(self):", "    return 1"], ["def f(self):", "", "    return 9"]
    assert replaced(TEXT, search, new) == TEXT.replace("        return 1", "\n        return 9")


def test_a_search_that_is_indented_too_far_is_shifted_back() -> None:
    assert replaced("def f():\n    return 1\n", ["  def f():", "      return 1"], ["  def f():", "      return 2"]) == (
        "def f():\n    return 2\n"
    )


def test_an_indentation_that_differs_from_line_to_line_is_no_match() -> None:
    assert replaced(TEXT, ["def f(self):", "  return 1"], ["x"]) == Miss()


def test_two_places_are_a_miss_that_names_them() -> None:
    assert replaced("x\ny\nx\n", ["x"], ["z"]) == Miss((1, 3))
    assert replaced("  x\ny\n    x\n", ["x"], ["z"]) == Miss((1, 3))


def test_the_last_line_counts_without_its_end() -> None:
    assert replaced("a\nb\na", ["a"], ["c"]) == Miss((1, 3))
    assert replaced("b\na", ["a"], ["c"]) == "b\nc"
    assert replaced("a\n", [""], ["c"]) == Miss()


def test_an_exact_match_wins_over_a_shifted_one() -> None:
    assert replaced("x\n  x\n", ["x"], ["z"]) == "z\n  x\n"


def test_line_endings_stay_as_they_are() -> None:
    assert replaced("a\r\nb\r\nc\r\n", ["b"], ["x", "y"]) == "a\r\nx\r\ny\r\nc\r\n"
    assert replaced("a\r\nb\nc\r\n", ["c"], ["x"]) == "a\r\nb\nx\r\n"


def test_the_end_of_a_file_without_a_line_end_stays_without() -> None:
    assert replaced("a\nb", ["b"], ["c", "d"]) == "a\nc\nd"


def test_form_feeds_and_other_separators_are_no_line_ends() -> None:
    assert replaced("a\x0cb\u2028c\nd\n", ["d"], ["e"]) == "a\x0cb\u2028c\ne\n"


def test_lines_can_be_deleted() -> None:
    assert replaced("a\nb\nc\n", ["b"], []) == "a\nc\n"


def test_the_nearest_lines_are_shown_with_their_numbers() -> None:
    shown = nearest(TEXT, ["    def g(self, x):", "        return 2"])
    assert "6 |         return 2" in shown
    assert nearest(TEXT, ["    def gg(self):"]).count("def g(self)") == 1
    assert nearest(TEXT, ["qqqqq"]) == ""
    assert nearest("", []) == ""


def test_endless_likeness_ends() -> None:
    text = "a\n" * 100_000
    assert replaced(text, ["a"] * 50_000 + ["b"], ["c"]) == Miss()
    assert replaced(text, ["a", "  a"] * 25_000, ["c"]) == Miss()
    found = replaced(text, ["a"] * 50_000, ["c"])
    assert isinstance(found, Miss)
    assert found.lines[:3] == (1, 2, 3)
