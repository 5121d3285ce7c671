"""Answers that are no edits: contradictory tests, and files that the model has to see first."""

import pytest

from tddbot.domain import Excerpt, Role
from tddbot.generator.answers.abort import Contradiction, Needs, Vain, read_abort
from tests.generator.samples import NODE, brief

OTHER = "tests/test_calc.py::test_other[a b]"
OTHERS = Excerpt(
    "tests/test_more.py", "class TestMore:\n    def test_it(self): ...\n\ndef test_other(x): ...\n", Role.SIBLING
)
BRIEF = brief(
    "x = 1\n",
    OTHERS,
    Excerpt("pkg/new.py", "", Role.MISSING),
    Excerpt("pkg/far.py", "def f(): ...\n", Role.SIGNATURES),
    Excerpt("", "pkg/map.py: f", Role.MAP),
)


def read(answer: str) -> Contradiction | Needs | Vain | None:
    return read_abort(answer.split("\n"), BRIEF)


def vain(answer: str) -> str:
    found = read(answer)
    assert isinstance(found, Vain), found
    return found.reason


@pytest.mark.parametrize(
    "line",
    [
        "need-file pkg/a.py",
        "  need-file   pkg/a.py  ",
        "`need-file pkg/a.py`",
        "**need-file pkg/a.py**",
        "**need-file** pkg/a.py",
        "`need-file` `pkg/a.py`",
        "- need-file pkg/a.py",
        "* `need-file pkg/a.py`.",
        "1. need-file pkg/a.py",
        "need-file: pkg/a.py",
        "need-file pkg/a.py.",
        'need-file "pkg/a.py"',
        "Need-File ./pkg/a.py",
        "need-file pkg//a.py",
        "need-file pkg/a.py (it defines the limit)",
        "need-file pkg/a.py because b.py imports it",
        "need-file pkg/a.py, pkg/a.py and pkg/a.py",
        "> need-file pkg/a.py",
        "### need-file pkg/a.py",
    ],
)
def test_a_wish_for_a_file_may_be_decorated(line: str) -> None:
    assert read(f"I must see more.\n\n{line}\nThanks.") == Needs(("pkg/a.py",))


def test_a_file_name_with_blanks_is_quoted() -> None:
    assert read("need-file `my module.py`") == Needs(("my module.py",))
    assert read('need-file "my module.py", `b c.py`') == Needs(("my module.py", "b c.py"))


@pytest.mark.parametrize(
    "line", ["I need-file a.py", "need-files a.py", "need a file: a.py", "need-file", "a need-file b"]
)
def test_what_only_looks_like_a_wish_is_prose(line: str) -> None:
    assert read(line) is None


def test_three_files_at_most_are_asked_for_at_once_each_of_them_once() -> None:
    assert read("need-file a.py, b.py; c.py\nneed-file a.py\nneed-file d.py") == Needs(("a.py", "b.py", "c.py"))


def test_what_is_shown_already_is_not_shown_again() -> None:
    assert read("need-file calc.py\nneed-file a.py") == Needs(("a.py",))
    assert "calc.py is shown already" in vain("need-file calc.py")
    assert "tests/test_more.py is shown already" in vain("need-file tests/test_more.py")
    assert "does not exist yet" in vain("need-file pkg/new.py")
    assert read("need-file pkg/far.py") == Needs(("pkg/far.py",))


@pytest.mark.parametrize(
    "path", ["../up.py", "/etc/passwd", "a/../../b", "C:\\x", "a\\b.py", "..", ".", "a\x07b", "a\u200bb"]
)
def test_no_path_leaves_the_repository(path: str) -> None:
    assert "cannot be shown" in vain(f"need-file `{path}`")


@pytest.mark.parametrize(
    "answer",
    [
        f"tests-contradict\n- {NODE}\n- {OTHER}\nSix and seven.",
        f"**tests-contradict**\n\n* `{NODE}`\n* `{OTHER}`\n\nSix and seven.",
        f"Alas.\n\n`tests-contradict`:\n1. {NODE}.\n2. {OTHER}\nSix and seven.",
        f"## Tests-Contradict\n{NODE}\n{OTHER}\nSix\nand seven.",
        f"tests-contradict\n- **{NODE}**\n- `{OTHER}` says so\nSix and seven.",
    ],
)
def test_a_contradiction_may_be_decorated(answer: str) -> None:
    assert read(answer) == Contradiction(NODE, OTHER, "Six and seven.")


def test_the_reason_may_name_tests_and_may_stand_in_front() -> None:
    told = f"`{NODE}` wants 6 where {OTHER} wants 7."
    assert read(f"tests-contradict\n- {NODE}\n- {OTHER}\n{told}") == Contradiction(NODE, OTHER, told)
    before = read(f"Six and seven.\n\ntests-contradict\n- {NODE}\n- {OTHER}\n")
    assert before == Contradiction(NODE, OTHER, "Six and seven.")
    assert "no reason" in vain(f"tests-contradict\n- {NODE}\n- {OTHER}\n")


def test_a_test_that_is_shown_is_known_and_one_whose_parameters_are_red() -> None:
    sibling = "tests/test_more.py::TestMore::test_it"
    assert read(f"tests-contradict\n- {sibling}\n- {NODE}\nx") == Contradiction(sibling, NODE, "x")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("tests-contradict", "followed by 0 node IDs"),
        (f"tests-contradict\n- {NODE}\nx", "followed by 1 node IDs"),
        (f"tests-contradict\n- {NODE}\n- {OTHER}\n- tests/test_more.py::TestMore::test_it\nx", "followed by 3"),
        (f"tests-contradict\n- {NODE}\n- {NODE}\nx", "same test twice"),
        (f"tests-contradict\n- {NODE}\n- tests/test_else.py::test_x\nx", "none of the tests that you are shown"),
        (f"tests-contradict\n- {NODE}\n- tests/test_calc.py::test_never_heard_of\nx", "none of the tests"),
        (f"tests-contradict\n- {NODE}\n- calc.py::x\nx", "none of the tests"),
        (f"tests-contradict\n- {OTHER}\n- tests/test_more.py::TestMore::test_it\nx", "that are to become green"),
    ],
)
def test_what_names_no_two_tests_of_the_brief_is_told(answer: str, said: str) -> None:
    assert said in vain(answer)


def test_a_wish_goes_before_a_contradiction() -> None:
    assert read(f"tests-contradict\n- {NODE}\n- {OTHER}\nx\nneed-file a.py") == Needs(("a.py",))
