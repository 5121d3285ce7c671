from tddbot.domain import Ending
from tddbot.judge.flaky import twice_red
from tests.judge.runs import run, target

FIRST = run({"t.py::a": "f", "t.py::b": "f", "t.py::c": "f", "new.py": "e"})


def test_all_red_again_brings_the_second_results():
    second = run({"t.py::a": "t", "t.py::b": "f"})
    again, flaky = twice_red(target(FIRST, "t.py::a", "t.py::b"), second)
    assert again is not None
    assert again.results == tuple(second.results.values())
    assert (again.cause, flaky) == ("a cause", ())


def test_what_passes_or_is_skipped_the_second_time_is_flaky():
    again, flaky = twice_red(
        target(FIRST, "t.py::a", "t.py::b", "t.py::c"), run({"t.py::a": "p", "t.py::b": "f", "t.py::c": "s"})
    )
    assert again is not None
    assert again.node_ids == ("t.py::b",)
    assert flaky == ("t.py::a", "t.py::c")


def test_nothing_red_again():
    assert twice_red(target(FIRST, "t.py::a"), run({"t.py::a": "p"})) == (None, ("t.py::a",))


def test_a_file_that_is_collected_the_second_time_is_flaky():
    assert twice_red(target(FIRST, "new.py"), run({"new.py::x": "p"})) == (None, ("new.py",))


def test_what_an_incomplete_run_did_not_reach_is_in_neither_part():
    second = run({"t.py::a": "f"}, Ending.INCOMPLETE)
    again, flaky = twice_red(target(FIRST, "t.py::a", "t.py::b"), second)
    assert again is not None
    assert (again.node_ids, flaky) == (("t.py::a",), ())
