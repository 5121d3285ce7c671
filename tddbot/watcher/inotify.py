"""One inotify instance with a watch for each directory. What an event means for a file is the observer's affair.

Of watchdog only its binding of libc is used: its Observer takes an inotify instance (a user has 128) and two threads
for every directory watched without its children, and keeps the kernel's word of an overflow to itself.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from watchdog.observers.inotify_c import InotifyConstants as In
from watchdog.observers.inotify_c import inotify_add_watch, inotify_init, inotify_rm_watch

# IN_MODIFY is left out: a file that is open for writing is half a file, and its close is an event of its own.
_MASK = (
    In.IN_CLOSE_WRITE | In.IN_CREATE | In.IN_DELETE | In.IN_MOVED_FROM | In.IN_MOVED_TO
    | In.IN_ONLYDIR | In.IN_DONT_FOLLOW | In.IN_EXCL_UNLINK
)  # fmt: skip
_HEADER = struct.Struct("iIII")
_BUFFER_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Hint:
    """Something happened to `path` (relative to the root).

    `whole`: its content is complete (written and closed, or moved here). `directory`: it is, or was, a directory.
    """

    path: str
    whole: bool
    directory: bool


class Watches:
    """The directories under watch, each by its path relative to the root; the root itself is the empty path.

    Not thread-safe. Raises OSError (EMFILE) where the user has no inotify instance left.
    """

    def __init__(self, root: Path) -> None:
        self._root = os.fsencode(root)
        self._descriptor: int = inotify_init()
        if self._descriptor == -1:
            raise _error()
        os.set_inheritable(self._descriptor, False)
        os.set_blocking(self._descriptor, False)
        self._paths: dict[int, str] = {}
        self._watches: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._watches)

    def fileno(self) -> int:
        """The descriptor that becomes readable with an event."""
        return self._descriptor

    def close(self) -> None:
        """Give all watches back."""
        os.close(self._descriptor)

    def add(self, directory: str) -> bool:
        """Watch a directory; return whether a watch is new. One that is gone or may not be read gets none.

        Raise OSError (ENOSPC) at the system's limit of watches.
        """
        if directory in self._watches:
            return False
        watch = inotify_add_watch(self._descriptor, os.path.join(self._root, os.fsencode(directory)), _MASK)
        if watch == -1:
            error = _error()
            if error.errno in (errno.ENOSPC, errno.ENOMEM):
                raise error
            return False
        if watch in self._paths:
            self._watches.pop(self._paths[watch], None)
        self._paths[watch] = directory
        self._watches[directory] = watch
        return True

    def drop(self, directory: str) -> None:
        """Watch a directory no longer; one that is not watched is none the worse."""
        watch = self._watches.pop(directory, None)
        if watch is not None:
            del self._paths[watch]
            inotify_rm_watch(self._descriptor, watch)

    def read(self) -> tuple[tuple[Hint, ...], bool]:
        """Return what happened since the last call, without blocking, and whether the kernel has dropped events."""
        hints: list[Hint] = []
        overflow = False
        for watch, mask, name in self._events():
            overflow = overflow or bool(mask & In.IN_Q_OVERFLOW)
            directory = self._paths.get(watch)
            if directory is None:
                continue
            if mask & In.IN_IGNORED:
                self._forget(watch)
            elif name:
                path = f"{directory}/{name}" if directory else name
                is_directory = bool(mask & In.IN_ISDIR)
                if is_directory and mask & In.IN_MOVED_FROM:
                    self._drop_tree(path)
                hints.append(Hint(path, bool(mask & (In.IN_CLOSE_WRITE | In.IN_MOVED_TO)), is_directory))
        return tuple(hints), overflow

    def _events(self) -> Iterator[tuple[int, int, str]]:
        while True:
            try:
                data = os.read(self._descriptor, _BUFFER_BYTES)
            except BlockingIOError:
                return
            position = 0
            while position < len(data):
                watch, mask, _, length = _HEADER.unpack_from(data, position)
                position += _HEADER.size + length
                yield watch, mask, os.fsdecode(data[position - length : position].rstrip(b"\0"))

    def _forget(self, watch: int) -> None:
        directory = self._paths.pop(watch)
        if self._watches.get(directory) == watch:
            del self._watches[directory]

    def _drop_tree(self, top: str) -> None:
        # A watch goes with its inode: after a move it would name files by where they no longer are.
        for directory in [path for path in self._watches if path == top or path.startswith(f"{top}/")]:
            self.drop(directory)


def _error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
