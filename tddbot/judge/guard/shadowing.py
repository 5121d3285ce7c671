"""New modules that would be imported in place of Python's own, or of one that is installed."""

import sys
from pathlib import PurePosixPath

from tddbot.domain import Edit
from tddbot.judge.guard.ground import Ground
from tddbot.protection import is_test

_ROOTS = frozenset({"", "src", "lib", "python"})
_NEVER = sys.stdlib_module_names | {
    "pytest", "_pytest", "pluggy", "iniconfig", "exceptiongroup", "tomli", "xdist", "hypothesis", "coverage", "mock",
    "pytest_cov", "pytest_mock", "execnet", "typing_extensions", "setuptools", "pkg_resources", "pip", "colorama",
    "pygments", "_virtualenv", "distutils", "py",
}  # fmt: skip


def shadowed(edit: Edit, ground: Ground) -> str | None:
    """Return the name of a module that a new file would hide from whoever imports it by its top name, or None."""
    if edit.before is not None or edit.after is None or not edit.path.endswith((".py", ".so", ".pyc", ".pyd")):
        return None
    parts = PurePosixPath(edit.path).parts
    for depth, part in enumerate(parts):
        if not _is_root("/".join(parts[:depth]), ground):
            continue
        name = part.partition(".")[0]
        here = "/".join(parts[: depth + 1])
        is_there = any(path.startswith(f"{here}/") for path in ground.files)
        if name in _NEVER and not is_there:
            return name
        if name in ground.importable and not is_there and depth == len(parts) - 1 - (parts[-1] == "__init__.py"):
            return name
    return None


def _is_root(directory: str, ground: Ground) -> bool:
    """Whether modules of a directory are imported by their top names."""
    if directory in _ROOTS:
        return True
    if f"{directory}/__init__.py" in ground.files:
        return False
    return any(path.rpartition("/")[0] == directory and is_test(path) for path in ground.files)
