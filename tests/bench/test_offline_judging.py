"""A fix is judged by what it answers on inputs that no test has, and never by the tests that it passes."""

from collections.abc import Sequence

import pytest

from tddbot.bench.offline_cases import Case
from tddbot.bench.offline_judging import differing, same
from tddbot.bench.offline_seat import replaced
from tddbot.domain import Patch
from tddbot.lab import Answer, Call
from tddbot.stop import Stop
from tests.fakes import NoLab

STUB = "def least(one, other):\n    raise NotImplementedError\n"
RIGHT = "def least(one, other):\n    return min(one, other)\n"
TESTS = "from least import least\n\n\ndef test_it():\n    assert least(1, 2) == 1\n    assert least(3, 9) == 3\n"
CASE = Case("least", "least", RIGHT, TESTS)


class OpenLab(NoLab):
    """Answers by running the texts of this file right here."""

    def __init__(self, calls: Sequence[Call] = ()) -> None:
        self._calls = tuple(calls)

    def ask(
        self, path: str, expressions: Sequence[str], patches: Sequence[Patch | None], stop: Stop
    ) -> tuple[tuple[Answer, ...], ...]:
        return tuple(tuple(_answer(patch, text) for text in expressions) for patch in patches)

    def calls(self, path: str, functions: Sequence[str], stop: Stop) -> tuple[Call, ...]:
        return self._calls


def _answer(patch: Patch | None, expression: str) -> Answer:
    names: dict[str, object] = {}
    assert patch is not None
    exec(patch.edits[0].after or "", names)
    try:
        return Answer(repr(eval(expression, names)))
    except Exception as error:
        return Answer(type(error).__name__, raised=True)


def differs(lab: NoLab, body: str, case: Case = CASE) -> bool:
    patch = replaced(case, STUB, f"def least(one, other):\n    return {body}\n")
    (found,) = differing(case, lab, replaced(case, STUB, case.source), [patch])
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [("one if one < other else other", False), ("sorted([other, one])[0]", False), ("one", True), ("1 // 0", True)],
)
def test_what_is_green_may_differ(body, expected):
    assert differs(OpenLab(), body) is expected


def test_where_the_original_fails_nothing_is_asked_of_a_fix():
    source = "def least(one, other):\n    return min(one, other) if one < other else 1 // 0\n"
    assert not differs(OpenLab(), "one", Case("least", "least", source, TESTS))


def test_what_cannot_be_asked_is_not_taken_for_right():
    assert differs(NoLab(), "min(one, other)")
    assert differs(OpenLab(), "min(one, other)", Case("least", "least", RIGHT, "from least import least\n"))


def test_without_literal_calls_the_recorded_ones_serve():
    call = Call("least.py", "least", (), "least(3, 9)", Answer("3"), "test_a")
    lab, case = OpenLab([call]), Case("least", "least", RIGHT, "from least import least\n")
    assert not differs(lab, "min(other, one)", case)
    assert differs(lab, "one", case)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (Answer("[1, 2]"), Answer("[1, 2]"), True),
        (Answer("[1, 2]"), Answer("(1, 2)"), False),
        (Answer("1"), Answer("1.0"), True),
        (Answer("0.3"), Answer("0.30000000000000004"), True),
        (Answer("[0.3]"), Answer("[0.4]"), False),
        (Answer("{1, 2}"), Answer("{2, 1}"), True),
        (Answer("'a'"), Answer("ValueError", raised=True), False),
        (Answer("Thing", plain=False), Answer("Thing", plain=False), True),
        (Answer("1"), Answer("", plain=False), False),
    ],
)
def test_answers_are_equal_as_python_says_it_but_for_last_digits(one, other, equal):
    assert same(one, other) is equal
