"""Writing a proven patch: journal, temporary files, compare-and-swap of each file; all of it or nothing."""

import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from tddbot.domain import Applied, Conflict, Edit, Patch
from tddbot.protection import protected_as
from tddbot.repository import directories, durable, journal, lock, memory, swap, worktree
from tddbot.repository.journal import Change, Journal
from tddbot.repository.recover import recover, roll_back, settle, shown


def apply(desk: Path, root: Path, patch: Patch, protected: tuple[str, ...]) -> Applied | Conflict:
    """Write `patch` to the tree at `root`; a conflict has changed no byte."""
    if reason := _forbidden(patch, protected):
        return Conflict(reason)
    try:
        with lock.held(desk):
            if told := recover(desk, root):
                return Conflict(" ".join(told))
            planned = _plan(desk, root, patch)
            return Conflict(planned) if isinstance(planned, str) else _write(desk, root, planned)
    except OSError as error:
        return Conflict(_trouble(error))


def _forbidden(patch: Patch, protected: Iterable[str]) -> str | None:
    """Say why the patch may not be applied whatever the tree holds: the third lock of rule 2."""
    for path in patch.paths:
        if kind := protected_as(path, protected):
            return f"{shown(path)} may not be touched: it is {kind}."
        if any("\ud800" <= character <= "\udfff" for character in path):
            return f"{shown(path)} may not be touched: its name is not UTF-8."
        if patch.paths.count(path) > 1:
            return f"{shown(path)} is edited twice by one patch."
    return None


def _plan(desk: Path, root: Path, patch: Patch) -> Journal | str:
    """Return what to do, or say which file is not as the patch expects it; nothing is changed."""
    changes, modes = [], memory.load(desk).modes
    for edit in patch.edits:
        if reason := worktree.obstacle(root, edit.path):
            return f"{shown(edit.path)} {reason}."
        change = _change(root, edit, modes)
        if isinstance(change, str):
            return change
        changes.append(change)
    created = [change.path for change in changes if change.after is not None]
    return Journal(patch.id, tuple(changes), directories.missing(root, created))


def _change(root: Path, edit: Edit, modes: Mapping[str, int]) -> Change | str:
    try:
        before, after = edit.before_bytes(), edit.after_bytes()
    except (UnicodeError, LookupError):
        return f"{shown(edit.path)} cannot be written as {edit.encoding}."
    file = root / edit.path
    if worktree.load(file) != before:
        return _moved_on(edit.path)
    if before is None:
        return Change(edit.path, before, after, modes.get(edit.path))
    now = file.lstat()
    return Change(edit.path, before, after, stat.S_IMODE(now.st_mode), (now.st_uid, now.st_gid))


def _write(desk: Path, root: Path, plan: Journal) -> Applied | Conflict:
    done = 0
    try:
        journal.write(desk, plan)
        _stage(root, plan)
        for number, change in enumerate(plan.changes):
            temporary = None if change.after is None else plan.temporary(root, number)
            if change.before != change.after and not swap.swap(root, change.path, change.before, temporary):
                return _take_back(desk, root, plan, done, _moved_on(change.path))
            done += 1
    except BaseException as error:  # Ctrl-C too leaves the tree as it was
        conflict = _take_back(desk, root, plan, done + 1, _trouble(error))
        if not isinstance(error, OSError):
            raise
        return conflict
    try:
        settle(desk, root, plan)
    except OSError:
        return Applied(plan.patch_id)  # it is; the next start finds the journal and tidies up
    return Applied(plan.patch_id)


def _stage(root: Path, plan: Journal) -> None:
    """Make the directories and write every temporary file to disk, so that renames are all that is left to do."""
    for path in plan.directories:
        (root / path).mkdir(exist_ok=True)
    for number, change in enumerate(plan.changes):
        if change.after is not None and change.after != change.before:
            durable.stage(plan.temporary(root, number), change.after, change.mode, change.owner)


def _take_back(desk: Path, root: Path, plan: Journal, done: int, reason: str) -> Conflict:
    try:
        foreign = roll_back(root, plan, done)
        journal.close(desk) if not foreign else journal.keep(desk, plan)
    except OSError as error:
        return Conflict(f"{reason} {_trouble(error)} What is left of the patch is taken back at the next start.")
    return Conflict(" ".join([reason, *(f"{shown(path)} was changed meanwhile and left so." for path in foreign)]))


def _moved_on(path: str) -> str:
    return f"{shown(path)} has changed since the patch was made."


def _trouble(error: BaseException) -> str:
    said = error.strerror if isinstance(error, OSError) else None
    return f"The working tree could not be written: {said or error}."
