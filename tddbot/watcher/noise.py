"""Names that are never the user's work: what editors and tddbot write on the way, and trees that tools fill."""

import re
from fnmatch import translate

_PASSING_FILES = re.compile(
    "|".join(
        translate(pattern)
        for pattern in (
            ".tddbot-*.tmp",
            # vim: swap files, backups, and the number with which it tries whether it may write
            ".*.sw?", "*.swp", "*~", "4913",
            # emacs: lock files and automatic saves
            ".#*", "#*#",
            # JetBrains' safe write, GLib (gedit), KDE
            "*___jb_tmp___", "*___jb_old___", ".goutputstream-*", "*.kate-swp",
            "*.pyc",
        )
    )
)  # fmt: skip

_TOOL_TREES = frozenset(
    {
        ".git", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis",
        ".tox", ".nox", ".venv", "venv", "node_modules",
    }
)  # fmt: skip


_IN_TOOL_TREE = re.compile(rf"(?:^|/)(?:{'|'.join(map(re.escape, _TOOL_TREES))})/")


def is_noise(path: str) -> bool:
    """Whether a file lies in a tree that a tool fills, or has a name that is given to files that will not stay."""
    return _PASSING_FILES.match(path.rpartition("/")[2]) is not None or _IN_TOOL_TREE.search(path) is not None


def is_tool_tree(directory: str) -> bool:
    """Whether a directory is one that a tool fills, by its name."""
    return directory.rpartition("/")[2] in _TOOL_TREES
