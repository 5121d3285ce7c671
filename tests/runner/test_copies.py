"""A copy holds what tests need and no secret; what was done to it shows; nothing of it is left."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tddbot.runner.copies import Copy, private_copy

USER = (os.getuid(), os.getgid())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    files = {
        "a.py": "x", "tests/test_a.py": "t", "data/deep/d": "d", ".env": "K=1", ".git/config": "c",
        "venv/pyvenv.cfg": "", "venv/lib/x.py": "", "__pycache__/a.pyc": "", "node_modules/m": "",
    }  # fmt: skip
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / "a.py").chmod(0o750)
    (root / "link").symlink_to("../outside")
    os.mkfifo(root / "fifo")
    return root


@pytest.fixture
def copy(root: Path) -> Iterator[Copy]:
    with private_copy(root, [".git", ".env"], ["tests/test_a.py", "link"], USER) as copy:
        yield copy


def test_secrets_environments_and_what_is_no_file_are_left_out(root: Path, copy: Copy) -> None:
    found = {str(path.relative_to(copy.tree)) for path in copy.tree.rglob("*")}
    assert found == {"a.py", "tests", "tests/test_a.py", "data", "data/deep", "data/deep/d", "link"}
    assert os.readlink(copy.tree / "link") == "../outside"
    assert (copy.tree / "a.py").stat().st_mode & 0o777 == 0o750
    assert (copy.tree / "a.py").stat().st_mtime_ns == (root / "a.py").stat().st_mtime_ns
    assert copy.place.stat().st_mode & 0o077 == 0


def test_a_copy_that_nobody_touched_is_unchanged(copy: Copy) -> None:
    assert copy.altered() is None
    assert copy.changed(()) == ()


def test_every_change_shows(copy: Copy) -> None:
    times = (copy.tree / "a.py").stat()
    (copy.tree / "a.py").write_text("y")
    os.utime(copy.tree / "a.py", ns=(times.st_atime_ns, times.st_mtime_ns))
    (copy.tree / "new").write_text("")
    (copy.tree / "mine").write_text("")
    (copy.tree / "data" / "deep" / "d").unlink()
    assert copy.changed(["mine"]) == ("a.py", "data/deep/d", "new")


@pytest.mark.parametrize(
    "attack",
    ["echo u > tests/test_a.py", "rm tests/test_a.py", "rm tests/test_a.py; mkfifo tests/test_a.py",
     "mv tests gone; cp -r gone tests; echo u > tests/test_a.py", "mv tests gone; ln -s gone tests",
     "rm tests/test_a.py; mkdir tests/test_a.py", "rm link; ln -s a.py link"],
)  # fmt: skip
def test_a_protected_file_that_is_another_shows(copy: Copy, attack: str) -> None:
    subprocess.run(attack, shell=True, cwd=copy.tree, check=True)
    assert copy.altered() in ("tests/test_a.py", "link")


def test_nothing_is_left_whatever_was_done_to_it(root: Path) -> None:
    with private_copy(root, [], [], USER) as copy:
        (copy.tree / "data" / "deep").chmod(0)
        (copy.tree / "data").chmod(0)
        (copy.tree / "away").symlink_to(root)
    assert not copy.place.exists()
    assert (root / "a.py").exists()
