"""Whether the user's git is in the middle of something. Only looks; it neither waits nor mends."""

import os
from collections.abc import Iterator
from pathlib import Path

from tddbot.errors import UnfitError
from tddbot.repository.place import Place

# (the file that git keeps while it lasts, what it is, the command that ends it); the first that is there counts.
_OPERATIONS = (
    ("MERGE_HEAD", "merge", "git merge --continue` or `git merge --abort"),
    ("rebase-merge", "rebase", "git rebase --continue` or `git rebase --abort"),
    ("rebase-apply/applying", "git am", "git am --continue` or `git am --abort"),
    ("rebase-apply", "rebase", "git rebase --continue` or `git rebase --abort"),
    ("CHERRY_PICK_HEAD", "cherry-pick", "git cherry-pick --continue` or `git cherry-pick --abort"),
    ("REVERT_HEAD", "revert", "git revert --continue` or `git revert --abort"),
    ("sequencer", "cherry-pick or revert", "git status` and do what it says, or `git cherry-pick --abort"),
    ("BISECT_LOG", "bisect", "git bisect reset"),
)


def refuse(place: Place) -> None:
    """Raise UnfitError while a merge or the like is in progress, or while a living process holds the index's lock."""
    for name, operation, command in _OPERATIONS:
        if (place.git_dir / name).exists():
            raise UnfitError(f"A {operation} is in progress in {place.root}.", f"End it with `{command}`, then retry.")
    lock = place.git_dir / "index.lock"
    if lock.exists() and (process := _holder(lock, place)) is not None:
        raise UnfitError(f"Another git command ({process}) is at work in {place.root}.", "Wait for it, then retry.")


def _holder(lock: Path, place: Place) -> str | None:
    """Name the process that holds `lock`; git closes the file but keeps the lock while an editor is open."""
    if not Path("/proc/self/fd").exists():
        return "unknown process"
    for process in _others():
        if lock in _open_files(process) or (_is_git(process) and _works_in(process, place)):
            return f"process {process.name}"
    return None


def _others() -> Iterator[Path]:
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and int(process.name) != os.getpid():
            yield process


def _open_files(process: Path) -> Iterator[Path]:
    try:
        descriptors = list((process / "fd").iterdir())
    except OSError:  # another user's process, or it has ended
        return
    for descriptor in descriptors:
        if (target := _link(descriptor)) is not None:
            yield target


def _is_git(process: Path) -> bool:
    try:
        return (process / "comm").read_bytes().startswith(b"git")
    except OSError:
        return False


def _works_in(process: Path, place: Place) -> bool:
    cwd = _link(process / "cwd")
    return cwd is not None and any(cwd.is_relative_to(top) for top in (place.root, place.git_dir))


def _link(path: Path) -> Path | None:
    try:
        return Path(os.readlink(path))
    except OSError:
        return None
