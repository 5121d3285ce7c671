"""Which files there are, and reading one: nothing outside, nothing through a link."""

import os
from pathlib import Path

import pytest

from tddbot.repository.git_repository import GitRepository
from tests.repository.tools import git


def test_files_are_tracked_or_could_be(repository: GitRepository, top: Path) -> None:
    (top / "noise.log").write_text("ignored")
    (top / "kept.log").write_text("tracked all the same")
    git(top, "add", "--force", "kept.log")
    (top / "a.py").unlink()
    (top / "link.py").symlink_to("pkg/b.py")
    (top / "new").mkdir()
    (top / "new" / "ü \n.py").write_text("")
    assert repository.files() == (".gitignore", "kept.log", "new/ü \n.py", "pkg/b.py")


def test_files_behind_a_link_do_not_count(repository: GitRepository, top: Path, tmp_path: Path) -> None:
    (top / "pkg").rename(tmp_path / "moved")
    (top / "pkg").symlink_to(tmp_path / "moved")
    assert repository.files() == (".gitignore", "a.py")
    assert repository.read("pkg/b.py") is None


def test_a_name_that_is_no_text_survives(repository: GitRepository, top: Path) -> None:
    Path(os.fsdecode(os.fsencode(top) + b"/\xff.py")).write_text("x = 1\n")
    (name,) = [path for path in repository.files() if not path.isascii()]
    assert os.fsencode(name) == b"\xff.py"
    assert repository.read(name) == b"x = 1\n"


def test_read_returns_bytes_untranslated(repository: GitRepository, top: Path) -> None:
    (top / "noise.log").write_bytes(b"a\r\nb\xff")
    assert repository.read("noise.log") == b"a\r\nb\xff"


@pytest.mark.parametrize(
    "path",
    [
        *("", "missing.py", "pkg", "pkg/", "a.py/x", "../a.py", "/etc/passwd", "pkg/../a.py", "./a.py", "a\0.py"),
        *(".git/config", "link.py", "dead.py", "pipe", "x" * 300),
    ],
)
def test_read_refuses(repository: GitRepository, top: Path, path: str) -> None:
    (top / "link.py").symlink_to("a.py")
    (top / "dead.py").symlink_to("/nowhere")
    os.mkfifo(top / "pipe")
    assert repository.read(path) is None
