"""Applying and undoing through one door: what is written, and every way in which nothing is."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tddbot.domain import Applied, Conflict, Edit, Patch
from tddbot.errors import UnfitError
from tddbot.repository import journal, lock
from tddbot.repository.git_repository import GitRepository
from tddbot.repository.journal import Change, Journal
from tests.repository.tools import fingerprint, git, make_repository

MIXED = Patch(
    (
        Edit("a.py", "a = 1\n", "a = 2\n"),
        Edit("pkg/b.py", "b = 1\n", None),
        Edit("new/deep/c.py", None, "c = 1\n"),
    )
)


def one(path: str, before: str | None, after: str | None, encoding: str = "utf-8") -> Patch:
    return Patch((Edit(path, before, after, encoding),))


def refused(repository: GitRepository, patch: Patch) -> str:
    """Apply, assert that it is a conflict that changed nothing and left nothing, and return its reason."""
    before = fingerprint(repository.root, ".git/tddbot")
    answer = repository.apply(patch)
    assert isinstance(answer, Conflict)
    assert fingerprint(repository.root, ".git/tddbot") == before
    assert not list(repository.state.glob("**/journal*"))
    return answer.reason


def test_applies_and_undoes(repository: GitRepository, top: Path) -> None:
    (top / "pkg" / "b.py").chmod(0o750)
    before = fingerprint(top, ".git/tddbot")
    assert repository.apply(MIXED) == Applied(MIXED.id)
    assert (top / "a.py").read_text() == "a = 2\n"
    assert not (top / "pkg" / "b.py").exists()
    assert (top / "new" / "deep" / "c.py").read_text() == "c = 1\n"
    assert repository.apply(MIXED.inverse()) == Applied(MIXED.inverse().id)
    assert fingerprint(top, ".git/tddbot") == before


def test_the_git_directory_is_untouched_by_an_apply(repository: GitRepository, top: Path) -> None:
    before, index = fingerprint(top / ".git", "tddbot"), (top / ".git" / "index").stat().st_mtime_ns
    repository.apply(MIXED)
    assert fingerprint(top / ".git", "tddbot") == before
    assert (top / ".git" / "index").stat().st_mtime_ns == index


def test_undo_keeps_directories_that_were_there_or_are_used(repository: GitRepository, top: Path) -> None:
    (top / "empty").mkdir()
    patch = Patch((Edit("empty/x.py", None, "x = 1\n"), Edit("made/y.py", None, "y = 1\n")))
    repository.apply(patch)
    (top / "made" / "notes.txt").write_text("the user's")
    assert isinstance(repository.apply(patch.inverse()), Applied)
    assert list((top / "empty").iterdir()) == []
    assert [path.name for path in (top / "made").iterdir()] == ["notes.txt"]


def test_an_undo_of_an_undo(repository: GitRepository, top: Path) -> None:
    repository.apply(MIXED)
    after = fingerprint(top, ".git/tddbot")
    repository.apply(MIXED.inverse())
    assert isinstance(repository.apply(MIXED), Applied)
    assert fingerprint(top, ".git/tddbot") == after


def test_an_undo_after_the_users_edit_is_a_conflict(repository: GitRepository, top: Path) -> None:
    repository.apply(MIXED)
    (top / "new" / "deep" / "c.py").write_text("c = 'the user'\n")
    assert "new/deep/c.py has changed" in refused(repository, MIXED.inverse())


def test_works_from_a_linked_worktree(top: Path, tmp_path: Path) -> None:
    git(top, "worktree", "add", "--quiet", "--detach", str(tmp_path / "second"))
    before = fingerprint(top, ".git")
    assert isinstance(GitRepository.open(tmp_path / "second").apply(MIXED), Applied)
    assert (tmp_path / "second" / "a.py").read_text() == "a = 2\n"
    assert fingerprint(top, ".git") == before


@pytest.mark.parametrize("mode", [0o755, 0o644, 0o600, 0o444, 0o640])
def test_the_mode_is_kept(repository: GitRepository, top: Path, mode: int) -> None:
    (top / "a.py").chmod(mode)
    repository.apply(one("a.py", "a = 1\n", "a = 2\n"))
    assert stat.S_IMODE((top / "a.py").stat().st_mode) == mode


def test_a_new_file_gets_the_mode_that_the_umask_gives(repository: GitRepository, top: Path) -> None:
    (top / "plain").touch()
    repository.apply(one("new.py", None, "n = 1\n"))
    assert (top / "new.py").stat().st_mode == (top / "plain").stat().st_mode
    assert (top / "new.py").stat().st_nlink == 1


@pytest.mark.parametrize(
    ("name", "before", "after", "encoding"),
    [
        ("windows.py", "a = 1\r\nb = 2\r\n", "a = 1\r\nb = 3\r\n", "utf-8"),
        ("latin.py", "# -*- coding: latin-1 -*-\nä = 1\n", "# -*- coding: latin-1 -*-\nö = 1\n", "latin-1"),
        ("marked.py", "a = 1\n", "a = 2\n", "utf-8-sig"),
        ("empty.py", "", "a = 1\n", "utf-8"),
        ("emptied.py", "a = 1\n", "", "utf-8"),
        ("with blank ü \n😀.py", "a = 1\n", "a = 2", "utf-8"),
        ("x" * 252 + ".py", "a = 1\n", "a = 2\n", "utf-8"),
    ],
)
def test_bytes_are_exact(
    repository: GitRepository, top: Path, name: str, before: str, after: str, encoding: str
) -> None:
    (top / name).write_bytes(before.encode(encoding))
    patch = one(name, before, after, encoding)
    assert isinstance(repository.apply(patch), Applied)
    assert (top / name).read_bytes() == after.encode(encoding)
    assert isinstance(repository.apply(patch.inverse()), Applied)
    assert (top / name).read_bytes() == before.encode(encoding)


def test_the_wrong_line_endings_are_a_change(repository: GitRepository, top: Path) -> None:
    (top / "a.py").write_bytes(b"a = 1\r\n")
    assert "a.py has changed" in refused(repository, one("a.py", "a = 1\n", "a = 2\n"))


def test_text_that_its_encoding_cannot_hold(repository: GitRepository) -> None:
    assert "latin-1" in refused(repository, one("a.py", "a = 1\n", "a = '😀'\n", "latin-1"))
    assert "no-such" in refused(repository, one("a.py", "a = 1\n", "a = 2\n", "no-such"))


def test_untracked_and_ignored_files_can_be_patched(repository: GitRepository, top: Path) -> None:
    (top / "build").mkdir()
    (top / "build" / "made.py").write_text("m = 1\n")
    (top / "untracked.py").write_text("u = 1\n")
    patch = Patch((Edit("build/made.py", "m = 1\n", "m = 2\n"), Edit("untracked.py", "u = 1\n", None)))
    assert isinstance(repository.apply(patch), Applied)
    assert (top / "build" / "made.py").read_text() == "m = 2\n"


def test_an_edit_between_snapshot_and_apply_is_a_conflict(repository: GitRepository, top: Path) -> None:
    repository.snapshot()
    (top / "pkg" / "b.py").write_text("b = 'typed meanwhile'\n")
    assert refused(repository, MIXED) == "pkg/b.py has changed since the patch was made."


def test_a_file_that_came_or_went_is_a_conflict(repository: GitRepository, top: Path) -> None:
    assert "a.py has changed" in refused(repository, one("a.py", None, "a = 2\n"))
    assert "gone.py has changed" in refused(repository, one("gone.py", "g = 1\n", "g = 2\n"))
    assert "gone.py has changed" in refused(repository, one("gone.py", "g = 1\n", None))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("tests/test_x.py", "a test"),
        ("conftest.py", "a test"),
        ("pyproject.toml", "configuration"),
        ("x.pth", "configuration"),
        (".git/hooks/pre-commit", "a tool's own directory"),
        ("pkg/.GIT/config", "a tool's own directory"),
        (".env", "secrets"),
        ("../outside.py", "leaves the repository"),
        ("/etc/passwd", "not a relative"),
        ("pkg//b.py", "not normal"),
        ("", "empty"),
        ("vendor/x.py", "protected by"),
    ],
)
def test_the_third_lock(top: Path, path: str, kind: str) -> None:
    repository = GitRepository.open(top, ("vendor/*",))
    safe = Edit("a.py", "a = 1\n", "a = 2\n")
    assert kind in refused(repository, Patch((safe, Edit(path, None, "evil\n"))))


def test_a_name_that_is_not_utf8(repository: GitRepository) -> None:
    assert "not UTF-8" in refused(repository, one("\udcff.py", None, "x = 1\n"))


def test_one_edit_a_file(repository: GitRepository) -> None:
    edit = Edit("a.py", "a = 1\n", "a = 2\n")
    assert "twice" in refused(repository, Patch((edit, edit)))


def test_links_are_not_followed(repository: GitRepository, top: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.py").write_text("x = 1\n")
    (top / "door").symlink_to(outside)
    (top / "alias.py").symlink_to("a.py")
    (top / "dead.py").symlink_to("nowhere.py")
    assert "behind a symbolic link" in refused(repository, one("door/x.py", "x = 1\n", "x = 2\n"))
    assert "behind a symbolic link" in refused(repository, one("door/new.py", None, "n = 1\n"))
    assert "is a symbolic link" in refused(repository, one("alias.py", "a = 1\n", "a = 2\n"))
    assert "is a symbolic link" in refused(repository, one("dead.py", None, "d = 1\n"))
    assert [path.name for path in outside.iterdir()] == ["x.py"]


def test_what_is_in_the_way(repository: GitRepository, top: Path) -> None:
    os.mkfifo(top / "pipe.py")
    make_repository(top / "embedded")
    assert "pkg is a directory" in refused(repository, one("pkg", None, "p = 1\n"))
    assert "below what is no directory" in refused(repository, one("a.py/b.py", None, "b = 1\n"))
    assert "no regular file" in refused(repository, one("pipe.py", "", "p = 1\n"))
    assert "another repository" in refused(repository, one("embedded/a.py", "a = 1\n", "a = 2\n"))


def test_a_patch_in_its_own_way(repository: GitRepository) -> None:
    patch = Patch((Edit("x", None, "file\n"), Edit("x/y.py", None, "below\n")))
    refused(repository, patch)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_may_not_be_written(repository: GitRepository, top: Path) -> None:
    (top / "pkg").chmod(0o500)
    try:
        assert "Permission denied" in refused(repository, MIXED)
    finally:
        (top / "pkg").chmod(0o755)


def test_an_empty_patch_and_an_edit_that_changes_nothing(repository: GitRepository, top: Path) -> None:
    inode = (top / "a.py").stat().st_ino
    assert isinstance(repository.apply(Patch(())), Applied)
    assert isinstance(repository.apply(one("a.py", "a = 1\n", "a = 1\n")), Applied)
    assert (top / "a.py").stat().st_ino == inode


def test_threads_race_and_one_wins(repository: GitRepository, top: Path) -> None:
    patches = [Patch((*MIXED.edits, Edit("winner.py", None, f"w = {number}\n"))) for number in range(5)]
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(repository.apply, patches))
    (winner,) = [number for number, answer in enumerate(answers) if isinstance(answer, Applied)]
    assert (top / "winner.py").read_text() == f"w = {winner}\n"
    assert repository.recover() == ()


def test_processes_race_and_one_wins(repository: GitRepository, top: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom tddbot.domain import Edit, Patch\n"
        "from tddbot.repository.git_repository import GitRepository\n"
        "repository = GitRepository.open(Path(sys.argv[1]))\nprint('ready', flush=True)\nsys.stdin.readline()\n"
        "print(repository.apply(Patch((Edit('a.py', 'a = 1\\n', f'a = {sys.argv[2]}00\\n'),))))\n"
    )
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(top), str(number)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(5)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    answers = [racer.communicate()[0] for racer in racers]
    (winner,) = [number for number, answer in enumerate(answers) if answer.startswith("Applied")]
    assert (top / "a.py").read_text() == f"a = {winner}00\n"
    assert not list(top.rglob(".tddbot-*"))


def test_a_lock_that_is_not_given_back(tmp_path: Path) -> None:
    with (
        lock.held(tmp_path, shared=True),
        lock.held(tmp_path, shared=True),
        pytest.raises(TimeoutError),
        lock.held(tmp_path, seconds=0.0),
    ):
        pass
    with lock.held(tmp_path, seconds=0.0):
        pass


def interrupted(repository: GitRepository, *changes: Change) -> Path:
    """Leave the journal that an apply killed in the middle leaves; return the desk."""
    desk = repository.state / "apply"
    desk.mkdir()
    journal.write(desk, Journal("0123456789ab", changes, ("new",)))
    return desk


def test_recovery_leaves_alone_what_is_neither(repository: GitRepository, top: Path) -> None:
    desk = interrupted(
        repository, Change("a.py", b"a = 1\n", b"a = 2\n"), Change("pkg/b.py", b"b = 1\n", b"b = 2\n", 0o640)
    )
    (top / "a.py").write_text("a = 'typed since'\n")
    (top / "pkg" / "b.py").write_text("b = 2\n")
    told = " ".join(repository.recover())
    assert "0123456789ab" in told
    assert "a.py was changed meanwhile" in told
    assert "pkg/b.py" not in told
    assert (top / "a.py").read_text() == "a = 'typed since'\n"
    assert (top / "pkg" / "b.py").read_text() == "b = 1\n"
    (kept,) = desk.glob("interrupted-*.json")
    assert str(kept) in told
    assert repository.recover() == ()


def test_recovery_of_a_complete_apply_keeps_it(repository: GitRepository, top: Path) -> None:
    interrupted(repository, Change("a.py", b"a = 1\n", b"a = 2\n"))
    (top / "a.py").write_text("a = 2\n")
    (told,) = repository.recover()
    assert "applied in full" in told
    assert (top / "a.py").read_text() == "a = 2\n"


def test_an_apply_after_a_crash_recovers_first_and_says_so(repository: GitRepository, top: Path) -> None:
    interrupted(repository, Change("a.py", b"a = 1\n", b"a = 2\n"), Change("pkg/b.py", b"b = 1\n", b"b = 2\n"))
    (top / "a.py").write_text("a = 2\n")
    answer = repository.apply(MIXED)
    assert isinstance(answer, Conflict)
    assert "taken back" in answer.reason
    assert isinstance(repository.apply(MIXED), Applied)


def test_a_journal_of_another_version_is_unfit(repository: GitRepository) -> None:
    desk = repository.state / "apply"
    desk.mkdir()
    (desk / "journal.json").write_text('{"version": 2}')
    with pytest.raises(UnfitError, match="cannot be read"):
        repository.recover()
    assert (desk / "journal.json").exists()


def test_a_worktree_does_not_recover_another(repository: GitRepository, top: Path, tmp_path: Path) -> None:
    git(top, "worktree", "add", "--quiet", "--detach", str(tmp_path / "second"))
    interrupted(repository, Change("a.py", b"a = 1\n", b"a = 2\n"), Change("pkg/b.py", b"b = 1\n", b"b = 2\n"))
    (top / "a.py").write_text("a = 2\n")
    assert GitRepository.open(tmp_path / "second").recover() == ()
    assert (top / "a.py").read_text() == "a = 2\n"
    assert repository.recover()
    assert (top / "a.py").read_text() == "a = 1\n"


def test_what_one_apply_is_told_to_protect_is_refused_too(repository: GitRepository, top: Path) -> None:
    answer = repository.apply(one("a.py", "a = 1\n", "a = 2\n"), ("a.*",))
    assert isinstance(answer, Conflict)
    assert (top / "a.py").read_text() == "a = 1\n"
