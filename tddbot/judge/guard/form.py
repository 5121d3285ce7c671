"""Whether a patch can be written, read back and parsed, and which files it may touch at all."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from tddbot import protection, text
from tddbot.domain import Edit, Patch
from tddbot.parsing import Unparsable, parsed
from tddbot.proof import Objection

LARGEST = 2_000_000
"""The most bytes of one file after a patch."""

_LOCKS = (
    "poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock", "pylock.toml", "pylock.*.toml", "pixi.lock",
    "conda-lock.yml", "*.conda-lock.yml",
)  # fmt: skip
_REQUIREMENTS = ("requirements*.txt", "constraints*.txt")


def named(path: str) -> str:
    """Return a path as it may be printed."""
    return path if path.isprintable() and len(path) <= 200 else ascii(path[:200])


def clashes(patch: Patch) -> Iterator[Objection]:
    """One file once, also on file systems that ignore case or Unicode's forms; and no file where a directory is."""
    names = {path: unicodedata.normalize("NFC", path).casefold() for path in patch.paths}
    counts = Counter(names[path] for path in patch.paths)
    for path, name in names.items():
        if counts[name] > 1:
            yield Objection("TDB103", named(path), 0, "is edited more than once")
    taken = {names[edit.path] for edit in patch.edits if edit.after is not None}
    for path, name in names.items():
        above = (str(parent) for parent in PurePosixPath(name).parents)
        if name in taken and any(parent in taken for parent in above):
            yield Objection("TDB103", named(path), 0, "lies below another file of the patch")


def malformed(edit: Edit, protected: Sequence[str]) -> Objection | None:
    """Return why an edit is refused before its content is judged: the first of all faults."""
    path = named(edit.path)
    if kind := protection.protected_as(edit.path, protected):
        return Objection("TDB101", path, 0, f"is {kind}")
    if edit.before == edit.after:
        return Objection("TDB102", path, 0, "is not changed")
    if fault := _unwritable(edit):
        return Objection("TDB104", path, 0, fault)
    found = parsed(edit.after) if edit.after is not None and edit.path.endswith((".py", ".pyi")) else None
    if isinstance(found, Unparsable):
        return Objection("TDB105", path, found.line, found.reason)
    return None


def _unwritable(edit: Edit) -> str | None:
    """A text that would not come back from the disk as it is."""
    try:
        edit.before_bytes()
        data = edit.after_bytes()
    except (UnicodeError, LookupError):
        return f"cannot be written as {edit.encoding}"
    if data is None:
        return None
    if len(data) > LARGEST:
        return f"would have {len(data)} bytes; at most {LARGEST} are allowed"
    if b"\0" in data:
        return "would hold a NUL byte"
    if edit.path.endswith(".py") and text.decode(data) != (edit.after, edit.encoding):
        return f"would not be read back as it was written ({edit.encoding})"
    return None


def locks(edit: Edit) -> str | None:
    """Say that a file pins what is installed, or None: it names versions for other runs than those that prove."""
    name = PurePosixPath(edit.path.lower()).name
    if any(fnmatchcase(name, pattern) for pattern in _LOCKS):
        return "pins what is installed"
    if any(fnmatchcase(name, pattern) for pattern in _REQUIREMENTS) and "--hash=" in (edit.before or ""):
        return "pins what is installed, with hashes"
    return None
