"""Reading the working tree: which files git tracks or would track, and their bytes. Never through a symbolic link."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tddbot.protection import path_fault
from tddbot.repository.git import session


def files(root: Path) -> tuple[str, ...]:
    """Return the regular files that git tracks or would track, sorted; bytes that are no text are surrogate-escaped."""
    with session(root) as git:
        listed = git.run("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    paths = {os.fsdecode(path) for path in listed.split(b"\0") if path}
    plain = {"": True}
    return tuple(sorted(path for path in paths if _is_file(str(root), path, plain)))


def read(root: Path, path: str) -> bytes | None:
    """Return a file's bytes, or None for whatever is not a readable regular file of the working tree."""
    if path_fault(path) or ".git" in path.lower().split("/"):
        return None
    try:
        return None if obstacle(root, path) else load(root / path)
    except OSError:
        return None


def load(file: Path) -> bytes | None:
    """Return a regular file's bytes, or None where nothing is; raise OSError for everything else."""
    try:
        # Non-blocking, since a pipe of that name would wait for its writer.
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as opened:
        return opened.read()


def obstacle(root: Path, path: str) -> str | None:
    """Say what keeps `path` from being a regular file of this working tree, or None where it is one or could be."""
    # Strings and no Path objects: a brief looks for hundreds of files that are mostly not there.
    whole = f"{root}/{path}"
    for end in _slashes(whole, len(str(root)) + 1):
        mode = _mode(whole[:end])
        if mode is None:
            return None
        if stat.S_ISLNK(mode):
            return "lies behind a symbolic link"
        if not stat.S_ISDIR(mode):
            return "lies below what is no directory"
        if os.path.lexists(f"{whole[:end]}/.git"):
            return "lies in another repository"
    mode = _mode(whole)
    if mode is None or stat.S_ISREG(mode):
        return None
    if stat.S_ISLNK(mode):
        return "is a symbolic link"
    return "is a directory" if stat.S_ISDIR(mode) else "is no regular file"


def parents(path: str) -> Iterator[PurePosixPath]:
    """Yield the directories that `path` lies in, the outermost first, without the root itself."""
    return reversed(PurePosixPath(path).parents[:-1])


def _slashes(path: str, start: int) -> Iterator[int]:
    """Yield the places of the slashes from `start` on."""
    return (place for place in range(start, len(path)) if path[place] == "/")


def _mode(path: str) -> int | None:
    try:
        return os.lstat(path).st_mode
    except FileNotFoundError:
        return None


def _is_file(root: str, path: str, plain: dict[str, bool]) -> bool:
    """Whether `path` is a regular file; `plain` remembers of each directory that it is one and behind no link.

    Strings and no Path objects, which would take most of the time in a repository of thousands of files.
    """
    try:
        return _is_plain(root, os.path.dirname(path), plain) and stat.S_ISREG(os.lstat(f"{root}/{path}").st_mode)
    except OSError:
        return False


def _is_plain(root: str, directory: str, plain: dict[str, bool]) -> bool:
    if directory not in plain:
        above = _is_plain(root, os.path.dirname(directory), plain)
        plain[directory] = above and stat.S_ISDIR(os.lstat(f"{root}/{directory}").st_mode)
    return plain[directory]
