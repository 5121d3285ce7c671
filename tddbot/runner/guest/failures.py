"""An exception as plain data: its type, message and the traceback's frames with their locals."""

from __future__ import annotations

import os
import traceback
from typing import Any

from tddbot.runner.guest.exhaustion import breach

_HEAD, _TAIL = 10, 30
_LOCALS = 20


def describe(error: BaseException, phase: str, root: str, detail: bool) -> dict[str, Any]:
    """Return the failure's fields: locals only where `detail` is asked for, `breach` where a limit was reached."""
    told = {
        "phase": phase,
        "type": type(error).__name__,
        "message": shorten(_message(error), 2000),
        "frames": _frames(error, root, detail),
    }
    limit = breach(error)
    if limit is not None:
        told["breach"] = limit
    return told


def shorten(text: str, most: int = 16000) -> str:
    """Return `text` with its middle left out where it is longer than `most` characters."""
    if len(text) <= most:
        return text
    half = most // 2
    return "%s\n[… %d characters left out …]\n%s" % (text[:half], len(text) - 2 * half, text[-half:])


def safe_repr(value: object, most: int) -> str:
    """Return repr(value), whatever it does, in at most about `most` characters."""
    try:
        return shorten(repr(value), most)
    except BaseException as error:  # somebody else's code, and only to be looked at
        return "<%s whose repr raised %s>" % (type(value).__name__, type(error).__name__)


def _message(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return "".join(traceback.format_exception_only(type(error), error)).strip()
    try:
        return str(error)
    except BaseException as broken:  # as above
        return "<an exception whose str raised %s>" % type(broken).__name__


def _frames(error: BaseException, root: str, detail: bool) -> list[dict[str, Any]]:
    found = [
        _frame(frame, line, root, detail)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if not _is_machinery(frame.f_code.co_filename)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        found.append({"path": relative(error.filename, root), "line": error.lineno or 1, "function": "<module>"})
    return found if len(found) <= _HEAD + _TAIL else found[:_HEAD] + found[-_TAIL:]


def _frame(frame: Any, line: int, root: str, detail: bool) -> dict[str, Any]:
    path = relative(os.path.abspath(frame.f_code.co_filename), root)
    entry = {"path": path, "line": line, "function": frame.f_code.co_name}
    if detail and frame.f_code.co_name != "<module>" and not os.path.isabs(path):
        names = [name for name in frame.f_locals if isinstance(name, str) and not name.startswith("@")][:_LOCALS]
        entry["locals"] = [[name, safe_repr(frame.f_locals[name], 300)] for name in names]
    return entry


def _is_machinery(path: str) -> bool:
    """Whether a frame is pytest's, the import system's or the guest's own."""
    parts = path.replace("\\", "/")
    return "/_pytest/" in parts or "/pluggy/" in parts or path.startswith("<frozen ") or _GUEST in parts


_GUEST = os.path.dirname(os.path.abspath(__file__)) + "/"


def relative(path: str, root: str) -> str:
    """Return `path` relative to `root` where it lies in it, else as it is."""
    return path[len(root) + 1 :] if path.startswith(root + os.sep) else path
