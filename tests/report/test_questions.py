"""What is left to the user, in words."""

from dataclasses import replace

from tddbot.domain import Question
from tddbot.proof import Unpinned
from tddbot.report import questions
from tests.report.samples import GAVE_UP, LEFT_OPEN, QUESTION, SCAFFOLDED, SUGGESTED, WAYS


def test_where_no_call_parts_the_options_the_user_is_asked_for_a_test():
    options = tuple(replace(option, test="") for option in QUESTION.options)
    assert questions.question_lines(Question(options, "", "")) == [
        "one more test decides it: 2 patches pass all tests, and no call is known that parts them",
        f"  a.py:1: 41 becomes 42 (`tddbot show {WAYS[0].id}`)",
        f"  a.py:1: 41 becomes 43 (`tddbot show {WAYS[1].id}`)",
        "add a test that only the right one passes, then run `tddbot fix` again",
    ]


def test_of_many_options_and_long_tests_some_is_shown():
    options = (replace(QUESTION.options[0], test="assert f() == " + "x" * 5000),) * 50
    lines = questions.question_lines(replace(QUESTION, options=options))
    assert len(lines) == 15
    assert lines[-2] == "  … and 44 more"
    assert max(map(len, lines)) == 2002


def test_what_is_left_open_is_a_clause_for_each_kind():
    assert questions.left_open(GAVE_UP) == ""
    resolution = replace(LEFT_OPEN, offers=(SCAFFOLDED, SUGGESTED, SCAFFOLDED))
    assert questions.left_open(resolution) == "one more test decides it; a scaffold is offered; a rollback is offered"


def test_a_question_that_is_left_after_a_fix_says_which_one_was_taken():
    first, *lines = questions.question_lines(QUESTION, WAYS[1].id)
    assert first == "the tests leave it open: 2 patches pass all tests and differ on f('ä')"
    assert lines == [
        "  assert f('ä') == 42",
        f"    a.py:1: 41 becomes 42 (`tddbot show {WAYS[0].id}`)",
        "  with pytest.raises(ValueError):",
        "      f('ä')",
        "    a.py:1: 41 becomes 43 (this one was taken)",
        "add the line that is right to tests/test_a.py, then run `tddbot fix` again",
    ]


UNPINNED = (
    Unpinned("a.py", 3, "`<` is `<=`", "def test_f():\n    assert f() == 1\n"),
    Unpinned("b.py", 1, "it is gone\x1b"),
)


def test_what_no_test_notices_is_a_line_each_with_the_test_that_would_below():
    assert questions.unpinned_lines(UNPINNED) == [
        "no test notices if `<` is `<=` (a.py:3)",
        "    def test_f():",
        "        assert f() == 1",
        r"no test notices if it is gone\x1b (b.py:1)",
    ]
    assert questions.unpinned_lines(()) == []
