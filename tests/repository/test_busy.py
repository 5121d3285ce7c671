"""Refusals while git is in the middle of something, each made by the real git."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tddbot.errors import UnfitError
from tddbot.repository.git_repository import GitRepository
from tests.repository.tools import fingerprint, git


@pytest.fixture
def diverged(top: Path) -> Path:
    """On main, with a branch `side` that cannot be merged without conflict."""
    git(top, "checkout", "--quiet", "-b", "side")
    (top / "a.py").write_text("a = 'side'\n")
    git(top, "commit", "--quiet", "-am", "side")
    git(top, "checkout", "--quiet", "main")
    (top / "a.py").write_text("a = 'main'\n")
    git(top, "commit", "--quiet", "-am", "main")
    return top


@contextmanager
def running(*command: str, **how: object) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **how)  # type: ignore[call-overload]
    try:
        yield
    finally:
        process.kill()
        process.wait()
        if process.stdin:
            process.stdin.close()


def test_nothing_in_progress(repository: GitRepository) -> None:
    repository.refuse_if_busy()


@pytest.mark.parametrize(
    ("command", "operation"),
    [
        (["merge", "side"], "merge"),
        (["rebase", "side"], "rebase"),
        (["rebase", "--apply", "side"], "rebase"),
        (["cherry-pick", "side"], "cherry-pick"),
        (["revert", "--no-edit", "HEAD~1", "HEAD"], "revert"),
        (["bisect", "start"], "bisect"),
    ],
)
def test_an_operation_in_progress(diverged: Path, command: list[str], operation: str) -> None:
    git(diverged, *command, check=False)
    before = fingerprint(diverged)
    repository = GitRepository.open(diverged)
    with pytest.raises(UnfitError, match=f"A .*{operation}.* is in progress") as caught:
        repository.refuse_if_busy()
    assert "git " in caught.value.hint
    assert fingerprint(diverged) == before


def test_am_in_progress(diverged: Path, tmp_path: Path) -> None:
    (tmp_path / "side.patch").write_text(git(diverged, "format-patch", "--stdout", "main..side") + "\n")
    git(diverged, "am", str(tmp_path / "side.patch"), check=False)
    with pytest.raises(UnfitError, match="A git am is in progress"):
        GitRepository.open(diverged).refuse_if_busy()


def test_another_worktrees_merge_does_not_matter(diverged: Path, tmp_path: Path) -> None:
    git(diverged, "worktree", "add", "--quiet", "--detach", str(tmp_path / "second"))
    git(tmp_path / "second", "merge", "side", check=False)
    GitRepository.open(diverged).refuse_if_busy()
    with pytest.raises(UnfitError, match="merge"):
        GitRepository.open(tmp_path / "second").refuse_if_busy()


def test_a_stale_lock_is_no_refusal(repository: GitRepository, top: Path) -> None:
    (top / ".git" / "index.lock").write_bytes(b"")
    repository.refuse_if_busy()
    assert repository.snapshot().tree
    assert (top / ".git" / "index.lock").exists()


def test_a_lock_that_a_process_has_open(repository: GitRepository, top: Path) -> None:
    lock = top / ".git" / "index.lock"
    lock.write_bytes(b"")
    with lock.open("rb") as opened, running("sleep", "60", stdin=opened), pytest.raises(UnfitError, match="at work"):
        repository.refuse_if_busy()


def test_a_lock_while_git_runs_in_the_tree(repository: GitRepository, top: Path) -> None:
    with running("git", "cat-file", "--batch", stdin=subprocess.PIPE, cwd=top / "pkg"):
        repository.refuse_if_busy()
        (top / ".git" / "index.lock").write_bytes(b"")
        with pytest.raises(UnfitError, match="Another git command"):
            repository.refuse_if_busy()


def test_a_lock_while_git_runs_elsewhere(repository: GitRepository, top: Path, tmp_path: Path) -> None:
    (top / ".git" / "index.lock").write_bytes(b"")
    git(tmp_path, "init", "--quiet", "other")
    with running("git", "cat-file", "--batch", stdin=subprocess.PIPE, cwd=tmp_path / "other"):
        repository.refuse_if_busy()
