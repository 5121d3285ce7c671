"""The directories that a patch needs: which are missing, and taking away those that are empty again."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tddbot.repository import worktree


def missing(root: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Return the directories that have to be made for `paths`, the outermost first."""
    return tuple(path for path in around(paths) if not (root / path).is_dir())


def around(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the directories that `paths` lie in, without the root, each once and the outermost first."""
    return tuple(dict.fromkeys(str(parent) for path in paths for parent in worktree.parents(path)))


def remove_empty(root: Path, made: Iterable[str]) -> None:
    """Remove those of the directories that are there and empty, the innermost first."""
    for path in sorted(made, key=len, reverse=True):
        with suppress(OSError):
            (root / path).rmdir()
