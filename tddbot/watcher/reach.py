"""Which directories are watched: those that hold files on git's list, and new ones until it is clear what they hold."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tddbot.watcher.inotify import Hint, Watches
from tddbot.watcher.noise import is_tool_tree
from tddbot.watcher.tree import Tree


class Reach:
    """Keeps the watches in step with the tree. Not thread-safe.

    `complete` turns false for good once the system refuses an inotify instance or a watch.
    """

    def __init__(self, root: Path, tree: Tree) -> None:
        self._root = root
        self._tree = tree
        self._watches: Watches | None = None
        with suppress(OSError):
            self._watches = Watches(root)
        self.complete = self._watches is not None

    @property
    def watched(self) -> int:
        """The number of directories under watch."""
        return 0 if self._watches is None else len(self._watches)

    def fileno(self) -> int | None:
        """The descriptor that becomes readable with an event, if there is one."""
        return None if self._watches is None else self._watches.fileno()

    def read(self) -> tuple[tuple[Hint, ...], bool]:
        """Return what happened since the last call, and whether the kernel has dropped events."""
        return ((), False) if self._watches is None else self._watches.read()

    def close(self) -> None:
        """Give all watches back."""
        if self._watches is not None:
            self._watches.close()

    def relist(self) -> set[str]:
        """Ask git for its list and watch its directories; return the paths that came or went.

        It is asked again after every new watch, so that nothing can appear between the list and the watch.
        """
        differing = set(self._tree.relist())
        while self._watch(self._tree.directories()):
            differing |= self._tree.relist()
        return differing

    def await_files(self, directory: str) -> None:
        """Watch a new directory, and those below it, while they hold no file: git lists no empty directories."""
        if not self._watch([directory]):
            return
        try:
            with os.scandir(self._root / directory) as entries:
                found = list(entries)
        except OSError:
            return
        if all(entry.is_dir(follow_symlinks=False) for entry in found):
            for entry in found:
                if not is_tool_tree(entry.name):
                    self.await_files(f"{directory}/{entry.name}")

    def release(self, ignored: Iterable[str]) -> None:
        """Watch the directories of these ignored files no longer, nor those above that only awaited files."""
        wanted = self._tree.directories()
        for path in ignored:
            directory = path.rpartition("/")[0]
            while directory not in wanted and self._watches is not None:
                self._watches.drop(directory)
                directory = directory.rpartition("/")[0]

    def _watch(self, directories: Iterable[str]) -> bool:
        if self._watches is None or not self.complete:
            return False
        try:
            return sum([self._watches.add(directory) for directory in directories]) > 0
        except OSError:
            self.complete = False
            return False
