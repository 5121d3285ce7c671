"""The difference, given to git itself: what it makes of it must be the patch."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tddbot.domain import Edit, Patch
from tddbot.report.difference import unified


def by_git(directory: Path, patch: Patch) -> dict[str, bytes]:
    """The files after git has applied the difference to the patch's `before`."""
    for old in directory.glob("*"):
        old.unlink()
    for edit in patch.edits:
        if (data := edit.before_bytes()) is not None:
            (directory / edit.path).write_bytes(data)
    subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"], cwd=directory, input=unified(patch).encode(), check=True
    )  # fmt: skip
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def wanted(patch: Patch) -> dict[str, bytes]:
    return {edit.path: data for edit in patch.edits if (data := edit.after_bytes()) is not None}


texts = st.text(st.sampled_from("ab \n\r\t\f\x0b\x1c\u2028é\\"), max_size=30)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.none() | texts, after=st.none() | texts)
def test_git_makes_of_it_what_the_patch_says(tmp_path, before, after):
    if before != after:
        patch = Patch((Edit("a.py", before, after),))
        assert by_git(tmp_path, patch) == wanted(patch)


@pytest.mark.parametrize(
    "name",
    ["a b.py", "a\tb.py", "a\nb.py", 'a"b.py', "a\\b.py", "größer.py", "🐍.py", "a\x1b[2J.py", "-a.py", " a .py"],
)
def test_git_finds_the_file_whatever_its_name(tmp_path, name):
    changed = Patch((Edit(name, "a = 1\n", "a = 2\n"), Edit("z.py", "z\n", "y\n")))
    assert by_git(tmp_path, changed) == wanted(changed)
    new = Patch((Edit(name, None, "a = 1\n"),))
    assert by_git(tmp_path, new) == wanted(new)
    assert by_git(tmp_path, new.inverse()) == {}


def test_several_files_come_change_and_go(tmp_path):
    patch = Patch(
        (Edit("new.py", None, "n\n"), Edit("b.py", "b", "b\n"), Edit("old.py", "o\n", None), Edit("e.py", None, ""))
    )
    assert by_git(tmp_path, patch) == {"new.py": b"n\n", "b.py": b"b\n", "e.py": b""}


def test_what_a_person_sees():
    assert unified(Patch((Edit("a.py", "x = 41\ny\n", "x = 42\ny\n"),))) == (
        "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n-x = 41\n+x = 42\n y\n"
    )
    assert unified(Patch((Edit("pkg/__init__.py", None, ""),))) == (
        "diff --git a/pkg/__init__.py b/pkg/__init__.py\nnew file mode 100644\n"
    )
    assert unified(Patch((Edit("a.py", "x", None),))) == (
        "diff --git a/a.py b/a.py\ndeleted file mode 100644\n--- a/a.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
        "\\ No newline at end of file\n"
    )


def test_an_empty_patch_is_an_empty_difference():
    assert unified(Patch(())) == ""
