"""What becomes of a failed assertion on its way up: the file in which, or for which, it was caught."""

from __future__ import annotations

import opcode
import threading
from types import CodeType, FrameType, TracebackType
from typing import Any, Callable, Dict, Optional

import pytest

Asserted = Dict[str, Any]
"""Its `path` and `line`, and `by`: the file that swallowed it, "" for a thread or task that nobody asked."""

_KINDS = (AssertionError, pytest.fail.Exception)
_ASSERTING = frozenset({"unittest", "_pytest", "pytest", "numpy", "pandas"})
_ALONE = frozenset({"asyncio.events", "threading"})
_MOST = 200
_DEEPEST = 5
_ENDS = frozenset(
    opcode.opmap[name]
    for name in ("RETURN_VALUE", "RETURN_CONST", "RETURN_GENERATOR", "YIELD_VALUE")
    if name in opcode.opmap
)


class _Failed:
    """An assertion that failed, and the frame that saw it last."""

    def __init__(self, path: str, frame: FrameType) -> None:
        self.path = path
        self.line = frame.f_lineno
        self.code = frame.f_code
        self.by: str | None = path


class Watch:
    """Follows failed assertions through the repository's own frames; `path` is a file's there, None elsewhere.

    It holds no exception, which would keep alive what the test may want to see die: a number that is used again is
    told by the traceback, which begins anew. `on_failed` is told of code without parameters in which one failed.
    """

    def __init__(self, path: Callable[[str], Optional[str]]) -> None:
        self._path = path
        self._open: dict[int, _Failed] = {}
        self._failed: list[_Failed] = []
        self.has_failed = False
        self._raising: dict[int, _Failed] = {}
        self._codes: dict[int, CodeType] = {}
        self.on_failed: Callable[[CodeType], None] = lambda _: None

    def heeds(self, error: BaseException) -> bool:
        """Whether it is to be told of an exception."""
        return isinstance(error, _KINDS) or bool(self._open)

    def raised(self, frame: FrameType, error: BaseException, trace: TracebackType | None = None) -> None:
        """Note that an exception was raised in a frame of the repository, or has come up to it."""
        known = self._begun(frame, error, trace or error.__traceback__) or self._known(error)
        if known is None:
            self._raising.pop(id(frame), None)
        else:
            self._open[id(error)] = self._raising[id(frame)] = known
            known.by = self._path(frame.f_code.co_filename)

    def left(self, frame: FrameType, error: BaseException) -> None:
        """Note that an exception leaves a frame."""
        known = self._known(error)
        if known is not None:
            known.by = self._above(frame)

    def returned(self, frame: FrameType) -> None:
        """Note that a frame is over, be it by an exception."""
        known = self._raising.pop(id(frame), None)
        if known is None:
            self.ended(frame.f_code)
        elif frame.f_code.co_code[frame.f_lasti] not in _ENDS:
            known.by = self._above(frame)

    def ended(self, code: CodeType) -> bool:
        """Note that some code came to its end; what failed in it before was tried again if it takes no parameters."""
        if id(code) not in self._codes:
            return False
        self._failed = [each for each in self._failed if each.code is not code]
        return True

    def failed(self) -> list[CodeType]:
        """The code of which `on_failed` was told."""
        return list(self._codes.values())

    def asserted(self) -> list[Asserted]:
        """What failed and was not seen by the test framework, in its order."""
        found = [{"path": each.path, "line": each.line, "by": each.by} for each in self._failed if each.by is not None]
        return [each for at, each in enumerate(found) if each not in found[:at]]

    def _begun(self, frame: FrameType, error: BaseException, trace: TracebackType | None) -> _Failed | None:
        if not isinstance(error, _KINDS) or len(self._failed) >= _MOST or not self._is_own(frame, trace):
            return None
        code = frame.f_code
        made = _Failed(self._path(code.co_filename) or "", frame)
        self._failed.append(made)
        self.has_failed = True
        if not code.co_argcount + code.co_kwonlyargcount + (code.co_flags & 0x0C) and id(code) not in self._codes:
            self._codes[id(code)] = code
            self.on_failed(code)
        return made

    def _is_own(self, frame: FrameType, trace: TracebackType | None) -> bool:
        """Whether an exception comes from this frame itself, or from what it asserts with."""
        while trace is not None and trace.tb_frame is not frame:
            trace = trace.tb_next
        last = frame
        trace = trace.tb_next if trace is not None else None
        while trace is not None:
            last = trace.tb_frame
            if self._path(last.f_code.co_filename) is not None:
                return False
            trace = trace.tb_next
        return last is frame or str(last.f_globals.get("__name__")).partition(".")[0] in _ASSERTING

    def _known(self, error: BaseException) -> _Failed | None:
        """The assertion that this exception is, or in whose place it was raised."""
        one: BaseException | None = error
        for _ in range(_DEEPEST):
            if one is None or id(one) in self._open:
                break
            one = one.__cause__ or one.__context__
        return self._open.get(id(one))

    def _above(self, frame: FrameType) -> str | None:
        """The repository's file that called, None where the test framework did."""
        above = frame.f_back
        while above is not None:
            path = self._path(above.f_code.co_filename)
            if path is not None:
                return path
            if above.f_globals.get("__name__") in _ALONE:
                return ""
            above = above.f_back
        return None if threading.current_thread() is threading.main_thread() else ""
