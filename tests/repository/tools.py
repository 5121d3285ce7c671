"""Real git for the tests of the repository stage, and a fingerprint of everything in a directory."""

import hashlib
import os
import subprocess
from pathlib import Path


def git(where: Path, *arguments: str, check: bool = True) -> str:
    done = subprocess.run(
        ["git", "-C", str(where), *arguments], check=check, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    return done.stdout.strip()


def make_repository(where: Path) -> Path:
    where.mkdir(parents=True)
    git(where, "init", "--quiet", "--initial-branch=main")
    (where / "a.py").write_text("a = 1\n")
    (where / "pkg").mkdir()
    (where / "pkg" / "b.py").write_text("b = 1\n")
    (where / ".gitignore").write_text("*.log\nbuild/\n")
    git(where, "add", "--all")
    git(where, "commit", "--quiet", "-m", "first")
    return where


def fingerprint(top: Path, *without: str) -> dict[str, tuple[int, str]]:
    """Mode and content (directories: none, links: the target) of all below `top` but for the relative paths named."""
    seen = {}
    for directory, directories, files in os.walk(top):
        for name in [*directories, *files]:
            path = Path(directory, name)
            relative = path.relative_to(top).as_posix()
            if any(relative == skip or relative.startswith(f"{skip}/") for skip in without):
                continue
            seen[relative] = (path.lstat().st_mode, _content(path))
    return seen


def _content(path: Path) -> str:
    if path.is_symlink():
        return os.readlink(path)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
