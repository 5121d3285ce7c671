import inspect
import textwrap

import pytest

from tddbot.domain import Brief, Candidate, Excerpt, Failure, Frame, Outcome, Result, Role, Target
from tddbot.generator.offline.repair.operators.table import RARE
from tddbot.generator.offline.repair.ranking import ranked
from tddbot.generator.offline.syntax import Source, read
from tests.generator.offline.making import PATH, after, afters, brief, candidates, propose

TWO = """\
def first(a):
    return a < 1


def second(a):
    return a < 1
"""


def lines_changed(text: str, **given: object) -> list[int]:
    """The first line that each candidate changes, best first."""
    before = text.splitlines()
    return [
        next(number for number, (old, new) in enumerate(zip(before, made.splitlines(), strict=True), 1) if old != new)
        for made in afters(text, **given)
    ]


def test_only_lines_that_the_red_tests_ran_are_changed() -> None:
    assert set(lines_changed(TWO, red=[6])) == {6}


def test_a_line_that_green_tests_ran_too_comes_later() -> None:
    order = lines_changed(TWO, green={2: 9, 6: 1})
    assert order[0] == 6
    assert set(order) == {2, 6}


def test_of_equals_the_first_in_the_file_comes_first() -> None:
    assert lines_changed(TWO)[:2] == [2, 6]


def test_the_deepest_frame_comes_first() -> None:
    failure = Failure("call", "ValueError", "", (Frame(PATH, 2, "first"), Frame(PATH, 6, "second")))
    assert lines_changed(TWO, failure=failure)[0] == 6


def test_what_else_the_function_of_a_frame_did_comes_before_other_functions() -> None:
    text = "def first(a):\n    return a < 1\n\n\ndef second(a):\n    b = a < 1\n    return c(b)\n"
    failure = Failure("call", "ValueError", "", (Frame(PATH, 7, "second"),))
    order = lines_changed(text, failure=failure)
    assert order.index(6) < order.index(2)
    assert lines_changed(text).index(2) < lines_changed(text).index(6)


def test_without_a_trace_the_functions_of_the_traceback_are_looked_at() -> None:
    text = "def f(a):\n    b = a < 1\n    return b > 2\n\n\ndef g(a):\n    return a < 1\n"
    failure = Failure("call", "ValueError", "", (Frame(PATH, 3, "f"),))
    assert set(lines_changed(text, red=[], failure=failure)) == {2, 3}


def test_a_line_of_a_long_statement_without_an_event_of_its_own_is_looked_at_later() -> None:
    text = "def f(a):\n    return [\n        a,\n        1,\n        1,\n    ]\n"
    assert lines_changed(text, red=[2, 3, 5])[:2] == [5, 4]


def test_the_head_of_a_loop_does_not_open_its_body() -> None:
    text = "def f(a):\n    while a < 3:\n        a += 1\n    return None\n"
    assert set(lines_changed(text, red=[2, 4])) == {2}


def test_a_constant_that_a_red_line_reads_comes_after_the_line_itself() -> None:
    text = "LIMIT = 10\nOTHER = 10\n\n\ndef f(a):\n    return a > LIMIT\n"
    order = lines_changed(text, red=[6])
    assert set(order) == {1, 6}
    assert order[0] == 6


def test_a_constant_of_another_file_comes_last() -> None:
    of = brief("def f(a):\n    return a > LIMIT\n", red=[2])
    settings = Excerpt("settings.py", "LIMIT = 10\nOTHER = 3\n", Role.SOURCE)
    made = [
        each
        for each in propose(type(of)(of.target, (settings, *of.excerpts), of.red_lines))
        if isinstance(each, Candidate)
    ]
    assert [after(each) for each in made[-2:]] == ["LIMIT = 11\nOTHER = 3\n", "LIMIT = 9\nOTHER = 3\n"]
    assert {each.patch.paths for each in made[:-2]} == {(PATH,)}


def test_a_default_of_a_function_that_ran_is_looked_at() -> None:
    text = "def f(a=3):\n    return a\n\n\ndef g(a=3):\n    return a\n"
    assert {1, 2} == set(lines_changed(text, red=[2]))


def test_annotations_decorators_and_imports_are_never_changed() -> None:
    text = "import a.b\n\n\n@a.cache(1)\ndef f(c: a[1]) -> a[1]:\n    d: a[1] = c\n    return [d]\n"
    assert not {1, 4, 5}.intersection(lines_changed(text))


def test_a_result_of_none_points_to_a_lost_return() -> None:
    text = "def f(a, b):\n    if a <= 1 and not b:\n        return 1\n    sum(a)\n"
    failure = Failure("call", "AssertionError", "assert None == 3", expected="3", actual="None")
    assert "return sum(a)" in afters(text, failure=failure)[0]
    assert "return sum(a)" not in afters(text)[0]


def test_a_result_that_is_off_by_one_points_to_bounds() -> None:
    text = "def f(a, b):\n    return a and range(1, b)\n"
    failure = Failure("call", "AssertionError", "", expected="4", actual="3")
    far = Failure("call", "AssertionError", "", expected="40", actual="3")
    meant = "def f(a, b):\n    return a and range(0, b)\n"
    assert afters(text, failure=failure).index(meant) < afters(text, failure=far).index(meant)


@pytest.mark.parametrize(
    ("right", "slip", "within"),
    [
        ("while low < high:", "while low <= high:", 3),
        ("low = middle + 1", "low = middle - 1", 10),
        ("return low", "low", 3),
        ("(low + high) // 2", "(low + high) / 2", 10),
        ("< value", "> value", 10),
        ("low = 0", "low = 1", 10),
    ],
)
def test_a_slip_in_a_binary_search_is_undone_early(right: str, slip: str, within: int) -> None:
    text = textwrap.dedent(inspect.getsource(_bisect))
    assert right in text
    made = [after(each) for each in candidates(brief(text.replace(right, slip, 1)), within)]
    assert text in made


def _bisect(items: list[int], value: int) -> int:
    low = 0
    high = len(items)
    while low < high:
        middle = (low + high) // 2
        if items[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


def test_of_very_much_code_only_the_most_suspect_lines_are_looked_at() -> None:
    text = "def f(a, b, c, d):\n" + "    a = b[c] + g(d, a) * 2\n" * 2000 + "    return a\n"
    source = read(brief(text).sources()[0])
    assert isinstance(source, Source)
    green = dict.fromkeys(range(2, 2001), 1)
    found = list(ranked([source], [], brief(text, green=green), RARE))
    assert len(found) < 25_000
    assert max(each.statement.lines.start for each in found) == 2002


@pytest.mark.parametrize("outcome", [Outcome.TIMEOUT, Outcome.CRASHED])
def test_where_the_tests_were_cut_off_what_they_name_is_looked_at(outcome: Outcome) -> None:
    text = "def f(a):\n    return g(a < 1)\n\n\ndef g(a):\n    return [a]\n\n\ndef h(a):\n    return a < 1\n"
    of = brief(text, red=[])
    target = Target("calc", (Result("tests/test_calc.py::test_it", outcome),))
    test = Excerpt("tests/test_calc.py", "from calc import f\n\ndef test_it():\n    assert f(1)\n", Role.TEST)
    made = candidates(Brief(target, (*of.excerpts, test)))
    assert {each.note.partition(" ")[0] for each in made} == {"calc.py:2", "calc.py:6"}
