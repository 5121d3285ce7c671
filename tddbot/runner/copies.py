"""A filtered copy of a working tree, for jails that can lay nothing over it: without git, secrets and environments."""

import errno
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tddbot.errors import UnfitError

_MOST_BYTES = 4 * 1024**3
_LEFT_OUT = frozenset(
    {"__pycache__", "node_modules", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
)


@dataclass(frozen=True, slots=True)
class Copy:
    """A private directory: the tree's copy, a home, room for temporary files, and what a backend puts beside them."""

    place: Path
    digests: Mapping[str, bytes | None]
    stamps: Mapping[str, tuple[int, ...]]

    @property
    def tree(self) -> Path:
        """The copy of the repository."""
        return self.place / "tree"

    @property
    def home(self) -> Path:
        """An empty home."""
        return self.place / "user"

    @property
    def temporary(self) -> Path:
        """An empty directory for temporary files."""
        return self.place / "tmp"

    def changed(self, own: Collection[str]) -> tuple[str, ...]:
        """Return the files that were written, removed, added or given another mode since; `own` are not looked at.

        The time of change tells, which no program can set.
        """
        now = _stamps(self.tree)
        return tuple(sorted({path for path, _ in now.items() ^ self.stamps.items()} - set(own)))

    def altered(self) -> str | None:
        """Return a protected file that is not what it was when it was copied, or None."""
        return next((path for path, digest in self.digests.items() if _digest(self.tree, path) != digest), None)


@contextmanager
def private_copy(
    root: Path, left_out: Collection[str], protected: Collection[str], user: tuple[int, int]
) -> Iterator[Copy]:
    """Copy the tree at `root` for `user`, and remove all of it in the end, whatever was done to it.

    `left_out` are paths in the repository that are not copied; nor are special files, and what cannot be read. Raise
    UnfitError where it is too large.
    """
    place = Path(tempfile.mkdtemp(prefix="tddbot-")).resolve()
    try:
        for name in ("tree", "user", "tmp"):
            (place / name).mkdir(mode=0o700)
        _Copying(root, place / "tree", frozenset(left_out)).run()
        if os.geteuid() == 0:
            _give(place, user)  # whom no candidate may be more than
        digests = {path: _digest(place / "tree", path) for path in protected}
        yield Copy(place, digests, _stamps(place / "tree"))
    finally:
        _remove(place)


class _Copying:
    """Copies one tree, counting what it takes."""

    def __init__(self, source: Path, goal: Path, left_out: frozenset[str]) -> None:
        self._source = source
        self._goal = goal
        self._left_out = left_out
        self._bytes = 0

    def run(self) -> None:
        waiting = [""]
        while waiting:
            waiting += self._directory(waiting.pop())

    def _directory(self, path: str) -> list[str]:
        """Copy what lies in one directory; return the directories in it."""
        found = []
        with suppress(FileNotFoundError, PermissionError), os.scandir(self._source / path) as entries:
            for entry in entries:
                below = f"{path}/{entry.name}" if path else entry.name
                if entry.name in _LEFT_OUT or below in self._left_out or _is_environment(entry):
                    continue
                with suppress(FileNotFoundError, PermissionError):
                    if self._entry(entry, self._goal / below):
                        found.append(below)
        return found

    def _entry(self, entry: "os.DirEntry[str]", goal: Path) -> bool:
        """Copy one entry; return whether it is a directory."""
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode):
            os.symlink(os.readlink(entry.path), goal)
        elif stat.S_ISDIR(status.st_mode):
            goal.mkdir(mode=stat.S_IMODE(status.st_mode) | stat.S_IRWXU)
            return True
        elif stat.S_ISREG(status.st_mode):
            self._count(status)
            shutil.copyfile(entry.path, goal)
            os.chmod(goal, stat.S_IMODE(status.st_mode) | stat.S_IRUSR)
            os.utime(goal, ns=(status.st_atime_ns, status.st_mtime_ns))
        return False

    def _count(self, status: os.stat_result) -> None:
        self._bytes += status.st_size
        if self._bytes > _MOST_BYTES:
            raise UnfitError(
                f"{self._source} holds more than {_MOST_BYTES // 1024**3} GB, which is too much to copy for each run",
                "Only the jail of namespaces needs no copy; `tddbot doctor` says what it lacks here.",
            )


def _stamps(tree: Path) -> dict[str, tuple[int, ...]]:
    """Return inode, mode and time of change of all that is no directory, by its path."""
    found: dict[str, tuple[int, ...]] = {}
    waiting = [""]
    while waiting:
        above = waiting.pop()
        with suppress(OSError), os.scandir(tree / above) as entries:
            for entry in entries:
                path = f"{above}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path + "/")
                    continue
                status = entry.stat(follow_symlinks=False)
                found[path] = (status.st_ino, status.st_mode, status.st_ctime_ns)
    return found


def _is_environment(entry: "os.DirEntry[str]") -> bool:
    return os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))


def _digest(tree: Path, path: str) -> bytes | None:
    """Return the digest of a plain file that no link leads to, or None where there is none: a link may be one's own."""
    parts = path.split("/")
    if any((tree / "/".join(parts[: depth + 1])).is_symlink() for depth in range(len(parts) - 1)):
        return None
    try:
        # A test may have left a pipe there, which nobody would ever write to.
        with open(os.open(tree / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            is_plain = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            return hashlib.file_digest(file, "sha256").digest() if is_plain else None
    except OSError as error:
        return os.fsencode(os.readlink(tree / path)) if error.errno == errno.ELOOP else None


def _give(place: Path, user: tuple[int, int]) -> None:
    try:
        os.chown(place, *user)
        for above, directories, files in os.walk(place):
            for name in (*directories, *files):
                os.chown(os.path.join(above, name), *user, follow_symlinks=False)
    except OSError as error:
        raise UnfitError(
            f"no jail is possible here: a copy cannot be given to user {user[0]} ({error.strerror})",
            "Run tddbot as an ordinary user, or where root may give files away.",
        ) from error


def _remove(place: Path) -> None:
    """Remove a tree in which anything may have been done to modes."""
    for above, directories, _ in os.walk(place):
        for name in directories:
            path = os.path.join(above, name)
            if not os.path.islink(path):
                with suppress(OSError):
                    os.chmod(path, stat.S_IRWXU)
    shutil.rmtree(place, ignore_errors=True)
