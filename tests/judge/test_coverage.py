"""Which added lines no test of the target runs, by the lines that ran."""

import pytest

from tddbot.domain import Edit, Patch, Run
from tddbot.judge.coverage import added_lines, uncovered

NODE = "tests/test_a.py::test_it"


def told(before: str | None, after: str | None, *ran: int, path: str = "a.py") -> tuple[str, ...]:
    """What is said of a patch of one file of which these lines ran."""
    run = Run("tree", {}, coverage={NODE: {"a.py": frozenset(ran), "tests/test_a.py": frozenset({1})}})
    return uncovered(Patch((Edit(path, before, after),)), run)


FUNCTION = """\
def f(n):
    \"\"\"Say it.\"\"\"
    # a comment
    if n > 3:
        return 1

    return 2
"""


def test_what_did_not_run_is_named_with_its_source():
    assert told(None, FUNCTION, 4, 7) == ("a.py:5: return 1",)


def test_what_ran_is_not_named():
    assert told(None, FUNCTION, 4, 5, 7) == ()


def test_what_was_there_before_is_nobodys_concern():
    before = FUNCTION.replace("    return 2", "    return 3")
    assert told(before, FUNCTION, 4, 5) == ("a.py:7: return 2",)
    assert told(before, FUNCTION, 4, 7) == ()


def test_what_runs_at_import_cannot_be_told():
    text = "import os\nLIMIT = 3\n\n\nclass A:\n    SIZE = 2\n\n    def f(self):\n        return LIMIT\n"
    assert told(None, text, 9) == ()
    assert told(None, text, 1) == ("a.py:9: return LIMIT",)


def test_a_statement_over_several_lines_ran_if_any_of_them_did():
    text = "def f(n):\n    total = sum(\n        [n,\n         1]\n    )\n    return total\n"
    assert told(None, text, 3, 6) == ()
    assert told(None, text, 6) == ("a.py:2: total = sum(",)


def test_of_a_compound_statement_only_its_head_counts():
    text = "def f(n):\n    for x in (\n        n\n    ):\n        g(x)\n    else:\n        h()\n"
    assert told(None, text, 5, 7) == ("a.py:2: for x in (",)
    assert told(None, text, 2) == ("a.py:5: g(x)", "a.py:7: h()")


def test_handlers_and_cases_are_looked_into():
    text = (
        "def f(n):\n    try:\n        g(n)\n    except KeyError:\n        h()\n"
        "    match n:\n        case 1:\n            return 1\n        case _:\n            return 2\n"
    )
    assert told(None, text, 3, 6, 8) == ("a.py:5: h()", "a.py:10: return 2")


@pytest.mark.parametrize("line", ["pass", '"""Text."""', "...", "global x", "x: int", "continue", "while True: pass"])
def test_what_may_run_without_a_trace_is_not_named(line):
    assert told(None, f"def f(n):\n    for n in n:\n        {line}\n", 2) == ()


def test_a_function_within_a_function_is_code_like_any_other():
    text = "def f(n):\n    @wraps\n    def g():\n        return n\n    return g\n"
    assert told(None, text, 2, 5) == ("a.py:4: return n",)


def test_nothing_is_said_where_no_patched_file_was_traced():
    assert told(None, FUNCTION) == ()
    assert uncovered(Patch((Edit("a.py", None, FUNCTION),)), Run("tree", {})) == ()


def test_a_new_file_that_nothing_runs_is_named_beside_one_that_is_run():
    edits = (Edit("a.py", None, FUNCTION), Edit("b.py", None, "def g():\n    return 1\n"))
    run = Run("tree", {}, coverage={NODE: {"a.py": frozenset({4})}, "other": {"a.py": frozenset({5, 7})}})
    assert uncovered(Patch(edits), run) == ("b.py:2: return 1",)


@pytest.mark.parametrize(
    ("path", "after"), [("a.txt", "text"), ("a.py", None), ("a.py", "def f(:\n"), ("a.py", "def f():\n    'é'\n")]
)
def test_what_is_no_python_is_let_be(path, after):
    assert told("x = 1\n", after, 1, path=path) == ()


def test_no_more_than_ten_are_named():
    body = "".join(f"    x = {number}\n" for number in range(30))
    assert len(told(None, f"def f():\n{body}", 1)) == 10


def test_lines_are_counted_as_python_counts_them():
    assert told(None, "A = '\x0c\x1c'\r\ndef f(n):\r\n    return n\r\n", 1) == ("a.py:3: return n",)


def test_long_conditions_in_turn_are_no_trouble():
    chain = "".join(f"    elif n == {number}:\n        return {number}\n" for number in range(300))
    assert told(None, f"def f(n):\n    if n:\n        return 0\n{chain}", 2, 3)[0] == "a.py:4: elif n == 0:"


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("a\nb\nc\n", "a\nx\nc\n", {2}),
        ("a\nb\n", "a\nb\n", set()),
        ("a\nb\n", "a\n", set()),
        ("a\na\n", "a\na\na\n", {3}),
        (None, "a\n\nb\n", {1, 3}),
        ("a\nb\nc\nd\n", "x\nb\nc\ny\nd\n", {1, 4}),
    ],
)
def test_lines_that_are_new(before, after, lines):
    assert added_lines(Edit("a.py", before, after)) == lines


def test_two_large_texts_are_compared_in_no_time():
    before = "".join(f"x = {number % 7}\n" for number in range(5000))
    after = "".join(f"y = {number % 7}\n" for number in range(5000))
    assert len(added_lines(Edit("a.py", before, after))) == 5000
