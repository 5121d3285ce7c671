"""A patch as people and git read it: a unified difference. Pure."""

import difflib
import os
from collections.abc import Iterator

from tddbot.domain import Edit, Patch

_ESCAPES = {0x07: "a", 0x08: "b", 0x09: "t", 0x0A: "n", 0x0B: "v", 0x0C: "f", 0x0D: "r", 0x22: '"', 0x5C: "\\"}


def unified(patch: Patch) -> str:
    """Return the patch in git's dialect of the unified format, which `git apply` takes.

    A file that comes or goes is against /dev/null and has its mode named, so that an empty one shows too.
    """
    return "".join(line for edit in patch.edits for line in _of(edit))


def _of(edit: Edit) -> Iterator[str]:
    old, new = _named(f"a/{edit.path}"), _named(f"b/{edit.path}")
    yield f"diff --git {old} {new}\n"
    if edit.before is None:
        yield "new file mode 100644\n"
    if edit.after is None:
        yield "deleted file mode 100644\n"
    before, after = _lines(edit.before or ""), _lines(edit.after or "")
    old, new = ("/dev/null" if edit.before is None else old), ("/dev/null" if edit.after is None else new)
    for line in difflib.unified_diff(before, after, old, new):
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """The lines as git counts them: a form feed or a lone carriage return ends none."""
    *whole, rest = text.split("\n")
    return [line + "\n" for line in whole] + ([rest] if rest else [])


def _named(path: str) -> str:
    """The path, quoted as git does where it has characters that would break the line or end the name."""
    if path.isprintable() and not {'"', "\\"}.intersection(path):
        return path
    return '"' + "".join(map(_escaped, os.fsencode(path))) + '"'


def _escaped(byte: int) -> str:
    if byte in _ESCAPES:
        return "\\" + _ESCAPES[byte]
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}"
