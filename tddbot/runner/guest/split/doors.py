"""What a process does beyond plain data, by its audit events: files, processes, sockets. The other jail sees none."""

from __future__ import annotations

import os
import sys
from typing import Any, Callable, Collection, List, Optional, Set

_CHANGES = frozenset(
    {
        "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod",
        "os.utime",
        "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.chdir", "subprocess.Popen",
        "tempfile.mkstemp", "tempfile.mkdtemp", "pty.spawn", "sqlite3.connect", "signal.pthread_kill",
    }
)  # fmt: skip
_LOOKS = frozenset({"os.listdir", "os.scandir", "os.walk", "glob.glob", "shutil.copyfile", "shutil.rmtree"})
_CODE = "pickle.find_class"
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_SYSTEM = ("/usr/share/zoneinfo/", "/dev/null", "/dev/urandom", "/proc/self/")

_TRIPWIRES = (
    ("_pytest.monkeypatch", "MonkeyPatch", ("setattr", "delattr", "setitem", "delitem")),
    ("unittest.mock", "_patch", ("__enter__",)),
    ("unittest.mock", "_patch_dict", ("_patch_dict",)),
    ("mock.mock", "_patch", ("__enter__",)),
    ("freezegun.api", "_freeze_time", ("start",)),
    ("time_machine", "travel", ("start",)),
)
"""What replaces parts of a process, which the other one then still has."""


class Doors:
    """Watches one process for good; `seen` is the first that went through a door while it was `watched`.

    `is_read` tells whether one of the `hidden` files was, at whatever time. `foreign` counts reading elsewhere, too.
    `on_code` is called before data can become code, and keeps that from happening by raising.
    """

    def __init__(self, root: str, hidden: Collection[str] = (), foreign: bool = False) -> None:
        self.watched = False
        self.on_code: Optional[Callable[[str], None]] = None
        self.seen: Optional[str] = None
        self.is_read = False
        self._hidden = frozenset(hidden)
        self._foreign = foreign
        self._homes = tuple(
            os.path.join(place, "") for place in {root, sys.prefix, sys.base_prefix, *map(os.path.abspath, sys.path)}
        )
        self._wired: Set[Any] = set()
        self.wires: List[Any] = []
        sys.addaudithook(self._on_event)

    def lay_wires(self, late: bool = False) -> None:
        """Notice from here on what replaces parts of this process; what was loaded `late` may have done so already."""
        for module, kind, methods in _TRIPWIRES:
            owner = getattr(sys.modules.get(module), kind, None)
            if owner is not None and owner not in self._wired:
                self._wired.add(owner)
                for method in methods:
                    self.wires.append(_wire(owner, method, self))
                self.seen = self.seen or ("importing " + module if late else None)

    def _on_event(self, event: str, arguments: Any) -> None:
        if event == _CODE and self.watched and self.on_code is not None:
            self.on_code("%s.%s" % arguments)
        if self.seen is None and (event == "open" or self.watched):
            self.seen = self._reason(event, arguments)

    def _reason(self, event: str, arguments: Any) -> Optional[str]:
        if event == "open":
            return self._of_file(*arguments)
        if event in _CHANGES or (event.startswith("socket.") and event != "socket.__new__"):
            return event
        if self._foreign and event in _LOOKS and not self._is_at_home(arguments[0]):
            return event
        return None

    def _of_file(self, path: Any, _mode: Any, flags: Any) -> Optional[str]:
        if not isinstance(path, (str, bytes)):
            return None
        name = os.path.abspath(os.fsdecode(path))
        if name in self._hidden:
            self.is_read = True
            return "reading %s as a file" % os.path.basename(name)
        if not self.watched or name == os.devnull:
            return None
        if isinstance(flags, int) and flags & _WRITING:
            return "writing a file"
        return "reading a file" if self._foreign and not self._is_at_home(name) else None

    def _is_at_home(self, path: Any) -> bool:
        """Whether both jails have the same there: the repository, Python and what it imports from."""
        name = os.path.abspath(os.fsdecode(path)) if isinstance(path, (str, bytes)) else ""
        return name.startswith((*self._homes, *_SYSTEM)) or name + os.sep in self._homes


def _wire(owner: Any, method: str, doors: Doors) -> Any:
    original = getattr(owner, method)

    def tripped(*args: Any, **kwargs: Any) -> Any:
        if doors.watched and doors.seen is None:
            doors.seen = "%s.%s" % (owner.__name__, method)
        return original(*args, **kwargs)

    setattr(owner, method, tripped)
    return tripped
