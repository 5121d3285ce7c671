"""What a jail has to know of the repository's files: which to protect, which to hide, which have a foreign owner.

Directories are read again only where they changed, and all of them are looked at only once in a while: a look costs the
same in a large tree. What is lost by that is small: a secret that appears in the working tree while candidates are
tried may be seen by those of the next second or so, and by one that comes up to ten seconds after the last.
"""

import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tddbot.domain import NodeId
from tddbot.protection import is_secret, is_test, protected_as

_MOST_PROTECTED = 4000
_GRANULE_NS = 50_000_000
"""Two changes within this time may leave the same time stamp on a directory."""

_FRESH, _STALE = 1.0, 10.0
"""Seconds for which a walk is good, and for which it is good while the next one is under way."""

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


@dataclass(frozen=True, slots=True)
class _Walk:
    """What was found on disk at a time."""

    when: float
    user: tuple[int, int]
    secrets: tuple[str, ...]
    foreign: tuple[str, ...]


class Layout:
    """The files of one repository; may be asked from several threads at once."""

    def __init__(self, root: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._clock = clock
        self._lock = threading.Lock()
        self._walking = threading.Lock()
        self._directories: dict[str, Directory] = {}
        self._walk: _Walk | None = None
        self._masks: tuple[_Walk, Sequence[str], tuple[str, ...]] | None = None
        self._protection: Protection | None = None

    def look(
        self,
        files: Sequence[str],
        user: tuple[int, int],
        patterns: tuple[str, ...] = (),
        nodes: Collection[NodeId] | None = None,
    ) -> dict[str, tuple[str, ...]]:
        """Return the paths `protected`, `masked` and `foreign`; `files` are those that git tracks or would track.

        `patterns` are protected, too. Where only some tests run (`nodes`), test files that none of them is in are left
        out of `protected`: a run that changes one of them is found out afterwards.
        """
        with self._lock:
            walk = self._recent(files, user)
            known = self._protection
            if known is None or known.files is not files or known.patterns != patterns:
                kinds = known.kinds if known is not None and known.patterns == patterns else {}
                known = self._protection = Protection.of(files, patterns, kinds)
            if self._masks is None or self._masks[0] is not walk or self._masks[1] is not files:
                tracked = known.tracked
                masked = tuple(path for path in walk.secrets if _is_hidden(path, tracked))
                self._masks = walk, files, masked
            return {"protected": known.paths(nodes), "masked": self._masks[2], "foreign": walk.foreign}

    def _recent(self, files: Sequence[str], user: tuple[int, int]) -> _Walk:
        """A walk that is recent enough; a new list of files means that something has changed."""
        walk, now = self._walk, self._clock()
        is_same = walk is not None and walk.user == user and self._masks is not None and self._masks[1] is files
        if walk is None or not is_same or now - walk.when > _STALE:
            with self._walking:
                walk = self._walk = self._go(user)
        elif now - walk.when > _FRESH and not self._walking.locked():
            threading.Thread(target=self._go_again, args=(user,), name="layout", daemon=True).start()
        return walk

    def _go_again(self, user: tuple[int, int]) -> None:
        with self._walking:
            walk = self._go(user)
            self._walk = walk

    def _go(self, user: tuple[int, int]) -> _Walk:
        when = self._clock()
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
        secrets = tuple(path for directory in found.values() for path in directory.secrets)
        return _Walk(when, user, secrets, tuple(path for path, each in found.items() if path and each.is_foreign))

    def _read(self, path: str, user: tuple[int, int]) -> Directory:
        place = f"{self._root}/{path}"
        status = os.stat(place)
        known = self._directories.get(path)
        is_foreign = (status.st_uid, status.st_gid) != user
        if known and known.is_settled and (known.stamp, known.is_foreign) == (status.st_mtime_ns, is_foreign):
            return known
        is_settled = time.time_ns() - status.st_mtime_ns > _GRANULE_NS
        directories, secrets = _list(place, path)
        return Directory(status.st_mtime_ns, is_settled, is_foreign, directories, secrets)


@dataclass(frozen=True)
class Protection:
    """The files to lay over a workspace: `steering` in any run, `tests` where they are what runs.

    Each costs a mount (13 µs of CPU, measured), so there is a most, and data files of tests are not among them; what is
    left out is still refused in a patch. `kinds` says of each file that was looked at whether it is one of these.
    """

    files: Sequence[str]
    patterns: tuple[str, ...]
    kinds: dict[str, bool]
    tracked: frozenset[str]
    steering: tuple[str, ...]
    tests: tuple[str, ...]
    _last: list[tuple[frozenset[str], tuple[str, ...]]] = field(default_factory=list)

    @classmethod
    def of(cls, files: Sequence[str], patterns: tuple[str, ...], known: dict[str, bool]) -> "Protection":
        """Look at the files; what is `known` of them need not be found out again."""
        kinds = {path: known[path] if path in known else _is_laid_over(path, patterns) for path in files}
        chosen = [path for path, is_laid_over in kinds.items() if is_laid_over]
        chosen.sort(key=lambda path: (not path.endswith("conftest.py"), path.count("/"), path))
        tests = frozenset(path for path in chosen if _is_test_by_name(path))
        steering = tuple(path for path in chosen if path not in tests)
        return cls(files, patterns, kinds, frozenset(files), steering, tuple(path for path in chosen if path in tests))

    def paths(self, nodes: Collection[NodeId] | None) -> tuple[str, ...]:
        """Return what to lay over where these tests run, or all of them."""
        if nodes is None:
            return (*self.steering, *self.tests)[:_MOST_PROTECTED]
        wanted = frozenset(node.partition("::")[0] for node in nodes)
        if not self._last or self._last[0][0] != wanted:
            # Only where node IDs are not told from the repository's root does anybody have to search.
            found = sorted(wanted) if wanted <= self.tracked else _of(self.tests, wanted)
            chosen = (path for path in found if self.kinds.get(path))
            self._last[:] = [(wanted, tuple(dict.fromkeys((*chosen, *self.steering)))[:_MOST_PROTECTED])]
        return self._last[0][1]


def protected_paths(files: Sequence[str], patterns: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the files to lay over a workspace in which everything runs, those that steer the test run first."""
    return Protection.of(files, patterns, {}).paths(None)


def _is_laid_over(path: str, patterns: tuple[str, ...]) -> bool:
    is_code = path.endswith(_CODE)
    if not patterns and not is_code:
        return False
    if protected_as(path, patterns) is None or is_secret(path):
        return False
    return is_code or protected_as(path) is None


def _is_test_by_name(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.endswith(".py") and name != "conftest.py" and is_test(name)


def _of(tests: Iterable[str], wanted: frozenset[str]) -> Iterable[str]:
    """The files that tests are in; pytest's root, which node IDs are relative to, may lie below the repository's."""
    return (path for path in tests if path in wanted or any(tail in wanted for tail in _tails(path)))


def _tails(path: str) -> Iterable[str]:
    at = path.find("/")
    while at >= 0:
        yield path[at + 1 :]
        at = path.find("/", at + 1)


def _list(place: str, path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the directories to go on with and what by its name is secret; git's directories are."""
    directories: list[str] = []
    secrets: list[str] = []
    with os.scandir(place) as entries:
        for entry in entries:
            below = f"{path}/{entry.name}" if path else entry.name
            is_directory = entry.is_dir(follow_symlinks=False)
            if is_directory and _holds_foreign_code(entry):
                continue
            if entry.name == ".git" or is_secret(entry.name):
                secrets += (below, *_goal(entry, place[: len(place) - len(path)]))
            elif is_directory:
                directories.append(below)
    return tuple(directories), tuple(secrets)


def _goal(entry: "os.DirEntry[str]", root: str) -> Iterable[str]:
    """The file of the repository that a link leads to, if it is one: a secret by its other name."""
    if not entry.is_symlink():
        return
    goal, top = os.path.realpath(entry.path), os.path.join(os.path.realpath(root), "")
    if goal.startswith(top) and os.path.isfile(goal) and _FOREIGN_CODE.isdisjoint(goal.split("/")):
        yield goal[len(top) :]


def _holds_foreign_code(entry: "os.DirEntry[str]") -> bool:
    """Whether a directory is an installed environment: whatever looks like a key in there is a library's own."""
    return entry.name in _FOREIGN_CODE or os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))


def _is_hidden(path: str, known: frozenset[str]) -> bool:
    """A key that git tracks is a test's own; an `.env` file and what git ignores is not."""
    return path not in known or os.path.basename(path).startswith(".env")
