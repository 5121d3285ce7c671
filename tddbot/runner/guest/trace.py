"""Which lines of the repository a test runs: `sys.monitoring` from Python 3.12 on, `sys.settrace` below."""

from __future__ import annotations

import contextlib
import dis
import opcode
import os
import sys
import threading
from types import CodeType, FrameType
from typing import Any, Callable, Iterator

from tddbot.runner.guest.asserted import Asserted, Watch
from tddbot.runner.guest.failures import relative

_TOOL = 3
_SILENT = frozenset(
    opcode.opmap[name]
    for name in ("RESUME", "MAKE_CELL", "COPY_FREE_VARS", "RETURN_GENERATOR", "GEN_START")
    if name in opcode.opmap
)
"""What code begins with before its first line; tracing calls none of it a line."""

_Local = Callable[[FrameType, str, Any], Any]


class Recording:
    """What one test did: sorted `lines` by path, and the assertions that failed; both are there when it is over.

    `asserted` is None where not all of the test could be watched.
    """

    def __init__(self) -> None:
        self.lines: dict[str, list[int]] = {}
        self.asserted: list[Asserted] | None = None


class Tracer:
    """Records the lines that run below `root`, environments aside, and what becomes of failed assertions there."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._paths: dict[str, str | None] = {}
        self._hits: set[tuple[str, int]] = set()
        self._locals: dict[int, tuple[CodeType, _Local | None, set[int]]] = {}
        self._watch = Watch(self._path)

    @contextlib.contextmanager
    def recording(self) -> Iterator[Recording]:
        """Yield what is filled at the end. Recordings do not nest."""
        made, self._watch = Recording(), Watch(self._path)
        stop = self._monitor() if sys.version_info >= (3, 12) else self._settrace()
        try:
            yield made
        finally:
            if stop():
                made.asserted = self._watch.asserted()
            for path, line in sorted(self._hits):
                made.lines.setdefault(path, []).append(line)
            self._hits, self._locals = set(), {}

    def _monitor(self) -> Callable[[], bool]:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
        if monitoring.get_tool(_TOOL) is not None:
            return lambda: False
        events, watch = monitoring.events, self._watch

        def on_line(code: CodeType, line: int) -> Any:
            path = self._path(code.co_filename)
            if path is not None:
                self._hits.add((path, line))
            return monitoring.DISABLE

        def on_raise(code: CodeType, _offset: int, error: BaseException) -> None:
            if self._path(code.co_filename) is not None and watch.heeds(error):
                watch.raised(sys._getframe(1), error)

        def on_unwind(code: CodeType, _offset: int, error: BaseException) -> None:
            if self._path(code.co_filename) is not None and watch.heeds(error):
                watch.left(sys._getframe(1), error)

        def on_return(code: CodeType, _offset: int, _value: object) -> Any:
            return None if watch.ended(code) else monitoring.DISABLE

        callbacks = {events.LINE: on_line, events.RAISE: on_raise, events.PY_UNWIND: on_unwind}
        callbacks[events.PY_RETURN] = on_return
        monitoring.use_tool_id(_TOOL, "tddbot")
        for event, callback in callbacks.items():
            monitoring.register_callback(_TOOL, event, callback)
        monitoring.set_events(_TOOL, events.LINE | events.RAISE | events.PY_UNWIND)
        watch.on_failed = lambda code: monitoring.set_local_events(_TOOL, code, events.PY_RETURN)
        monitoring.restart_events()

        def stop() -> bool:
            monitoring.set_events(_TOOL, 0)
            for code in watch.failed():
                monitoring.set_local_events(_TOOL, code, 0)
            monitoring.free_tool_id(_TOOL)
            return True

        return stop

    def _settrace(self) -> Callable[[], bool]:
        if sys.gettrace() is not None:
            return lambda: False
        # Neither what another thread does that runs already nor what a greenlet does is told to this one.
        is_whole = threading.active_count() == 1 and "greenlet" not in sys.modules
        on_call = self._on_call
        threading.settrace(on_call)
        sys.settrace(on_call)

        def stop() -> bool:
            is_ours = sys.gettrace() is on_call
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type, unused-ignore]
            return is_whole and is_ours

        return stop

    def _on_call(self, frame: FrameType, _event: str, _argument: object) -> Any:
        code = frame.f_code
        known = self._locals.get(id(code))
        if known is None:
            known = self._locals[id(code)] = self._local(code)
        _, local, missing = known
        if local is not None and not missing:
            frame.f_trace_lines = False
        return local

    def _local(self, code: CodeType) -> tuple[CodeType, _Local | None, set[int]]:
        """Return what traces the frames of some code, and the lines of it that have not run yet."""
        path = self._path(code.co_filename)
        if path is None:
            return code, None, set()
        hits, lines, watch = self._hits, _lines(code), self._watch
        missing = set(lines)

        def on_event(frame: FrameType, event: str, argument: Any) -> Any:
            if event == "line":
                line = frame.f_lineno
                if line in missing:
                    missing.discard(line)
                    hits.add((path, line))
                    frame.f_trace_lines = bool(missing)
                elif line not in lines:
                    hits.add((path, line))
            elif event == "exception":
                if isinstance(argument[1], BaseException) and watch.heeds(argument[1]):
                    watch.raised(frame, argument[1], argument[2])
            elif watch.has_failed:
                watch.returned(frame)
            return on_event

        return code, on_event, missing

    def _path(self, filename: str) -> str | None:
        """The repository path of a code object's file, or None where it is not the repository's own code."""
        if filename not in self._paths:
            path = relative(os.path.abspath(filename), self._root)
            foreign = os.path.isabs(path) or "site-packages" in path or filename.startswith("<")
            self._paths[filename] = None if foreign else path
        return self._paths[filename]


def _lines(code: CodeType) -> frozenset[int]:
    """Return the lines of some code, without those of nested code, that tracing may tell."""
    starts = ((offset, line) for offset, line in dis.findlinestarts(code) if line is not None)
    binary = code.co_code
    return frozenset(line for offset, line in starts if binary[offset] not in _SILENT)
