import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.domain import Edit, Patch
from tddbot.judge.guard.form import LARGEST
from tddbot.judge.guard.guarding import guarded


def objections(patch: Patch, protected: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(str(each) for each in guarded(patch, protected=protected))


def patch(*edits: Edit) -> Patch:
    return Patch(edits)


def objected(path: str = "s.py", before: str | None = "x = 1\n", after: str | None = "x = 2\n", encoding="utf-8"):
    return objections(patch(Edit(path, before, after, encoding)))


def test_an_ordinary_patch_meets_no_objection():
    edits = (
        Edit("pkg/a.py", "x = 1\n", "x = 2\n"),
        Edit("pkg/new.py", None, ""),
        Edit("pkg/old.py", "x = 1\n", None),
        Edit("pkg/data.txt", "def (", "def ("[::-1]),
        Edit("pkg/bom.py", "x = 1\n", "x = 2\r\n", "utf-8-sig"),
        Edit("pkg/latin.py", None, "# coding: iso-8859-1\nx = 'ü'\n", "iso-8859-1"),
    )
    assert objections(Patch(edits)) == ()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("tests/test_a.py", "a test"),
        ("pkg/conftest.py", "a test"),
        ("pyproject.toml", "configuration"),
        ("evil.pth", "configuration"),
        ("sitecustomize.py", "configuration"),
        (".git/hooks/pre-commit", "a tool's own directory"),
        (".GIT/config", "a tool's own directory"),
        (".env", "secrets"),
        ("../s.py", "leaves the repository"),
        ("/etc/passwd", "not a relative POSIX path"),
        ("pkg/./s.py", "not normal"),
        ("pkg//s.py", "not normal"),
        ("pkg/../tests/test_a.py", "leaves the repository"),
        ("pkg\\s.py", "not a relative POSIX path"),
        ("", "empty"),
        ("s\0.py", "NUL"),
    ],
)
def test_protected_and_odd_paths(path, reason):
    (objection,) = objected(path)
    assert reason in objection
    assert objection.isprintable()


def test_the_projects_own_patterns():
    edit = Edit("pkg/migrations/0001.py", "x = 1\n", "x = 2\n")
    assert objections(patch(edit)) == ()
    assert objections(patch(edit), ("pkg/migrations/*",)) == (
        "pkg/migrations/0001.py is protected by this project (TDB101)",
    )


def test_an_empty_patch():
    assert objections(patch()) == ("the patch is empty (TDB102)",)


@pytest.mark.parametrize("text", ["x = 1\n", None])
def test_an_edit_that_changes_nothing(text):
    assert objected(before=text, after=text) == ("s.py is not changed (TDB102)",)


@pytest.mark.parametrize("other", ["pkg/s.py", "pkg/S.py", "PKG/s.py"])
def test_one_file_once_also_where_case_is_ignored(other):
    found = objections(patch(Edit("pkg/s.py", None, "x = 1\n"), Edit(other, None, "x = 2\n")))
    assert any("more than once" in objection for objection in found)


def test_one_file_once_also_in_another_unicode_form():
    found = objections(patch(Edit("b\u00fc.py", None, "x = 1\n"), Edit("bu\u0308.py", None, "x = 2\n")))
    assert any("more than once" in objection for objection in found)


def test_a_file_where_a_directory_must_be():
    found = objections(patch(Edit("pkg", None, "x"), Edit("pkg/s.py", None, "x = 2\n")))
    assert found == ("pkg/s.py lies below another file of the patch (TDB103)",)


def test_a_module_may_become_a_package():
    assert objections(patch(Edit("pkg.py", "x = 1\n", None), Edit("pkg/__init__.py", None, "x = 1\n"))) == ()


@pytest.mark.parametrize("after", ["def f(:\n", "return = 3\n", "x = 1\n  y = 2\n", "(" * 1000, "print 'x'\n"])
def test_python_must_parse(after):
    (objection,) = objected(after=after)
    assert objection.startswith("s.py")
    assert "is not Python" in objection


def test_deep_nesting_is_an_objection_and_no_crash():
    for after in (
        "-" * 200_000 + "1\n",
        "x" + ".a" * 200_000 + "\n",
        "1" + "+1" * 200_000 + "\n",
        "not " * 100_000 + "1\n",
    ):
        (objection,) = objected(after=after)
        assert "nests too deeply" in objection or "is not Python" in objection


def test_a_warning_of_the_parser_is_nobodys_business():
    assert objected(after="x = '\\d'\ny = 1 is 1\n") == ()


def test_too_large():
    (objection,) = objected("data.txt", after="ü" * (LARGEST // 2 + 1))
    assert str(LARGEST) in objection


def test_nul_bytes():
    assert objected(after="x = 1\0\n") == ("s.py would hold a NUL byte (TDB104)",)
    assert objected("data.txt", after="\0") == ("data.txt would hold a NUL byte (TDB104)",)


@pytest.mark.parametrize(
    ("after", "encoding"),
    [("x = '\ud800'\n", "utf-8"), ("x = 'ü'\n", "ascii"), ("x = 3\n", "no-such-encoding")],
)
def test_text_that_cannot_be_written(after, encoding):
    assert objected(after=after, encoding=encoding) == (f"s.py cannot be written as {encoding} (TDB104)",)


def test_text_that_would_be_read_otherwise_than_it_was_written():
    (objection,) = objected(after="# coding: iso-8859-1\nx = 'ü'\n")
    assert "would not be read back" in objection


def test_every_bad_edit_is_named():
    assert len(objections(patch(Edit("tests/test_a.py", None, "x"), Edit("s.py", None, "def (")))) == 2


@given(st.lists(st.builds(Edit, st.text(max_size=12), st.none() | st.text(), st.none() | st.text()), max_size=4))
def test_any_patch_gets_an_answer_in_printable_sentences(edits):
    assert all(objection.isprintable() for objection in objections(Patch(tuple(edits))))
