"""Which lines of the repository a test runs: `sys.monitoring` from Python 3.12 on, `sys.settrace` below."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from types import CodeType, FrameType
from typing import Any, Callable, Iterator

from tddbot.runner.guest.failures import relative

_TOOL = 3


class Tracer:
    """Records the lines that run below `root`, environments aside."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._paths: dict[str, str | None] = {}
        self._hits: set[tuple[str, int]] = set()

    @contextlib.contextmanager
    def recording(self) -> Iterator[dict[str, list[int]]]:
        """Yield a dict that is filled at the end: sorted lines by path. Recordings do not nest."""
        lines: dict[str, list[int]] = {}
        stop = self._monitor() if sys.version_info >= (3, 12) else self._settrace()
        try:
            yield lines
        finally:
            stop()
            for path, line in sorted(self._hits):
                lines.setdefault(path, []).append(line)
            self._hits = set()

    def _monitor(self) -> Callable[[], None]:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
        if monitoring.get_tool(_TOOL) is not None:
            return lambda: None

        def on_line(code: CodeType, line: int) -> Any:
            path = self._path(code.co_filename)
            if path is not None:
                self._hits.add((path, line))
            return monitoring.DISABLE

        monitoring.use_tool_id(_TOOL, "tddbot")
        monitoring.register_callback(_TOOL, monitoring.events.LINE, on_line)
        monitoring.set_events(_TOOL, monitoring.events.LINE)
        monitoring.restart_events()

        def stop() -> None:
            monitoring.set_events(_TOOL, 0)
            monitoring.free_tool_id(_TOOL)

        return stop

    def _settrace(self) -> Callable[[], None]:
        if sys.gettrace() is not None:
            return lambda: None
        threading.settrace(self._on_call)
        sys.settrace(self._on_call)

        def stop() -> None:
            sys.settrace(None)
            threading.settrace(None)

        return stop

    def _on_call(self, frame: FrameType, _event: str, _argument: object) -> Any:
        path = self._path(frame.f_code.co_filename)
        if path is None:
            return None
        hits = self._hits

        def on_line(frame: FrameType, event: str, _argument: object) -> Any:
            if event == "line":
                hits.add((path, frame.f_lineno))
            return on_line

        return on_line

    def _path(self, filename: str) -> str | None:
        """The repository path of a code object's file, or None where it is not the repository's own code."""
        if filename not in self._paths:
            path = relative(os.path.abspath(filename), self._root)
            foreign = os.path.isabs(path) or "site-packages" in path or filename.startswith("<")
            self._paths[filename] = None if foreign else path
        return self._paths[filename]
