"""What a jail has to know of the repository's files: which to protect, which to hide, which have a foreign owner.

Directories are read again only where they changed, so that this stays quick in a large tree.
"""

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tddbot.protection import is_secret, protected_as

_MOST_PROTECTED = 4000
_GRANULE_NS = 50_000_000
"""Two changes within this time may leave the same time stamp on a directory."""

_CODE = (".py", ".toml", ".ini", ".cfg", ".pth")
_FOREIGN_CODE = frozenset({"node_modules", "site-packages", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Directory:
    """What one directory holds that matters here; paths are relative to the repository."""

    stamp: int
    is_settled: bool
    is_foreign: bool
    directories: tuple[str, ...]
    secrets: tuple[str, ...]


class Layout:
    """The files of one repository; may be asked from several threads at once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._directories: dict[str, Directory] = {}
        self._protected: tuple[Sequence[str], tuple[str, ...], frozenset[str], tuple[str, ...]] | None = None

    def look(
        self, files: Sequence[str], user: tuple[int, int], patterns: tuple[str, ...] = ()
    ) -> dict[str, tuple[str, ...]]:
        """Return the paths `protected`, `masked` and `foreign`; `files` are those that git tracks or would track.

        `patterns` are protected, too.
        """
        with self._lock:
            if self._protected is None or self._protected[0] is not files or self._protected[1] != patterns:
                self._protected = (files, patterns, frozenset(files), protected_paths(files, patterns))
            _, _, known, protected = self._protected
            found = self._walk(user)
        secrets = (path for directory in found.values() for path in directory.secrets)
        return {
            "protected": protected,
            "masked": tuple(path for path in secrets if _is_hidden(path, known)),
            "foreign": tuple(path for path, directory in found.items() if path and directory.is_foreign),
        }

    def _walk(self, user: tuple[int, int]) -> dict[str, Directory]:
        found: dict[str, Directory] = {}
        waiting = [""]
        while waiting:
            path = waiting.pop()
            try:
                directory = self._read(path, user)
            except OSError:  # gone meanwhile, or not ours to read: then no test can read it either
                continue
            found[path] = directory
            waiting += directory.directories
        self._directories = found
        return found

    def _read(self, path: str, user: tuple[int, int]) -> Directory:
        place = self._root / path
        status = place.stat()
        known = self._directories.get(path)
        if known is not None and known.is_settled and known.stamp == status.st_mtime_ns:
            return known
        is_settled = time.time_ns() - status.st_mtime_ns > _GRANULE_NS
        directories, secrets = _list(place, path)
        is_foreign = (status.st_uid, status.st_gid) != user
        return Directory(status.st_mtime_ns, is_settled, is_foreign, directories, secrets)


def protected_paths(files: Sequence[str], patterns: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the files to lay over a workspace, those that steer the test run first.

    Each costs a mount (13 µs of CPU, measured), so there is a most, and data files of tests are not among them; what is
    left out is still refused in a patch.
    """
    steering = [path for path in files if protected_as(path, patterns) is not None and not is_secret(path)]
    chosen = [path for path in steering if path.endswith(_CODE) or protected_as(path) is None]
    return tuple(
        sorted(chosen, key=lambda path: (not path.endswith("conftest.py"), path.count("/"), path))[:_MOST_PROTECTED]
    )


def _list(place: Path, path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the directories to go on with and what by its name is secret; git's directories are."""
    directories, secrets = [], []
    with os.scandir(place) as entries:
        for entry in entries:
            below = f"{path}/{entry.name}" if path else entry.name
            is_directory = entry.is_dir(follow_symlinks=False)
            if is_directory and _holds_foreign_code(entry):
                continue
            if entry.name == ".git" or is_secret(entry.name):
                secrets.append(below)
            elif is_directory:
                directories.append(below)
    return tuple(directories), tuple(secrets)


def _holds_foreign_code(entry: "os.DirEntry[str]") -> bool:
    """Whether a directory is an installed environment: whatever looks like a key in there is a library's own."""
    return entry.name in _FOREIGN_CODE or os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))


def _is_hidden(path: str, known: frozenset[str]) -> bool:
    """A key that git tracks is a test's own; an `.env` file and what git ignores is not."""
    return path not in known or os.path.basename(path).startswith(".env")
