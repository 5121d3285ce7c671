"""Saves to change sets: one thread that hears inotify, looks at contents, and waits until all is quiet."""

import os
import select
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from tddbot.errors import TddbotError
from tddbot.stop import Stop
from tddbot.watcher.inotify import Hint
from tddbot.watcher.noise import is_noise, is_tool_tree
from tddbot.watcher.reach import Reach
from tddbot.watcher.settings import WatcherSettings
from tddbot.watcher.tree import Tree

_STOP_SECONDS = 0.05
_REST = 20
"""A rescan is followed by at least so many times its own duration without one: 5 % of a core at most."""


class Watcher:
    """Watches a repository's files from `__enter__` on; use it as a context manager, once.

    `files` lists the paths that git tracks or would track. `on_change` is called from the watcher's thread as soon as
    a changed content is seen, and again right before its change set is ready; `notice` gets sentences for the user,
    also from that thread. Every call of `on_change` is followed by a change set.
    """

    def __init__(
        self,
        root: Path,
        files: Callable[[], tuple[str, ...]],
        settings: WatcherSettings,
        on_change: Callable[[], None],
        notice: Callable[[str], None],
    ) -> None:
        self._root = root
        self._settings = settings
        self._on_change = on_change
        self._notice = notice
        self._tree = Tree(root, files)
        self._tree_lock = threading.Lock()
        self._told: set[str] = set()
        # What the thread has heard of and not settled; the paths of `_seen` have changed and were announced.
        self._pending: set[str] = set()
        self._seen: set[str] = set()
        self._rejected: set[str] = set()
        self._list_is_old = False
        self._first_hint = 0.0
        self._settle_at = float("inf")
        self._rescan_at = float("inf")
        self._ready: set[str] = set()
        self._is_ready = threading.Condition()
        self._failure: Exception | None = None
        self._closing = threading.Event()
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        """Start watching and take every file's content as known. Raise what `files` raises."""
        with ExitStack() as resources:
            self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
            resources.callback(os.close, self._wake)
            self._reach = Reach(self._root, self._tree)
            resources.callback(self._reach.close)
            self._reach.relist()
            self._tree.take_in()
            self._plan_rescan(0.0)
            thread = threading.Thread(target=self._run, name="tddbot-watcher", daemon=True)
            thread.start()
            resources.callback(thread.join)
            self._resources = resources.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        os.eventfd_write(self._wake, 1)
        self._resources.close()

    def wait(self, stop: Stop) -> tuple[str, ...]:
        """Block until a change set is there and return its sorted paths, or () once `stop` is set.

        Change sets that came while nobody waited are returned as one. An error in the watcher's thread is raised here.
        """
        with self._is_ready:
            while not stop.is_set():
                if self._ready:
                    paths = tuple(sorted(self._ready))
                    self._ready.clear()
                    return paths
                if self._failure is not None:
                    raise self._failure
                self._is_ready.wait(_STOP_SECONDS)
        return ()

    def absorb(self, paths: Iterable[str]) -> None:
        """Take the present content of these paths as known, and forget what was seen of them.

        `on_change` may already have been called for them; `expecting` prevents that for tddbot's own writes.
        """
        paths = tuple(paths)
        with self._tree_lock:
            self._tree.absorb(paths)
            self._seen.difference_update(paths)
        with self._is_ready:
            self._ready.difference_update(paths)

    @contextmanager
    def expecting(self, contents: Mapping[str, bytes | None]) -> Iterator[None]:
        """Within the block, these contents (None: no file) are tddbot's own writes: no call, no change set.

        Any other content of the same paths is a change as ever, so that no edit of the user's is taken for ours.
        """
        with self._tree_lock:
            self._tree.expect(contents)
        try:
            yield
        finally:
            with self._tree_lock:
                self._tree.expect_no_more()

    # From here on, everything runs in the watcher's thread.

    def _run(self) -> None:
        try:
            self._serve()
        except Exception as error:
            # Not hidden: `wait` raises it in the thread that can do something about it.
            with self._is_ready:
                self._failure = error
                self._is_ready.notify_all()

    def _serve(self) -> None:
        with select.epoll() as poll:
            poll.register(self._wake, select.EPOLLIN)
            if (events := self._reach.fileno()) is not None:
                poll.register(events, select.EPOLLIN)
            while not self._closing.is_set():
                poll.poll(max(0.0, min(self._settle_at, self._rescan_at) - time.monotonic()))
                self._hear()
                if time.monotonic() >= self._rescan_at:
                    self._rescan()
                if time.monotonic() >= self._settle_at:
                    self._settle()

    def _hear(self) -> None:
        hints, overflow = self._reach.read()
        if overflow:
            self._tell("So many files changed at once that the system dropped events: all files are looked at again.")
            self._rescan_at = 0.0
        with self._tree_lock:
            changed = {hint.path for hint in hints if self._take(hint)}
            self._seen |= changed
        if changed:
            self._on_change()

    def _take(self, hint: Hint) -> bool:
        """Note a hint; return whether it shows at once that a listed file has changed.

        What vanished or was only just created is looked at when all is quiet: most often a save is on its way.
        """
        if is_noise(hint.path) or hint.path in self._rejected:
            return False
        if hint.directory:
            self._take_directory(hint.path)
            return False
        self._pend({hint.path})
        if hint.path.rpartition("/")[2] == ".gitignore":
            self._rejected.clear()
            self._list_is_old = True
        if hint.path not in self._tree:
            self._list_is_old = True
            return False
        return hint.whole and self._tree.look(hint.path)

    def _take_directory(self, path: str) -> None:
        if not is_tool_tree(path):
            self._reach.await_files(path)
            self._list_is_old = True
            self._pend({path} | self._tree.under(path))

    def _pend(self, paths: set[str]) -> None:
        if not paths:
            return
        now = time.monotonic()
        if not self._pending:
            self._first_hint = now
        self._pending |= paths
        latest = self._first_hint + self._settings.longest_seconds
        self._settle_at = min(now + self._settings.debounce_seconds, latest)

    def _settle(self) -> None:
        with self._tree_lock:
            if self._list_is_old:
                self._list_anew()
            changed = self._seen | {path for path in self._pending if self._tree.look(path)}
            self._pending, self._seen = set(), set()
            self._settle_at = float("inf")
        if changed:
            self._on_change()
            with self._is_ready:
                self._ready |= changed
                self._is_ready.notify_all()

    def _list_anew(self) -> None:
        """Ask git about what is pending and unknown; what exists and is not on its list is not heard again."""
        strangers = {path for path in self._pending if path not in self._tree and self._is_file(path)}
        self._pending |= self._relist()
        self._list_is_old = False
        ignored = {path for path in strangers if path not in self._tree}
        self._rejected |= ignored
        self._reach.release(ignored)

    def _rescan(self) -> None:
        started = time.monotonic()
        with self._tree_lock:
            self._rejected.clear()
            found = self._relist() | self._tree.suspects()
            # What is pending already is not news: in a quick succession of rescans it would never be settled.
            self._pend(found - self._pending)
        self._plan_rescan(time.monotonic() - started)

    def _plan_rescan(self, cost: float) -> None:
        seconds = self._settings.rescan_seconds
        if not self._reach.complete:
            seconds = self._settings.fallback_seconds
            self._tell(
                f"The system gives no more inotify watches ({self._reach.watched} directories have one): saves "
                f"elsewhere are found by looking every {seconds:g} s. Raising fs.inotify.max_user_watches helps."
            )
        self._rescan_at = time.monotonic() + max(seconds, _REST * cost)

    def _relist(self) -> set[str]:
        try:
            return self._reach.relist()
        except (TddbotError, OSError) as error:
            self._tell(f"The files of the repository cannot be listed, so the last list stands: {error}")
            return set()

    def _is_file(self, path: str) -> bool:
        at = self._root / path
        return os.path.lexists(at) and not at.is_dir()

    def _tell(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self._notice(sentence)
