"""What is known of the repository's files: which there are, and what each held when it was last looked at."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tddbot.watcher.fingerprint import ABSENT, Mark, differ, digest_of, fingerprint, glance, stamp
from tddbot.watcher.noise import is_noise

EAGER_FILES = 20_000
"""Above so many files, stamps alone are taken at the start (about 25 microseconds a file are saved)."""


class Tree:
    """The files that git tracks or would track, less the noise. Not thread-safe."""

    def __init__(self, root: Path, files: Callable[[], tuple[str, ...]]) -> None:
        self._root = str(root)
        self._files = files
        self._listed: frozenset[str] = frozenset()
        self._known: dict[str, Mark] = {}
        self._expected: dict[str, bytes] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._listed

    def relist(self) -> frozenset[str]:
        """Ask git anew; return the paths that came or went."""
        before = self._listed
        self._listed = frozenset(path for path in self._files() if not is_noise(path))
        return before ^ self._listed

    def take_in(self) -> None:
        """Take the present content of every file as known."""
        mark = glance if len(self._listed) > EAGER_FILES else fingerprint
        self._known = {path: mark(self._at(path)) for path in self._listed}

    def look(self, path: str) -> bool:
        """Read a file and remember it; return whether it changed since the last look. A path off the list is absent."""
        before = self._known.get(path, ABSENT)
        now = fingerprint(self._at(path)) if path in self._listed else ABSENT
        self._keep(path, now)
        return differ(before, now) and not (path in self._expected and self._expected[path] == now.digest)

    def suspects(self) -> set[str]:
        """Return the files whose stamp is not the one known."""
        absent = ABSENT
        return {path for path in self._listed if stamp(self._at(path)) != self._known.get(path, absent).stamp}

    def absorb(self, paths: Iterable[str]) -> None:
        """Take the present content of these paths as known, listed or not."""
        for path in paths:
            self._known[path] = fingerprint(self._at(path))

    def expect(self, contents: Mapping[str, bytes | None]) -> None:
        """Let these contents (None: no file) count as no change when they are seen."""
        self._expected = {path: b"" if data is None else digest_of(data) for path, data in contents.items()}

    def expect_no_more(self) -> None:
        """Take what has come of the expected contents as known, and expect nothing."""
        for path, digest in self._expected.items():
            now = fingerprint(self._at(path))
            if now.digest == digest:
                self._known[path] = now
        self._expected = {}

    def under(self, directory: str) -> set[str]:
        """Return the listed files below a directory."""
        return {path for path in self._listed if path.startswith(f"{directory}/")}

    def directories(self) -> set[str]:
        """Return the directories that hold listed files, directly or below; the root, as "", always."""
        found = {""}
        for parent in {path.rpartition("/")[0] for path in self._listed}:
            while parent not in found:
                found.add(parent)
                parent = parent.rpartition("/")[0]
        return found

    def _keep(self, path: str, mark: Mark) -> None:
        if path in self._listed:
            self._known[path] = mark
        else:
            self._known.pop(path, None)

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}"
