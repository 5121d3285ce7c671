"""What modules change for the whole process when they are imported: put back in the zygote, and in part done again in
each run, as it would have been done there.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import signal
import sys
from typing import Any, Dict, List

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
_ABOVE = 64


class Surroundings:
    """Made before modules are loaded; `restore` when they are, then `repeat` in each fork."""

    def __init__(self) -> None:
        self._handlers = {number: signal.getsignal(number) for number in signal.Signals}
        self._streams = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _ABOVE) for fd in range(len(_STREAMS))]
        self._path = list(sys.path)
        self._environment = dict(os.environ)
        self._first: List[str] = []
        self._last: List[str] = []
        self._set: Dict[str, str] = {}

    def restore(self) -> None:
        """Put back what the zygote and the jails depend on, and note the rest."""
        for number, handler in self._handlers.items():
            if handler is not None and signal.getsignal(number) != handler:
                signal.signal(number, handler)
        signal.setitimer(signal.ITIMER_REAL, 0)
        os.umask(0o022)
        os.chdir("/")
        gc.disable()
        self._reopen()
        old = set(self._path)
        kept = [number for number, entry in enumerate(sys.path) if entry in old] or [0]
        self._first = sys.path[: kept[0]]
        self._last = [entry for entry in sys.path[kept[0] :] if entry not in old]
        self._set = {name: value for name, value in os.environ.items() if self._environment.get(name) != value}

    def _reopen(self) -> None:
        """Have the three streams as they were, and nothing in their buffers."""
        for fd, (name, mode) in enumerate(_STREAMS):
            stream: Any = getattr(sys, "__%s__" % name)
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
            os.dup2(self._streams[fd], fd)
            os.close(self._streams[fd])
            if stream.closed:
                stream = os.fdopen(fd, mode, encoding="utf-8", closefd=False)
                setattr(sys, "__%s__" % name, stream)
            setattr(sys, name, stream)

    def repeat(self) -> None:
        """Do again what was done to the path and the environment, which each run sets up anew; and seed numpy again.

        Python's own random numbers are seeded in each fork.
        """
        sys.path[:0] = self._first
        sys.path += self._last
        os.environ.update(self._set)
        numbers: Any = sys.modules.get("numpy.random")
        if numbers is not None:
            numbers.seed()
