"""Which green tests prove nothing, since an assertion of theirs failed unseen or is not reached any more."""

import pytest

from tddbot.domain import Failure, Frame, Outcome, Result, Run, Swallowed, Target
from tddbot.judge.swallowed import swallowed

NODE, PATH = "tests/test_a.py::test_a", "tests/test_a.py"
HANDLED = """from bus import Bus


def test_a():
    def check(value):
        assert value == 6

    bus = Bus()
    bus.on("a", check)
    bus.emit("a", 3)
"""


def said(
    text: str, *asserted: Swallowed, ran: set[int] | None = None, red: tuple[int, ...] = (), watched: bool = True
) -> tuple[str, ...]:
    """What is said of a green run in which these assertions failed, or of one that ran these lines."""
    frames = tuple(Frame(PATH, line, "f") for line in red)
    target = Target("a cause", (Result(NODE, Outcome.FAILED, failure=Failure("call", "AssertionError", "", frames)),))
    lines = {NODE: {PATH: frozenset(ran or set())}}
    seen = {NODE: asserted} if watched else {}
    run = Run("tree", {NODE: Result(NODE, Outcome.PASSED)}, coverage=lines, asserted=seen)
    return swallowed(target, run, {PATH: text}, lambda path: path.startswith("tests/"))


def test_what_the_code_swallowed():
    reason = "an assertion of the test failed, and bus.py swallowed it (tests/test_a.py:6)"
    assert said(HANDLED, Swallowed(PATH, 6, "bus.py")) == (reason,)


def test_what_a_thread_or_a_task_ended_by():
    reason = "an assertion of the test failed, and nobody looked at it (tests/test_a.py:6)"
    assert said(HANDLED, Swallowed(PATH, 6)) == (reason,)
    assert said("from threading import Thread\n" + HANDLED, Swallowed(PATH, 7)) == ()


@pytest.mark.parametrize(
    "one",
    [Swallowed(PATH, 6, PATH), Swallowed(PATH, 6, "tests/helpers.py"), Swallowed("bus.py", 6, "bus.py")],
    ids=["the test itself", "a helper of the tests", "an assertion of the code"],
)
def test_what_is_no_affair_of_the_patch(one):
    assert said(HANDLED, one) == ()


@pytest.mark.parametrize("statement", ["assert False", "assert 0, 'boom'"])
def test_an_assertion_that_always_fails_is_a_way_to_raise(statement):
    assert said(HANDLED.replace("assert value == 6", statement), Swallowed(PATH, 6, "bus.py")) == ()


def test_a_test_that_speaks_of_assertion_errors_expects_them():
    text = HANDLED + "    assert isinstance(bus.errors[0], AssertionError)\n"
    assert said(text, Swallowed(PATH, 6, "bus.py")) == ()


def test_what_unittest_asserts_is_an_assertion():
    text = HANDLED.replace("assert value == 6", "self.assertEqual(value, 6)")
    assert said(text, Swallowed(PATH, 6, "bus.py"))


def test_a_line_that_is_not_reached_any_more():
    reason = "tests/test_a.py:6, where the test failed, is not reached any more"
    assert said(HANDLED, ran={5, 8, 9, 10}, red=(10, 6)) == (reason,)
    assert said(HANDLED, ran={5, 6, 8, 9, 10}, red=(10, 6)) == ()


def test_nothing_is_said_of_what_was_not_watched():
    assert said(HANDLED, ran={5, 8, 9, 10}, red=(10, 6), watched=False) == ()
    assert said(HANDLED, ran=set(), red=(10, 6)) == ()


def test_an_assertion_that_runs_for_the_first_time_proves_something():
    text = HANDLED + "    assert bus.called == []\n"
    assert said(text, ran={5, 8, 9, 10, 11}, red=(10, 6)) == ()


def test_an_assertion_that_ran_before_proves_nothing_new():
    text = HANDLED.replace('    bus.on("a", check)', "    assert bus is not None")
    assert said(text, ran={5, 8, 9, 10}, red=(10, 6))


@pytest.mark.parametrize(
    "body",
    [
        "for each in f():\n        assert each > 0",
        "if f():\n        assert f() == 2",
        "with pytest.raises(ValueError):\n        assert f() == 2",
        "try:\n        assert f() == 2\n    except KeyError:\n        pass",
        "for each in f():\n        if each:\n            assert each == 2",
    ],
)
def test_what_a_right_answer_may_leave_out(body):
    text = f"def test_a():\n    {body}\n"
    line = next(at for at, each in enumerate(text.split("\n"), 1) if "assert " in each)
    assert said(text, ran={2}, red=(line,)) == ()


def test_a_callback_that_must_never_be_called():
    text = HANDLED.replace("assert value == 6", "pytest.fail('called')")
    assert said(text, ran={5, 8, 9, 10}, red=(10, 6)) == ()


def test_a_test_that_leaves_early():
    text = "def test_a():\n    if not f():\n        return\n    assert f() == 2\n"
    assert said(text, ran={2, 3}, red=(4,)) == ()
