"""The tree of the dirty working copy, and that the user's repository gains nothing by it."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tddbot.errors import UnfitError
from tddbot.repository.git_repository import GitRepository
from tests.repository.tools import fingerprint, git, make_repository


def listed(repository: GitRepository, tree: str) -> dict[str, str]:
    """Paths and modes of a tree that lies in tddbot's object directory."""
    os.environ["GIT_OBJECT_DIRECTORY"] = str(repository.state / "objects")
    try:
        entries = git(repository.root, "ls-tree", "-r", "-z", tree).split("\0")
    finally:
        del os.environ["GIT_OBJECT_DIRECTORY"]
    return {entry.split("\t", 1)[1]: entry.split()[0] for entry in entries if entry}


def committed_tree(top: Path) -> str:
    git(top, "add", "--all")
    return git(top, "write-tree")


def test_a_clean_tree_is_the_commits(repository: GitRepository, top: Path) -> None:
    snapshot = repository.snapshot()
    assert snapshot.root == repository.root
    assert snapshot.tree == git(top, "rev-parse", "HEAD^{tree}")
    assert snapshot.head == git(top, "rev-parse", "HEAD")


def test_staged_unstaged_untracked_and_deleted(repository: GitRepository, top: Path) -> None:
    (top / "staged.py").write_text("s = 1\n")
    git(top, "add", "staged.py")
    (top / "staged.py").write_text("s = 2\n")
    (top / "a.py").unlink()
    (top / "pkg" / "b.py").write_text("b = 2\n")
    (top / "new").mkdir()
    (top / "new" / "ü \n.py").write_text("n = 1\n")
    (top / "new" / "run").write_text("#!/bin/sh\n")
    (top / "new" / "run").chmod(0o755)
    (top / "new" / "link").symlink_to("/nowhere")
    (top / "noise.log").write_text("ignored")
    tree = repository.snapshot().tree
    assert listed(repository, tree) == {
        ".gitignore": "100644",
        "new/link": "120000",
        "new/run": "100755",
        "new/ü \n.py": "100644",
        "pkg/b.py": "100644",
        "staged.py": "100644",
    }
    assert tree == committed_tree(top)


def test_the_repository_gains_nothing(repository: GitRepository, top: Path) -> None:
    (top / "a.py").write_text("a = 2\n")
    (top / "new.py").write_text("n = 1\n")
    os.utime(top / "pkg" / "b.py")  # the user's index is stale now, and must stay so
    before, index = fingerprint(top, ".git/tddbot"), (top / ".git" / "index").stat()
    first = repository.snapshot()
    assert repository.files()
    assert repository.read("a.py")
    repository.refuse_if_busy()
    assert repository.snapshot() == first
    assert fingerprint(top, ".git/tddbot") == before
    after = (top / ".git" / "index").stat()
    assert (after.st_mtime_ns, after.st_ino) == (index.st_mtime_ns, index.st_ino)
    assert not list(repository.state.glob("snapshot-*"))


def test_ignored_but_tracked_files_count(repository: GitRepository, top: Path) -> None:
    (top / "kept.log").write_text("1")
    git(top, "add", "--force", "kept.log")
    first = repository.snapshot().tree
    (top / "kept.log").write_text("2")
    assert "kept.log" in listed(repository, first)
    assert repository.snapshot().tree != first


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_flags_that_hide_changes_are_seen_through(repository: GitRepository, top: Path, flag: str) -> None:
    git(top, "update-index", flag, "a.py")
    first = repository.snapshot().tree
    (top / "a.py").write_text("a = 2, another length\n")
    assert repository.snapshot().tree != first
    assert git(top, "ls-files", "-v", "a.py")[0] in "hS"


def test_a_sparse_checkout_keeps_what_is_not_there(repository: GitRepository, top: Path) -> None:
    git(top, "sparse-checkout", "set", "--no-cone", "/a.py")
    assert not (top / "pkg").exists()
    assert "pkg/b.py" in listed(repository, repository.snapshot().tree)
    (top / "beyond.py").write_text("x = 1\n")
    assert "beyond.py" in listed(repository, repository.snapshot().tree)


def test_a_change_within_the_clocks_tick_is_seen(repository: GitRepository, top: Path) -> None:
    file, moment = top / "a.py", (1_700_000_000, 1_700_000_000)
    os.utime(file, moment)
    git(top, "add", "a.py")
    os.utime(top / ".git" / "index", moment)
    first = repository.snapshot().tree
    file.write_text("a = 9\n")  # the same size, and the same time as the index
    os.utime(file, moment)
    assert repository.snapshot().tree != first


def test_unborn_and_detached_heads(tmp_path: Path, top: Path) -> None:
    git(tmp_path, "init", "--quiet", "empty")
    unborn = GitRepository.open(tmp_path / "empty")
    assert unborn.snapshot().head is None
    (tmp_path / "empty" / "x.py").write_text("x = 1\n")
    assert listed(unborn, unborn.snapshot().tree) == {"x.py": "100644"}
    git(top, "checkout", "--quiet", "--detach")
    assert GitRepository.open(top).snapshot().head == git(top, "rev-parse", "main")


def test_in_a_worktree(top: Path, tmp_path: Path) -> None:
    git(top, "worktree", "add", "--quiet", "-b", "two", str(tmp_path / "second"))
    (tmp_path / "second" / "only.py").write_text("o = 1\n")
    second = GitRepository.open(tmp_path / "second")
    before = fingerprint(top, ".git/tddbot")
    assert "only.py" in listed(second, second.snapshot().tree)
    assert second.snapshot().tree != GitRepository.open(top).snapshot().tree
    assert fingerprint(top, ".git/tddbot") == before


def test_a_repository_that_borrows_its_objects(top: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--shared", str(top), "borrower")
    borrower = GitRepository.open(tmp_path / "borrower")
    (tmp_path / "borrower" / "new.py").write_text("n = 1\n")
    assert listed(borrower, borrower.snapshot().tree).keys() == {".gitignore", "a.py", "new.py", "pkg/b.py"}


def test_no_program_of_the_repositorys_runs(repository: GitRepository, top: Path, tmp_path: Path) -> None:
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\ncat\n")
    spy.chmod(0o755)
    hooks = top / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "post-index-change").symlink_to(spy)
    git(top, "config", "core.fsmonitor", str(spy))
    git(top, "config", "filter.spy.clean", str(spy))
    git(top, "config", "filter.spy.process", str(spy))
    git(top, "config", "filter.spy.required", "true")
    (top / ".gitattributes").write_text("*.py filter=spy\n")
    (top / "a.py").write_text("a = 2\n")
    repository = GitRepository.open(top)
    repository.refuse_if_busy()
    assert ".gitattributes" in listed(repository, repository.snapshot().tree)
    assert repository.files()
    assert not (tmp_path / "ran").exists()


def test_line_endings_that_git_would_refuse(repository: GitRepository, top: Path) -> None:
    git(top, "config", "core.autocrlf", "input")
    git(top, "config", "core.safecrlf", "true")
    (top / "windows.py").write_bytes(b"w = 1\r\n")
    assert "windows.py" in listed(repository, repository.snapshot().tree)


def test_a_split_index_stays_split(repository: GitRepository, top: Path) -> None:
    git(top, "config", "core.splitIndex", "true")
    git(top, "update-index", "--split-index")
    (top / "new.py").write_text("n = 1\n")
    before = fingerprint(top, ".git/tddbot")
    assert "new.py" in listed(repository, repository.snapshot().tree)
    assert fingerprint(top, ".git/tddbot") == before


def test_embedded_repositories_and_pipes_are_no_obstacle(repository: GitRepository, top: Path) -> None:
    make_repository(top / "embedded")
    (top / "hollow").mkdir()
    git(top / "hollow", "init", "--quiet")
    os.mkfifo(top / "pipe")
    (top / "zz.py").write_text("z = 1\n")
    entries = listed(repository, repository.snapshot().tree)
    assert entries["embedded"] == "160000"
    assert "zz.py" in entries
    assert "hollow" not in entries
    assert repository.files() == (".gitignore", "a.py", "pkg/b.py", "zz.py")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_no_obstacle(repository: GitRepository, top: Path) -> None:
    (top / "secret.py").write_text("s = 1\n")
    (top / "secret.py").chmod(0)
    (top / "zz.py").write_text("z = 1\n")
    assert "zz.py" in listed(repository, repository.snapshot().tree)
    assert repository.read("secret.py") is None


def test_a_broken_index_is_unfit_and_leaves_nothing(repository: GitRepository, top: Path) -> None:
    (top / ".git" / "index").write_bytes(b"garbage")
    with pytest.raises(UnfitError, match="git ls-files failed"):
        repository.snapshot()
    assert not list(repository.state.glob("snapshot-*"))


def test_many_at_once(repository: GitRepository, top: Path) -> None:
    (top / "new.py").write_text("n = 1\n")
    with ThreadPoolExecutor(6) as pool:
        trees = {snapshot.tree for snapshot in pool.map(lambda _: repository.snapshot(), range(12))}
    assert trees == {committed_tree(top)}
