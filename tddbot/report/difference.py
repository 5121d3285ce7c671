"""A patch as people read it: a unified difference. Pure."""

import difflib
from collections.abc import Iterator

from tddbot.domain import Edit, Patch


def unified(patch: Patch) -> str:
    """Return the patch in git's dialect of the unified format; a file that comes or goes is against /dev/null."""
    return "".join(line for edit in patch.edits for line in _of(edit))


def _of(edit: Edit) -> Iterator[str]:
    before = (edit.before or "").splitlines(keepends=True)
    after = (edit.after or "").splitlines(keepends=True)
    old = "/dev/null" if edit.before is None else f"a/{edit.path}"
    new = "/dev/null" if edit.after is None else f"b/{edit.path}"
    for line in difflib.unified_diff(before, after, old, new):
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
