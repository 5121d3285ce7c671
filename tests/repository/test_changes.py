"""What leads from an older tree to a snapshot: real git, real files."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tddbot.domain import Applied, Edit, Patch, Snapshot
from tddbot.repository import changes
from tddbot.repository.git_repository import GitRepository
from tests.repository.tools import fingerprint, git, make_repository


def patch(of: GitRepository, tree: str) -> Patch:
    found = of.changes_since(tree, of.snapshot())
    assert found is not None
    return found


def test_what_was_edited_added_and_deleted_is_a_patch_from_then_to_now(repository: GitRepository, top: Path) -> None:
    (top / "a.py").write_text("a = 2\n")
    (top / "doomed.py").write_text("d = 1\n")
    before = repository.snapshot().tree
    (top / "a.py").write_text("a = 3\n")
    (top / "doomed.py").unlink()
    (top / "new.py").write_text("n = 1\n")
    assert patch(repository, before).edits == (
        Edit("a.py", "a = 2\n", "a = 3\n"),
        Edit("doomed.py", "d = 1\n", None),
        Edit("new.py", None, "n = 1\n"),
    )


def test_since_the_last_commit(repository: GitRepository, top: Path) -> None:
    (top / "a.py").write_text("a = 2\n")
    head = repository.snapshot().head
    assert head is not None
    assert patch(repository, head).edits == (Edit("a.py", "a = 1\n", "a = 2\n"),)


def test_nothing_has_changed(repository: GitRepository) -> None:
    assert patch(repository, repository.snapshot().tree) == Patch(())


def test_its_inverse_can_be_applied_and_makes_the_old_tree(repository: GitRepository, top: Path) -> None:
    before = repository.snapshot().tree
    (top / "a.py").write_text("a = 3\n")
    (top / "pkg" / "b.py").unlink()
    (top / "new").mkdir()
    (top / "new" / "ü \n.py").write_text("n = 1\n")
    found = patch(repository, before)
    assert repository.apply(found.inverse()) == Applied(found.inverse().id)
    assert repository.snapshot().tree == before


def test_a_file_that_was_renamed_is_one_that_went_and_one_that_came(repository: GitRepository, top: Path) -> None:
    git(top, "config", "diff.renames", "copies")
    before = repository.snapshot().tree
    (top / "a.py").rename(top / "z.py")
    assert patch(repository, before).edits == (Edit("a.py", "a = 1\n", None), Edit("z.py", None, "a = 1\n"))


def test_what_no_patch_may_touch_is_left_out(repository: GitRepository, top: Path) -> None:
    before = repository.snapshot().tree
    for path in (
        "test_a.py",
        "conftest.py",
        "pyproject.toml",
        ".env",
        "tests/help.py",
        "own/generated.py",
        "b\udcff.py",
    ):
        (top / path).parent.mkdir(exist_ok=True)
        (top / path).write_text("x = 1\n")
    (top / "seen.txt").write_text("x\n")
    own = GitRepository.open(top, ("own/*",))
    assert patch(own, before).paths == ("seen.txt",)


def test_what_is_no_text_or_no_plain_file_is_left_out(repository: GitRepository, top: Path) -> None:
    (top / "was_link.py").symlink_to("a.py")
    (top / "bytes.bin").write_bytes(b"\0\1")
    (top / "cookie.py").write_bytes(b"# coding: utf-8\n\xff\n")
    (top / "mode.py").write_text("m = 1\n")
    before = repository.snapshot().tree
    (top / "was_link.py").unlink()
    (top / "was_link.py").write_text("w = 1\n")
    (top / "pkg" / "b.py").unlink()
    (top / "pkg" / "b.py").symlink_to("../a.py")
    (top / "bytes.bin").write_bytes(b"\0\2")
    (top / "cookie.py").write_bytes(b"# coding: utf-8\n\xfe\n")
    (top / "mode.py").chmod(0o755)
    (top / "large.py").write_text("#" * (changes.LARGEST + 1))
    make_repository(top / "embedded")
    assert patch(repository, before) == Patch(())


def test_an_executable_is_a_file_like_any_other(repository: GitRepository, top: Path) -> None:
    before = repository.snapshot().tree
    (top / "a.py").write_text("a = 2\n")
    (top / "a.py").chmod(0o755)
    assert patch(repository, before).edits == (Edit("a.py", "a = 1\n", "a = 2\n"),)


@pytest.mark.parametrize(
    ("then", "now", "encoding"),
    [
        (b"x = 1\r\n", b"x = 2\r\n", "utf-8"),
        (b"x = 1\n", b"x = 1\r\ny = 2\n", "utf-8"),
        (b"x = 1\n\x0c\ry = 2", b"", "utf-8"),
        (b"", b"x = 1\n", "utf-8"),
        (b"# coding: latin-1\nx = '\xe9'\n", b"# coding: latin-1\nx = '\xe8'\n", "iso-8859-1"),
        (b"# coding: latin-1\nx = '\xe9'\n", "x = 'è'\n".encode(), "iso-8859-1"),
        (b"\xef\xbb\xbfx = 1\n", b"\xef\xbb\xbfx = 2\n", "utf-8-sig"),
        (b"\xef\xbb\xbfx = 1\n", b"x = 2\n", "utf-8"),
        (b"x = 1\n", b"\xef\xbb\xbfx = 2\n", "utf-8"),
    ],
)  # fmt: skip
def test_bytes_come_back_as_they_were(
    repository: GitRepository, top: Path, then: bytes, now: bytes, encoding: str
) -> None:
    (top / "a.py").write_bytes(then)
    before = repository.snapshot().tree
    (top / "a.py").write_bytes(now)
    [edit] = patch(repository, before).edits
    assert (edit.before_bytes(), edit.after_bytes(), edit.encoding) == (then, now, encoding)


@pytest.mark.parametrize("setting", ["core.autocrlf", "attribute"])
def test_where_git_keeps_other_line_endings_the_patch_has_those_of_the_disk(
    repository: GitRepository, top: Path, setting: str
) -> None:
    if setting == "attribute":
        (top / ".gitattributes").write_text("*.py text eol=crlf\n")
    else:
        git(top, "config", "core.autocrlf", "true")
    (top / "a.py").write_bytes(b"x = 1\r\ny = 1\r\n")
    before = repository.snapshot().tree
    (top / "a.py").write_bytes(b"x = 2\r\ny = 1\r\n")
    [edit] = patch(repository, before).edits
    assert (edit.before, edit.after) == ("x = 1\r\ny = 1\r\n", "x = 2\r\ny = 1\r\n")
    assert isinstance(repository.apply(Patch((edit.inverse(),))), Applied)


def test_what_was_saved_after_the_snapshot_is_left_out(repository: GitRepository, top: Path) -> None:
    before = repository.snapshot().tree
    for path in ("a.py", "new.py", "other.py"):
        (top / path).write_text("x = 2\n")
    (top / "pkg" / "b.py").unlink()
    snapshot = repository.snapshot()
    (top / "a.py").write_text("x = 3\n")
    (top / "new.py").unlink()
    (top / "pkg" / "b.py").write_text("x = 3\n")
    found = repository.changes_since(before, snapshot)
    assert found is not None
    assert found.paths == ("other.py",)


def _lose_everything(top: Path, tree: str) -> None:
    shutil.rmtree(top / ".git" / "tddbot" / "objects")


def _lose_the_tree(top: Path, tree: str) -> None:
    (top / ".git" / "tddbot" / "objects" / tree[:2] / tree[2:]).unlink()


def _lose_a_file(top: Path, tree: str) -> None:
    blob = git(top, "hash-object", "a.py")
    (top / ".git" / "tddbot" / "objects" / blob[:2] / blob[2:]).unlink()


@pytest.mark.parametrize("lose", [_lose_everything, _lose_the_tree, _lose_a_file])
def test_a_tree_that_was_tidied_away_is_not_known(
    repository: GitRepository, top: Path, lose: Callable[[Path, str], None]
) -> None:
    (top / "a.py").write_text("a = 2\n")
    before = repository.snapshot().tree
    lose(top, before)
    (top / "a.py").write_text("a = 3\n")
    assert repository.changes_since(before, repository.snapshot()) is None


@pytest.mark.parametrize("tree", ["", "HEAD", "--help", "f" * 40, "f" * 64, "f" * 39, "tree", "0" * 40])
def test_what_is_no_tree_is_not_known(repository: GitRepository, tree: str) -> None:
    assert repository.changes_since(tree, repository.snapshot()) is None


def test_a_snapshot_of_elsewhere_is_not_known(repository: GitRepository, top: Path) -> None:
    tree = repository.snapshot().tree
    assert repository.changes_since(tree, Snapshot(top, "f" * 40)) is None


def test_too_much_has_changed(repository: GitRepository, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_FILES", 2)
    before = repository.snapshot().tree
    for number in range(2):
        (top / f"new{number}.py").write_text("n = 1\n")
    assert len(patch(repository, before).edits) == 2
    (top / "new2.py").write_text("n = 1\n")
    assert repository.changes_since(before, repository.snapshot()) is None


def test_packed_and_borrowed_objects_are_found(top: Path, tmp_path: Path) -> None:
    git(top, "gc", "--quiet")
    git(tmp_path, "clone", "--quiet", "--shared", str(top), "borrower")
    borrower = GitRepository.open(tmp_path / "borrower")
    head = borrower.snapshot().head
    assert head is not None
    (tmp_path / "borrower" / "a.py").write_text("a = 2\n")
    assert patch(borrower, head).edits == (Edit("a.py", "a = 1\n", "a = 2\n"),)


def test_in_a_worktree_the_files_are_its_own(repository: GitRepository, top: Path, tmp_path: Path) -> None:
    git(top, "worktree", "add", "--quiet", "-b", "two", str(tmp_path / "second"))
    (top / "a.py").write_text("a = 2\n")
    first = repository.snapshot().tree
    second = GitRepository.open(tmp_path / "second")
    (tmp_path / "second" / "a.py").write_text("a = 3\n")
    assert patch(second, first).edits == (Edit("a.py", "a = 2\n", "a = 3\n"),)


def test_the_repository_gains_nothing_and_no_program_of_its_runs(top: Path, tmp_path: Path) -> None:
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\ncat\n")
    spy.chmod(0o755)
    for setting in ("filter.spy.clean", "filter.spy.smudge", "diff.spy.textconv", "diff.spy.command", "diff.external"):
        git(top, "config", setting, str(spy))
    (top / ".gitattributes").write_text("*.py filter=spy diff=spy\n")
    repository = GitRepository.open(top)
    before = repository.snapshot().tree
    (top / "a.py").write_text("a = 2\n")
    snapshot, seen = repository.snapshot(), fingerprint(top)
    found = repository.changes_since(before, snapshot)
    assert found is not None
    assert found.paths == ("a.py",)
    assert fingerprint(top) == seen
    assert not (tmp_path / "ran").exists()
