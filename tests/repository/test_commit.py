"""A patch is committed alone, as the user's own `git commit` would, or not at all."""

import os
import subprocess
from pathlib import Path

import pytest

from tddbot.domain import Applied, Committed, Edit, NotCommitted, Patch
from tddbot.repository.git_repository import GitRepository
from tests.repository.tools import fingerprint, git, make_repository

MESSAGE = "Put it right\n\nWins tests/test_a.py::test_é\n\nTddbot-Id: 0123\nAssisted-by: tddbot 1 (model)\n"
FIX = Patch((Edit("a.py", "a = 1\n", "a = 2\n"),))


def applied(repository: GitRepository, patch: Patch) -> None:
    assert isinstance(repository.apply(patch), Applied)


def committed(repository: GitRepository, patch: Patch = FIX, message: str = MESSAGE) -> str:
    applied(repository, patch)
    done = repository.commit(patch, message)
    assert isinstance(done, Committed), done
    assert done.fault == ""
    assert done.commit == git(repository.root, "rev-parse", "HEAD")
    return done.commit


def refused(repository: GitRepository, patch: Patch = FIX) -> str:
    """Why it was not committed; index and HEAD are as they were, and the patch is in the tree."""
    applied(repository, patch)
    index, head = (repository.root / ".git" / "index").read_bytes(), git(repository.root, "rev-parse", "HEAD")
    done = repository.commit(patch, MESSAGE)
    assert isinstance(done, NotCommitted)
    assert (repository.root / ".git" / "index").read_bytes() == index
    assert git(repository.root, "rev-parse", "HEAD") == head
    assert all(repository.read(edit.path) == edit.after_bytes() for edit in patch.edits)
    return done.reason


def changed(top: Path, commit: str = "HEAD") -> list[str]:
    return git(top, "show", "--no-renames", "--name-status", "--format=", commit).splitlines()


def hook(top: Path, name: str, script: str) -> None:
    path = top / ".git" / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_the_commit_has_the_patch_and_the_message(repository: GitRepository, top: Path) -> None:
    committed(repository)
    assert changed(top) == ["M\ta.py"]
    assert git(top, "log", "-1", "--format=%B") == MESSAGE.strip()
    assert git(top, "log", "-1", "--format=%an") == "Somebody"
    assert git(top, "log", "-1", "--format=%(trailers:key=Tddbot-Id,valueonly)") == "0123"
    assert git(top, "status", "--porcelain") == ""
    assert git(top, "diff-files", "--name-only") == ""


def test_what_the_user_has_staged_changed_and_not_added_stays_as_it_was(repository: GitRepository, top: Path) -> None:
    (top / "pkg" / "b.py").write_text("b = 2\n")
    (top / "staged.py").write_text("s = 1\n")
    git(top, "add", "staged.py", "pkg/b.py")
    (top / "pkg" / "b.py").write_text("b = 3\n")
    (top / "loose.py").write_text("l = 1\n")
    (top / "later.py").write_text("")
    git(top, "add", "--intent-to-add", "later.py")
    git(top, "rm", "--cached", "--quiet", ".gitignore")
    before = git(top, "status", "--porcelain"), git(top, "ls-files", "--stage", "--", "pkg", "staged.py", "later.py")
    files = fingerprint(top, ".git", "a.py")
    committed(repository)
    assert changed(top) == ["M\ta.py"]
    assert (
        git(top, "status", "--porcelain"),
        git(top, "ls-files", "--stage", "--", "pkg", "staged.py", "later.py"),
    ) == (before)
    assert git(top, "show", ":pkg/b.py") == "b = 2"
    assert fingerprint(top, ".git", "a.py") == files


def test_new_and_deleted_files_in_new_directories(repository: GitRepository, top: Path) -> None:
    patch = Patch((Edit("new/ü [x].py", None, "n = 1\n"), Edit("pkg/b.py", "b = 1\n", None), *FIX.edits))
    committed(repository, patch)
    assert git(top, "status", "--porcelain") == ""
    assert git(top, "-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", "HEAD").splitlines() == [
        ".gitignore", "a.py", "new/ü [x].py",
    ]  # fmt: skip


def test_a_file_moved_is_one_deleted_and_one_made(repository: GitRepository, top: Path) -> None:
    committed(repository, Patch((Edit("pkg/b.py", "b = 1\n", None), Edit("pkg/c.py", None, "b = 1\n"))))
    assert changed(top) == ["D\tpkg/b.py", "A\tpkg/c.py"]
    assert git(top, "status", "--porcelain") == ""


def test_the_mode_stays(repository: GitRepository, top: Path) -> None:
    (top / "a.py").chmod(0o755)
    git(top, "commit", "--quiet", "-a", "-m", "mode")
    committed(repository)
    assert git(top, "ls-tree", "HEAD", "a.py").startswith("100755 ")
    assert git(top, "status", "--porcelain") == ""


def test_line_endings_are_kept_as_git_is_told_to(repository: GitRepository, top: Path) -> None:
    git(top, "config", "core.autocrlf", "true")
    (top / "a.py").write_bytes(b"a = 1\r\n")
    git(top, "add", "a.py")
    committed(repository, Patch((Edit("a.py", "a = 1\r\n", "a = 2\r\n"),)))
    assert (top / "a.py").read_bytes() == b"a = 2\r\n"
    assert subprocess.check_output(["git", "-C", top, "cat-file", "blob", "HEAD:a.py"]) == b"a = 2\n"
    assert git(top, "status", "--porcelain") == ""


def test_crlf_in_the_repository_stays_so(repository: GitRepository, top: Path) -> None:
    (top / "a.py").write_bytes(b"a = 1\r\n")
    git(top, "commit", "--quiet", "-a", "-m", "crlf")
    committed(repository, Patch((Edit("a.py", "a = 1\r\n", "a = 2\r\n"),)))
    assert subprocess.check_output(["git", "-C", top, "cat-file", "blob", "HEAD:a.py"]) == b"a = 2\r\n"


def test_a_filter_of_the_users_is_applied_as_git_add_does(repository: GitRepository, top: Path) -> None:
    git(top, "config", "filter.shout.clean", "tr a-z A-Z")
    (top / ".gitattributes").write_text("loud.txt filter=shout\n")
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "-m", "filter")
    committed(repository, Patch((Edit("loud.txt", None, "hear\n"),)))
    assert git(top, "cat-file", "blob", "HEAD:loud.txt") == "HEAR"
    assert git(top, "status", "--porcelain") == ""


def test_in_a_worktree_its_own_branch_and_index_count(repository: GitRepository, top: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(top, "worktree", "add", "--quiet", "-b", "side", str(other))
    main = git(top, "rev-parse", "main")
    committed(GitRepository.open(other))
    assert git(top, "rev-parse", "main") == main
    assert git(other, "rev-parse", "side") != main
    assert git(other, "status", "--porcelain") == git(top, "status", "--porcelain") == ""


def test_from_a_directory_below_and_with_another_repository_in_the_environment(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(top / "pkg")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    monkeypatch.setenv("GIT_PREFIX", "pkg/")
    repository = GitRepository.open(Path.cwd())
    applied(repository, FIX)
    assert isinstance(repository.commit(FIX, MESSAGE), Committed)
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert changed(top) == ["M\ta.py"]


def test_a_submodule_stays_what_it_was(repository: GitRepository, top: Path, tmp_path: Path) -> None:
    library = make_repository(tmp_path / "library")
    git(top, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "library")
    git(top, "commit", "--quiet", "-m", "submodule")
    (library / "a.py").write_text("newer = 1\n")
    git(library, "commit", "--quiet", "-a", "-m", "newer")
    git(top / "library", "-c", "protocol.file.allow=always", "pull", "--quiet")
    status = git(top, "status", "--porcelain")
    assert "library" in status
    committed(repository)
    assert changed(top) == ["M\ta.py"]
    assert git(top, "status", "--porcelain") == status


def test_on_a_detached_head(repository: GitRepository, top: Path) -> None:
    git(top, "checkout", "--quiet", "--detach")
    made = committed(repository)
    assert git(top, "rev-parse", "main") == git(top, "rev-parse", f"{made}^")


def test_odd_settings_of_the_index(repository: GitRepository, top: Path) -> None:
    git(top, "config", "core.splitIndex", "true")
    git(top, "config", "index.version", "4")
    (top / "staged.py").write_text("s = 1\n")
    git(top, "add", "staged.py")
    git(top, "update-index", "--assume-unchanged", "pkg/b.py")
    committed(repository)
    assert git(top, "status", "--porcelain") == "A  staged.py"
    assert "h pkg/b.py" in git(top, "ls-files", "-v")


def test_in_a_sparse_checkout_what_is_not_there_stays_in_the_commit(repository: GitRepository, top: Path) -> None:
    git(top, "sparse-checkout", "set", "--no-cone", "/a.py", "/.gitignore")
    assert not (top / "pkg").exists()
    committed(repository)
    assert changed(top) == ["M\ta.py"]
    assert git(top, "status", "--porcelain") == ""


def test_a_message_is_taken_as_it_is(repository: GitRepository, top: Path) -> None:
    git(top, "config", "commit.cleanup", "strip")
    git(top, "config", "i18n.commitEncoding", "latin1")
    message = "# Größe 🐍\n\n- one\n"
    committed(repository, message=message)
    assert git(top, "log", "-1", "--format=%B") == message.strip()


# Hooks and signing.


def test_the_users_hooks_run_and_see_the_patch_alone(repository: GitRepository, top: Path) -> None:
    (top / "staged.py").write_text("s = 1\n")
    git(top, "add", "staged.py")
    hook(top, "pre-commit", "git diff --cached --name-only > seen.log; pwd >> seen.log")
    hook(top, "commit-msg", "echo 'Change-Id: 7' >> \"$1\"")
    hook(top, "post-commit", "echo done >> seen.log")
    committed(repository)
    assert (top / "seen.log").read_text().splitlines() == ["a.py", str(top.resolve()), "done"]
    assert git(top, "log", "-1", "--format=%(trailers:key=Change-Id,valueonly)") == "7"
    assert git(top, "status", "--porcelain") == "A  staged.py"


def test_hooks_in_another_place_run_too(repository: GitRepository, top: Path) -> None:
    git(top, "config", "core.hooksPath", "build")
    (top / "build").mkdir()
    (top / "build" / "pre-commit").write_text("#!/bin/sh\necho no such thing >&2\nexit 1\n")
    (top / "build" / "pre-commit").chmod(0o755)
    assert refused(repository) == "git commit refused: no such thing"


@pytest.mark.parametrize("name", ["pre-commit", "commit-msg", "prepare-commit-msg"])
def test_a_hook_that_refuses_leaves_all_as_it_was(repository: GitRepository, top: Path, name: str) -> None:
    (top / "staged.py").write_text("s = 1\n")
    git(top, "add", "staged.py")
    hook(top, name, "echo checking; echo 'line one'; echo 'line two' >&2; exit 1")
    said = refused(repository, Patch((*FIX.edits, Edit("new.py", None, "n = 1\n"))))
    assert said.startswith("git commit refused: ")
    assert "line two" in said
    assert git(top, "status", "--porcelain").splitlines() == ["M a.py", "A  staged.py", "?? new.py"]


def test_what_a_hook_changes_and_adds_is_in_the_commit_as_git_does_it(repository: GitRepository, top: Path) -> None:
    hook(top, "pre-commit", "echo 'a = 2  # tidy' > a.py; git add a.py")
    committed(repository)
    assert git(top, "show", "HEAD:a.py") == "a = 2  # tidy"
    assert git(top, "status", "--porcelain") == ""


def test_signing_that_does_not_work_refuses(repository: GitRepository, top: Path) -> None:
    git(top, "config", "commit.gpgsign", "true")
    git(top, "config", "gpg.program", "/nowhere/gpg")
    assert "git commit refused" in refused(repository)


def test_a_commit_is_signed_where_the_user_signs(repository: GitRepository, top: Path, tmp_path: Path) -> None:
    program = tmp_path / "gpg"
    program.write_text(
        "#!/bin/sh\ncat > /dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\n"
        "printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n'\n"
    )
    program.chmod(0o755)
    git(top, "config", "commit.gpgsign", "true")
    git(top, "config", "gpg.program", str(program))
    committed(repository)
    assert "BEGIN PGP SIGNATURE" in git(top, "cat-file", "commit", "HEAD")


# What is not committed.


def test_not_where_the_file_had_changes_of_the_users(repository: GitRepository, top: Path) -> None:
    (top / "a.py").write_text("a = 1\nmine = 1\n")
    patch = Patch((Edit("a.py", "a = 1\nmine = 1\n", "a = 2\nmine = 1\n"),))
    assert refused(repository, patch).startswith("a.py had changes before that are not committed")


def test_not_where_the_file_was_staged_otherwise(repository: GitRepository, top: Path) -> None:
    (top / "a.py").write_text("a = 7\n")
    git(top, "add", "a.py")
    (top / "a.py").write_text("a = 1\n")
    assert "a.py had changes before" in refused(repository)


def test_not_where_the_file_was_never_committed(repository: GitRepository, top: Path) -> None:
    (top / "mine.py").write_text("m = 1\n")
    assert "mine.py had changes" in refused(repository, Patch((Edit("mine.py", "m = 1\n", "m = 2\n"), *FIX.edits)))


def test_not_where_a_file_to_be_made_was_deleted_and_that_not_committed(repository: GitRepository, top: Path) -> None:
    (top / "pkg" / "b.py").unlink()
    assert "pkg/b.py had changes" in refused(repository, Patch((Edit("pkg/b.py", None, "b = 2\n"),)))


def test_not_where_git_ignores_the_new_file(repository: GitRepository) -> None:
    assert "told to ignore" in refused(repository, Patch((Edit("build/x.py", None, "x = 1\n"),)))


def test_not_without_a_name(repository: GitRepository, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (Path(os.environ["HOME"]) / "config").write_text("[user]\n\tuseConfigOnly = true\n")
    assert "user.name and user.email" in refused(repository)


def test_not_with_an_empty_name(repository: GitRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_NAME", "")
    assert "user.name and user.email" in refused(repository)


def test_not_before_the_first_commit(repository: GitRepository, top: Path) -> None:
    git(top, "update-ref", "-d", "HEAD")
    applied(repository, FIX)
    done = repository.commit(FIX, MESSAGE)
    assert done == NotCommitted("there is no commit yet for it to follow")


@pytest.mark.parametrize("name", ["MERGE_HEAD", "CHERRY_PICK_HEAD", "rebase-merge"])
def test_not_in_the_middle_of_something(repository: GitRepository, top: Path, name: str) -> None:
    (top / ".git" / name).write_text("")
    assert "in progress" in refused(repository)


def test_where_the_index_cannot_follow_it_is_said_how_it_can(
    repository: GitRepository, top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tddbot.repository.commit._TRIES", 1)
    hook(top, "post-commit", "touch .git/index.lock")
    applied(repository, FIX)
    done = repository.commit(FIX, MESSAGE)
    assert isinstance(done, Committed)
    assert "`git reset -- a.py`" in done.fault
    (top / ".git" / "index.lock").unlink()
    git(top, "reset", "--quiet", "--", "a.py")
    assert git(top, "status", "--porcelain") == ""


def test_an_undo_of_what_was_committed_is_a_change_like_any_other(repository: GitRepository, top: Path) -> None:
    committed(repository)
    applied(repository, FIX.inverse())
    assert git(top, "status", "--porcelain") == "M a.py"
    assert isinstance(repository.commit(FIX.inverse(), "Back\n"), Committed)
    assert git(top, "diff", "HEAD~2") == ""
