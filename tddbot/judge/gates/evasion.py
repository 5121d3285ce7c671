"""Ways to have no finding without being in order: a check's configuration changed, or a whole file taken out of it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from tddbot.domain import Edit, Patch
from tddbot.judge.gates.findings import Finding

_FILES: Mapping[str, tuple[str, ...]] = {
    "ruff": ("ruff.toml", ".ruff.toml"),
    "mypy": ("mypy.ini", ".mypy.ini"),
    "pyright": ("pyrightconfig.json",),
}
"""Configuration that no other rule protects."""

_WHOLE_FILE: Mapping[str, re.Pattern[str]] = {
    "ruff": re.compile(r"\s*#\s*(?:ruff|flake8)\s*:\s*noqa\b", re.IGNORECASE),
    "mypy": re.compile(r"\s*#\s*(?:mypy\s*:|type\s*:\s*ignore\s*$)"),
    "pyright": re.compile(r"\s*#\s*(?:pyright\s*:\s*(?!ignore)|type\s*:\s*ignore\s*$)"),
}
"""Comments on a line of their own that switch a check off, or set it, for all of a file."""


def as_checked(patch: Patch) -> Patch:
    """The patch without what would change how it is checked."""
    names = {name for names in _FILES.values() for name in names}
    return Patch(tuple(edit for edit in patch.edits if PurePosixPath(edit.path).name not in names))


def evasions(name: str, patch: Patch) -> Iterator[Finding]:
    """Yield what in a patch keeps the check `name` from finding anything."""
    for edit in patch.edits:
        if PurePosixPath(edit.path).name in _FILES[name]:
            yield Finding(edit.path, 0, "configuration", "the patch changes how it is checked")
        else:
            yield from _switched_off(name, edit)


def _switched_off(name: str, edit: Edit) -> Iterator[Finding]:
    before = {line.strip() for line in (edit.before or "").split("\n")}
    for number, line in enumerate((edit.after or "").split("\n"), 1):
        if _WHOLE_FILE[name].match(line) and line.strip() not in before:
            yield Finding(edit.path, number, "configuration", f"the file is taken out of the check: {line.strip()}")
