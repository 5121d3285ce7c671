"""Opening: from where it works, what it refuses, and that it believes no inherited environment."""

import os
import stat
from pathlib import Path

import pytest

from tddbot.errors import ExitCode, UnfitError
from tddbot.repository.git_repository import GitRepository
from tests.repository.tools import fingerprint, git, make_repository


def test_opens_from_a_subdirectory_and_changes_nothing(top: Path) -> None:
    before = fingerprint(top)
    assert GitRepository.open(top / "pkg").root == top.resolve()
    assert fingerprint(top) == before


def test_state_is_made_on_demand_for_the_user_alone(repository: GitRepository, top: Path) -> None:
    assert not (top / ".git" / "tddbot").exists()
    assert repository.state == top.resolve() / ".git" / "tddbot"
    assert stat.S_IMODE(repository.state.stat().st_mode) == 0o700


def test_worktrees_share_one_state(top: Path, tmp_path: Path, repository: GitRepository) -> None:
    git(top, "worktree", "add", "--quiet", "--detach", str(tmp_path / "second"))
    second = GitRepository.open(tmp_path / "second")
    assert second.root == tmp_path / "second"
    assert second.state == repository.state


def test_separate_git_directory(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", f"--separate-git-dir={tmp_path / 'elsewhere'}", str(tmp_path / "tree"))
    opened = GitRepository.open(tmp_path / "tree")
    assert (opened.root, opened.state) == (tmp_path / "tree", tmp_path / "elsewhere" / "tddbot")


def test_a_path_with_a_newline(tmp_path: Path) -> None:
    top = make_repository(tmp_path / "two\nlines")
    assert GitRepository.open(top).root == top
    assert GitRepository.open(top).files() == (".gitignore", "a.py", "pkg/b.py")


def test_a_state_that_cannot_be_made_is_unfit(repository: GitRepository, top: Path) -> None:
    (top / ".git" / "tddbot").write_text("in the way")
    with pytest.raises(UnfitError, match="cannot keep its state"):
        repository.snapshot()


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(UnfitError, match="not in a git repository") as caught:
        GitRepository.open(tmp_path)
    assert caught.value.exit_code is ExitCode.ENVIRONMENT
    assert "git init" in caught.value.hint


def test_no_such_directory(tmp_path: Path) -> None:
    with pytest.raises(UnfitError, match="not in a git repository"):
        GitRepository.open(tmp_path / "nowhere")


def test_broken_git_file(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    with pytest.raises(UnfitError, match="not in a git repository"):
        GitRepository.open(tmp_path)


def test_bare(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "store.git")
    with pytest.raises(UnfitError, match="bare"):
        GitRepository.open(tmp_path / "store.git")


def test_inside_the_git_directory(top: Path) -> None:
    with pytest.raises(UnfitError, match="no working tree"):
        GitRepository.open(top / ".git" / "refs")


def test_git_missing(top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnfitError, match="git is not on PATH"):
        GitRepository.open(top)


def test_another_users_repository(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(UnfitError, match="does not trust") as caught:
        GitRepository.open(top)
    assert "safe.directory" in caught.value.hint


def test_inherited_variables_do_not_mislead(top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make_repository(tmp_path / "other")
    honest = GitRepository.open(top).snapshot()
    before = fingerprint(other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_COMMON_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / ".git" / "objects"))
    monkeypatch.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", str(other / ".git" / "objects"))
    monkeypatch.setenv("GIT_PREFIX", "pkg/")
    opened = GitRepository.open(top)
    assert opened.root == top.resolve()
    assert opened.snapshot() == honest
    assert opened.files() == (".gitignore", "a.py", "pkg/b.py")
    assert fingerprint(other) == before


def test_an_inherited_directory_that_is_not_there_is_named(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "/nowhere")
    with pytest.raises(UnfitError, match="GIT_OBJECT_DIRECTORY"):
        GitRepository.open(top)


def test_leaves_the_environment_alone(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_PREFIX", "pkg/")
    before = dict(os.environ)
    GitRepository.open(top).snapshot()
    assert dict(os.environ) == before
