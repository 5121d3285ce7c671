"""The skeletons of tests: ready to paste, green with the patch and red with the change."""

import ast

import pytest

from tddbot.domain import Patch
from tddbot.judge.unpinned.skeletons import name_of, skeleton
from tddbot.judge.unpinned.unpinned import Survivor
from tddbot.lab import Answer
from tddbot.ties.contest import Split
from tddbot.ties.manners import Manner

SOURCE = "class TooMuch(Exception):\n    pass\n\n\ndef f(n, m=0):\n    return n > 3\n"

MUTANT = Patch(())


def survivor(
    call: str, answer: Answer, other: Answer, manner: Manner = Manner.VALUE, function: str = "f", text: str = ">="
) -> Survivor:
    split = Split("a.py", call, 0, manner, {"patch": answer, MUTANT.id: other}, {}) if call else None
    at = SOURCE.index(" > ") + 1
    return Survivor("a.py", SOURCE, at, at + 1, text, "boundary", "patch", MUTANT, function, split)


def raised(name: str) -> Answer:
    return Answer(name, raised=True, plain=False)


def test_what_the_patch_answers_today_is_asserted_and_what_the_change_would_is_remarked():
    assert skeleton(survivor("f(3)", Answer("4"), Answer("5")), "") == (
        "from a import f\n\n\ndef test_f_of_3():\n    assert f(3) == 4  # 5 if `n > 3` were `n >= 3`"
    )


def test_what_the_file_imports_is_not_imported_again():
    text = "import pytest\nimport a as b\n"
    assert skeleton(survivor("f(3)", Answer("4"), Answer("5")), text).startswith(
        "def test_f_of_3():\n    assert b.f(3) == 4"
    )
    told = skeleton(survivor("f(3)", raised("ValueError"), Answer("5")), text)
    assert told == (
        "def test_f_of_3():\n    with pytest.raises(ValueError):\n        b.f(3)  # 5 if `n > 3` were `n >= 3`"
    )


def test_an_exception_of_the_modules_own_is_imported():
    told = skeleton(survivor("f(3)", raised("TooMuch"), raised("KeyError")), "from a import f\n")
    assert told.splitlines()[:2] == ["import pytest", "from a import TooMuch"]
    assert "with pytest.raises(TooMuch):" in told
    assert "# raises KeyError if" in told


def test_an_exception_that_nobody_knows_is_any():
    assert "with pytest.raises(Exception):" in skeleton(survivor("f(3)", raised("Other"), Answer("1")), "")


def test_equal_values_of_different_kinds_are_told_apart():
    assert "repr(f(3)) == '1.0'" in skeleton(survivor("f(3)", Answer("1.0"), Answer("1")), "")


def test_what_is_awaited_needs_asyncio():
    told = skeleton(survivor("f(3)", Answer("4"), Answer("5"), Manner.AWAITED), "from a import f\n")
    assert told.startswith("import asyncio\n\n\ndef test_f_of_3():\n    assert asyncio.run(f(3)) == 4")


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("f(3)", "test_f_of_3"),
        ("f(-3, m='a b')", "test_f_of_minus_3_a_b"),
        ("f('')", "test_f_of_empty"),
        ("f([], 0.5)", "test_f_of_empty_0_5"),
        ("f()", "test_f"),
        ("f('é!')", "test_f"),
        ("Box(2).f(3)", "test_f"),
        (f"f({list(range(40))})", "test_f_of_0_1_2_3_4_5_6_7_8_9_10_11_12"),
    ],
)
def test_the_name_says_what_with(call, name):
    assert name_of(skeleton(survivor(call, Answer("4"), Answer("5")), "")) == name


def test_a_name_that_there_is_already_is_not_taken_again():
    one = survivor("f(3)", Answer("4"), Answer("5"))
    assert name_of(skeleton(one, "def test_f_of_3(): ...\n", ["test_f_of_3_2"])) == "test_f_of_3_3"


def test_where_no_input_is_known_it_is_left_open():
    told = skeleton(survivor("", Answer(""), Answer(""), function="Box.area"), "from a import Box\n")
    assert told == "def test_area():\n    # to fail if `n > 3` were `n >= 3`\n    assert Box(...).area(...) == ..."
    assert skeleton(survivor("", Answer(""), Answer(""), function=""), "") == ""


def test_a_remark_that_is_too_long_stands_before():
    told = skeleton(survivor("f('" + "a" * 80 + "')", Answer("'" + "b" * 80 + "'"), Answer("'c'")), "from a import f\n")
    assert told.splitlines()[1] == "    # 'c' if `n > 3` were `n >= 3`"
    ast.parse(told)


def test_a_mutable_argument_that_is_changed_is_looked_at_afterwards():
    told = skeleton(survivor("f([3])", Answer("[4]"), Answer("[5]"), Manner.CHANGED), "from a import f\n")
    assert "    values = [3]\n    f(values)\n    assert values == [4]" in told
