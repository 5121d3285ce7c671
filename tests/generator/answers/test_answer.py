"""From an answer to a patch, or to the reason why it is none."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tddbot.domain import Excerpt, Patch, Role
from tddbot.generator.answers.abort import Contradiction, Needs
from tddbot.generator.answers.answer import parse
from tddbot.generator.answers.faults import Fault
from tddbot.protection import protected_as
from tests.generator.samples import NODE, RIGHT, SOURCE, brief, nothing


def files(**contents: bytes) -> Callable[[str], bytes | None]:
    return {name.replace("__", "/") + ".py": data for name, data in contents.items()}.get


def replacing(path: str, old: str, new: str) -> str:
    return f"{path}\n```python\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n```\n"


def whole(path: str, text: str) -> str:
    return f"{path}\n```python\n{text}\n```\n"


def patch(answer: str, *args: object, **named: object) -> Patch:
    outcome = parse(answer, *(args or (brief(), nothing)), **named).outcome  # type: ignore[arg-type]
    assert isinstance(outcome, Patch), outcome
    return outcome


def reason(answer: str, *args: object, **named: object) -> str:
    outcome = parse(answer, *(args or (brief(), nothing)), **named).outcome  # type: ignore[arg-type]
    assert isinstance(outcome, Fault), outcome
    return outcome.reason


def test_a_whole_file_replaces_what_was_shown() -> None:
    (edit,) = patch(RIGHT).edits
    assert (edit.path, edit.before, edit.after) == ("calc.py", SOURCE, "def double(x):\n    return x * 2\n")
    assert parse(RIGHT, brief(), nothing).diagnosis == "It must multiply."


def test_a_new_file_has_no_before() -> None:
    (edit,) = patch(whole("pkg/new.py", "x = 1")).edits
    assert (edit.before, edit.after, edit.encoding) == (None, "x = 1\n", "utf-8")


def test_a_new_file_may_be_a_replacement_of_nothing() -> None:
    (edit,) = patch("new.py\n```\n<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE\n```").edits
    assert (edit.before, edit.after) == (None, "x = 1\n")


def test_replacements_are_applied_one_after_the_other() -> None:
    answer = replacing("calc.py", "    return x + 1", "    y = x + 1\n    return y") + replacing(
        "calc.py", "    y = x + 1", "    y = x * 2"
    )
    (edit,) = patch(answer).edits
    assert edit.after == "def double(x):\n    y = x * 2\n    return y\n"


def test_line_endings_and_encoding_of_the_file_are_kept() -> None:
    data = "# coding: latin-1\r\nNAME = 'Käse'\r\n".encode("latin-1")
    (edit,) = patch(replacing("old.py", "NAME = 'Käse'", "NAME = 'Brühe'"), brief(), files(old=data)).edits
    assert edit.before_bytes() == data
    assert edit.after_bytes() == "# coding: latin-1\r\nNAME = 'Brühe'\r\n".encode("latin-1")
    crlf = SOURCE.replace("\n", "\r\n")
    assert patch(RIGHT, brief(crlf), nothing).edits[0].after == "def double(x):\r\n    return x * 2\r\n"


def test_a_byte_order_mark_is_kept() -> None:
    data = b"\xef\xbb\xbfx = 1\n"
    (edit,) = patch(replacing("bom.py", "x = 1", "x = 2"), brief(), files(bom=data)).edits
    assert edit.before_bytes() == data
    assert edit.after_bytes() == b"\xef\xbb\xbfx = 2\n"


def test_a_character_that_the_encoding_lacks_is_a_reason() -> None:
    data = b"# coding: latin-1\nx = 1\n"
    said = reason(replacing("old.py", "x = 1", "x = '✓'"), brief(), files(old=data))
    assert "'✓'" in said
    assert "iso-8859-1" in said
    assert "utf-8" in reason(whole("new.py", "x = '\0'"))


def test_a_file_that_was_not_shown_is_never_overwritten_blindly() -> None:
    said = reason(whole("other.py", "x = 1"), brief(), files(other=b"lots = 1\n"))
    assert "not been shown" in said
    assert "SEARCH/REPLACE" in said


def test_a_file_that_was_shown_in_part_is_not_replaced_as_a_whole_but_its_lines_can_be() -> None:
    read = files(calc=SOURCE.encode() + b"KEY = 'planted'\n")
    assert "not been shown" in reason(RIGHT, brief(), read)
    (edit,) = patch(replacing("calc.py", "    return x + 1", "    return x * 2"), brief(), read).edits
    assert edit.after == "def double(x):\n    return x * 2\nKEY = 'planted'\n"


def test_a_miss_shows_the_nearest_lines_but_never_of_what_was_not_shown() -> None:
    answer = replacing("calc.py", "    return x + 11", "    return 1")
    shown = reason(answer)
    assert "matches nothing in calc.py" in shown
    assert "2 |     return x + 1" in shown
    secret = "def double(x):\n    return x + 1000  # planted\n"
    assert "planted" not in reason(answer, brief(), files(calc=secret.encode()))
    hidden = replacing("hidden.py", "x = 11", "x = 2")
    assert "planted" not in reason(hidden, brief(), files(hidden=b"x = 1  # planted\n"))


def test_two_matches_are_a_reason_that_names_the_lines() -> None:
    said = reason(replacing("calc.py", "x = 1", "x = 2"), brief("x = 1\ny = 1\nx = 1\n"), nothing)
    assert "2 places" in said
    assert "lines 1, 3" in said


def test_a_search_that_holds_a_divider_itself_is_split_where_it_fits() -> None:
    source = '"""Title\n=======\n"""\nx = 1\n'
    answer = replacing("calc.py", '"""Title\n=======\n"""\nx = 1', '"""Title\n=======\n"""\nx = 2')
    assert patch(answer, brief(source), nothing).edits[0].after == source.replace("x = 1", "x = 2")


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_calc.py",
        "test_new.py",
        "conftest.py",
        "pkg/CONFTEST.py",
        "pyproject.toml",
        "setup.cfg",
        ".git/hooks/x.sh",
        "../outside.py",
        "a/../../outside.py",
        "/etc/passwd.py",
        "a.pth",
        "sitecustomize.py",
        ".env.local",
        "a//b.py",
    ],
)
def test_a_protected_path_is_refused(path: str) -> None:
    assert "must not be changed" in reason(whole(f"`{path}`", "x = 1"))
    assert "must not be changed" in reason(replacing(f"`{path}`", "x", "y"))


def test_the_projects_own_patterns_and_the_tests_of_the_brief_are_protected_too() -> None:
    assert "protected by this project" in reason(RIGHT, brief(), nothing, protect=("calc*",))
    helper = Excerpt("checks/check_it.py", "assert 1\n", Role.TEST)
    assert "a test" in reason(whole("checks/check_it.py", "x = 1"), brief(SOURCE, helper), nothing)


def test_all_files_of_an_answer_or_none() -> None:
    assert "other.py" in reason(RIGHT + whole("other.py", "def broken(:"))
    assert len(patch(RIGHT + whole("other.py", "x = 1")).edits) == 2


def test_what_is_not_python_is_a_reason() -> None:
    assert "the result is not Python: invalid syntax (line 1: def f(:)." in reason(whole("new.py", "def f(:\n    pass"))
    assert "not Python" in reason(whole("new.py", "(" * 5000))
    assert patch(whole("new.py", r"x = '\d'")).paths == ("new.py",)
    assert patch("notes.txt\n```\ndef f(:\n```").paths == ("notes.txt",)


@pytest.mark.parametrize(
    "line",
    [
        "# ... existing code ...",
        "    # … rest of the file",
        "# ...",
        "# rest unchanged",
        "# The rest of the class stays",
        "# remaining methods unchanged",
        "# (unchanged)",
        "# same as before",
        "# existing code ...",
        "... existing code ...",
        "# other functions remain the same",
        "# ... (rest of the code remains the same)",
        "# everything else as is",
    ],
)
def test_code_that_is_left_out_is_a_reason(line: str) -> None:
    assert "left out" in reason(whole("new.py", f"x = 1\n{line}"))


@pytest.mark.parametrize(
    "line",
    [
        "...",
        "x = ...  # filled in below",
        "# Other callers rely on the same order here.",
        "def f(): ...",
        "# The rest is silence",
        "# keep the order",
        "'''\n>>> for x in y:\n...     other.add(x)\n'''",
    ],
)
def test_ordinary_code_is_not_taken_for_an_elision(line: str) -> None:
    assert patch(whole("new.py", f"x = 1\n{line}")).paths == ("new.py",)


def test_an_elision_that_stood_in_the_file_before_may_stay() -> None:
    source = "# ...\nx = 1\n"
    assert patch(replacing("calc.py", "x = 1", "x = 2"), brief(source), nothing).edits[0].after == "# ...\nx = 2\n"


def test_what_changes_nothing_is_a_reason() -> None:
    assert "change nothing" in reason(whole("calc.py", SOURCE.rstrip("\n")))
    assert patch(whole("calc.py", SOURCE.rstrip("\n")) + whole("b.py", "x = 1")).paths == ("b.py",)


def test_a_file_given_twice_is_a_reason() -> None:
    assert "a second time" in reason(RIGHT + RIGHT)


def test_an_answer_without_edits_and_an_empty_search_are_reasons() -> None:
    assert "no edit" in reason("")
    assert "no edit" in reason("Try this:\n```python\nx = 1\n```")
    assert "is empty" in reason(replacing("calc.py", "", "x = 1"))
    assert "whole file" in reason(replacing("new.py", "x", "y"))


def test_a_file_that_is_not_text_is_a_reason() -> None:
    assert "not text" in reason(whole("bin.py", "x = 1"), brief(), files(bin=b"\0\1\2"))


_PIECES = st.sampled_from(
    [
        "calc.py",
        "**calc.py**",
        "`tests/test_calc.py`",
        "conftest.py",
        "../up.py",
        "/abs.py",
        "new.py",
        "`a\0b`",
        "```",
        "```python",
        "````",
        "~~~",
        "<<<<<<< SEARCH",
        "=======",
        ">>>>>>> REPLACE",
        "def double(x):",
        "    return x + 1",
        "    return x * 2",
        "",
        "\r",
        "x = 1",
        "# ... existing code ...",
        "\ud800",
        "\u2028",
        "`.git/config`",
        "`tests`",
        "```python tests/test_x.py",
        "<think>",
        "'''",
        "(" * 400,
        "```python:pyproject.toml",
        "# pytest.ini",
        "`c:\\x.py`",
    ]
)
_ANSWERS = st.lists(st.one_of(_PIECES, st.text(max_size=20)), max_size=24).map("\n".join)


@settings(max_examples=3000, deadline=None)
@given(_ANSWERS)
def test_no_answer_crashes_the_parser_or_yields_a_protected_path(answer: str) -> None:
    read = files(calc=SOURCE.encode(), hidden=b"x = 1\n")
    outcome = parse(answer, brief(), read).outcome
    if isinstance(outcome, Patch):
        assert all(protected_as(path) is None for path in outcome.paths)
        assert all(edit.after_bytes() != edit.before_bytes() for edit in outcome.edits)
        assert all(edit.before_bytes() == read(edit.path) for edit in outcome.edits)
    else:
        assert outcome


@settings(max_examples=1000, deadline=None)
@given(st.text(max_size=60), st.integers(0, 400), st.integers(0, 8))
def test_no_mangling_of_a_good_answer_crashes_the_parser(junk: str, at: int, lost: int) -> None:
    good = RIGHT + replacing("`hidden.py`", "x = 1", "x = 2") + whole("`tests/test_calc.py`", "x = 1")
    mangled = good[:at] + junk + good[at + lost :]
    outcome = parse(mangled, brief(), files(calc=SOURCE.encode(), hidden=b"x = 1\n")).outcome
    if isinstance(outcome, Patch):
        assert all(protected_as(path) is None for path in outcome.paths)


def test_a_public_name_that_others_may_use_is_kept() -> None:
    source = "LIMIT = 1\n\n\nclass Calc:\n    def double(self): ...\n\n\n" + SOURCE
    said = reason(whole("calc.py", "class Calc: ..."), brief(source), nothing)
    assert "would lose public names" in said
    assert "LIMIT, double, Calc.double" in said
    moved = whole("calc.py", "from new import LIMIT, Calc, double") + whole("new.py", source)
    assert patch(moved, brief(source), nothing).paths == ("calc.py", "new.py")
    assert patch(whole("calc.py", "x = 1"), brief("def double(:\n"), nothing).paths == ("calc.py",)


def test_no_file_is_left_empty() -> None:
    for answer in (
        "calc.py\n```python\n```\n",
        "calc.py\n```python\n\n  \n```\n",
        replacing("calc.py", SOURCE[:-1], ""),
    ):
        assert "would be left empty" in reason(answer, brief("_x = 1\n" if "SEARCH" not in answer else SOURCE), nothing)
    assert patch("pkg/__init__.py\n```python\n```\n").edits[0].after == ""


def fault(answer: str, *args: object) -> Fault:
    outcome = parse(answer, *(args or (brief(), nothing))).outcome  # type: ignore[arg-type]
    assert isinstance(outcome, Fault)
    return outcome


def test_a_fault_tells_policy_from_format() -> None:
    assert fault(whole("conftest.py", "x = 1")).is_policy
    assert fault(whole("calc.py", "x = 1")).is_policy
    assert fault("calc.py\n```python\n```\n").is_policy
    assert not fault(replacing("calc.py", "nowhere", "x")).is_policy
    assert not fault(whole("new.py", "def f(:")).is_policy
    assert not fault("Nothing.").is_policy


def test_all_that_is_at_fault_is_told_at_once() -> None:
    answer = replacing("calc.py", "def doubel(x):", "x") + replacing("calc.py", "    return x + 11", "y")
    said = reason(answer + whole("new.py", "def f(:"))
    assert "1 | def double(x):" in said
    assert "2 |     return x + 1" in said
    assert "new.py: the result is not Python" in said


OTHER_NODE = "tests/test_calc.py::test_again"
BOTH = Excerpt("tests/test_calc.py", "def test_again(): ...\n", Role.TEST)
CONTRADICTION = f"tests-contradict\n- {NODE}\n- {OTHER_NODE}\nSix and seven.\n"


def test_an_answer_may_be_that_tests_contradict_each_other() -> None:
    wanted = Contradiction(NODE, OTHER_NODE, "Six and seven.")
    for answer in (
        CONTRADICTION,
        f"Alas.\n```\n{CONTRADICTION}```\n",
        f"Alas.\r\n{CONTRADICTION}".replace("\n", "\r\n"),
    ):
        assert parse(answer, brief(SOURCE, BOTH), nothing).outcome == wanted
    assert "none of the tests" in reason(CONTRADICTION.replace("again", "never"), brief(SOURCE, BOTH), nothing)


def test_edits_beside_a_contradiction_are_a_fault() -> None:
    assert "edits files all the same" in reason(RIGHT + CONTRADICTION, brief(SOURCE, BOTH), nothing)
    assert "edits files all the same" in reason("tests-contradict\n\n" + RIGHT)


def test_a_wish_for_files_goes_before_edits_unless_there_is_nothing_to_show() -> None:
    assert parse(RIGHT + "need-file helper.py\n", brief(), nothing).outcome == Needs(("helper.py",))
    assert parse("```\nneed-file helper.py\n```\n", brief(), nothing).outcome == Needs(("helper.py",))
    assert patch(RIGHT + "need-file calc.py\n").paths == ("calc.py",)
    assert "is shown already" in reason("need-file calc.py\n")


def test_what_stands_in_a_file_is_no_wish() -> None:
    answer = whole("notes.txt", f"need-file helper.py\n{CONTRADICTION}") + replacing(
        "calc.py", "def double(x):", "def double(x):\n    # need-file a.py\n    need-file a.py"
    )
    assert "not Python" in reason(answer)
    assert patch(whole("notes.txt", f"need-file helper.py\n{CONTRADICTION}")).paths == ("notes.txt",)


@pytest.mark.parametrize(
    "path",
    [
        "ſetup.py",
        "ｔests/x.py",
        "conftest．py",
        "a\u200b.py",
        "a\x07.py",
        "a\u202e.py",
        "x" * 201 + ".py",
        "a/" * 400 + "a.py",
        "COnFTest.py",
    ],
)
def test_a_name_that_a_file_system_may_take_for_another_is_refused(path: str) -> None:
    assert "must not be changed" in reason(whole(f"`{path}`", "x = 1"))


def test_a_file_is_no_directory() -> None:
    assert "cannot lie in calc.py" in reason(whole("calc.py/x.py", "x = 1"), brief(), files(calc=SOURCE.encode()))
    assert "cannot lie in a.py" in reason(whole("a.py", "x = 1") + whole("a.py/b/c.py", "x = 1"))


def test_green_tests_that_are_shown_are_not_edited() -> None:
    sibling = Excerpt("checks/check_it.py", "assert 1\n", Role.SIBLING)
    assert "a test" in reason(whole("checks/check_it.py", "x = 1"), brief(SOURCE, sibling), nothing)


def test_what_would_take_for_ever_is_refused() -> None:
    many = "".join(f"<<<<<<< SEARCH\nx{n}\n=======\ny\n>>>>>>> REPLACE\n" for n in range(201))
    assert "201 SEARCH blocks" in reason(f"calc.py\n```\n{many}```\n")
    dividers = "=======\n" * 11
    assert "11 `=======` lines" in reason(f"calc.py\n```\n<<<<<<< SEARCH\nx\n{dividers}>>>>>>> REPLACE\n```\n")


def test_a_candidate_without_measure_is_a_reason_and_is_not_run() -> None:
    assert "50000021 characters" in reason(whole("new.py", "x" * 49_999_999))
    assert "lines; at most" in reason(whole("new.py", "\n" * 1_000_000))
    assert "lines; at most" in reason(whole("new.py", "#\n" * 99_996 + "x = 1\r" * 10))
    assert "too deeply" in reason(whole("new.py", "x = " + "-" * 100_000 + "1"))
    assert "too deeply" in reason(whole("new.py", "import a" + ".a" * 100_000))
    assert "which no file can" in reason(whole("new\ud800.py", "x = 1"))
    assert parse("\ud800", brief(), nothing).diagnosis == ""


def test_a_file_without_measure_is_not_edited() -> None:
    big = b"x = 1\n" * 400_000
    assert "only files of at most" in reason(replacing("big.py", "x = 1", "x = 2"), brief(), files(big=big))
    grown = reason(replacing("old.txt", "x", "y" * 1_900_000), brief(), {"old.txt": b"x\n" + b"z\n" * 100_000}.get)
    assert "at most 2000000 are allowed" in grown
