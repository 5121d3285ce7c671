from tddbot.proof import Contradiction, Demand
from tddbot.report.clashes import clash_lines

CLASH = Contradiction(
    Demand("tests/test_a.py::test_a", "tests/test_a.py", 12, 'assert price("A") == 3'),
    Demand("tests/test_long.py::test_b", "tests/test_long.py", 140, 'assert price("A") == 4'),
    "`price('A')` cannot both be 3 and be 4",
)


def test_the_lines_stand_side_by_side_where_there_is_room() -> None:
    assert clash_lines(CLASH, 80) == [
        "tests/test_a.py:12     │ tests/test_long.py:140",
        'assert price("A") == 3 │ assert price("A") == 4',
    ]
    assert max(map(len, clash_lines(CLASH, 80))) == 47
    assert clash_lines(CLASH, 47) == clash_lines(CLASH, 80)


def test_else_one_stands_below_the_other() -> None:
    assert clash_lines(CLASH, 46) == [
        'tests/test_a.py:12       assert price("A") == 3',
        'tests/test_long.py:140   assert price("A") == 4',
    ]


def test_what_would_move_a_cursor_is_shown_as_python_writes_it() -> None:
    side = Demand("t.py::t", "t.py", 1, "assert f('\x1b[2J') == 3")
    assert "\x1b" not in "".join(clash_lines(Contradiction(side, side, ""), 200))
