"""Taking back, or finishing, what an interrupted apply left; every step compares first and may be repeated."""

from pathlib import Path

from tddbot.repository import directories, durable, journal, memory, worktree
from tddbot.repository.journal import Change, Journal
from tddbot.repository.memory import Memory
from tddbot.repository.swap import holds, swap


def recover(desk: Path, root: Path) -> tuple[str, ...]:
    """Deal with the journal of an interrupted apply, if there is one, and say what was done. The lock must be held.

    Raises OSError where the tree cannot be written; the journal stays for the next time.
    """
    left = journal.load(desk)
    if left is None:
        return ()
    if all(holds(root, change.path, change.after) for change in left.changes):
        settle(desk, root, left)
        return (f"Patch {left.patch_id} was applied in full when tddbot was interrupted; it stays.",)
    foreign = roll_back(root, left, len(left.changes))
    told = f"Patch {left.patch_id} was being applied when tddbot was interrupted; it was taken back."
    if not foreign:
        journal.close(desk)
        return (told,)
    kept = journal.keep(desk, left)
    sentence = "{} was changed meanwhile and left as it is; its text before the patch is kept in {}."
    return (told, *(sentence.format(shown(path), kept) for path in foreign))


def settle(desk: Path, root: Path, done: Journal) -> None:
    """Tidy up after all changes were made: remember the directories made, remove those that an undo emptied."""
    _remove_temporaries(root, done)
    _sync(root, done)
    known = memory.load(desk)
    made = known.directories.union(done.directories)
    deleted = {change.path: change.mode for change in done.changes if change.after is None and change.mode is not None}
    directories.remove_empty(root, made.intersection(directories.around(deleted)))
    there = frozenset(path for path in made if (root / path).is_dir())
    touched = {change.path for change in done.changes}
    modes = {path: mode for path, mode in known.modes.items() if path not in touched}
    memory.save(desk, Memory(there, modes | deleted))
    journal.close(desk)


def roll_back(root: Path, plan: Journal, reached: int) -> tuple[str, ...]:
    """Restore the first `reached` files where they hold what the patch wrote; return the paths of the others."""
    _remove_temporaries(root, plan)
    foreign = []
    for number, change in reversed(list(enumerate(plan.changes[:reached]))):
        if not _restored(root, change, plan.temporary(root, number)):
            foreign.append(change.path)
    directories.remove_empty(root, plan.directories)
    _sync(root, plan)
    return tuple(foreign)


def shown(path: str) -> str:
    """A path as a sentence can hold it: in quotes and escaped where it would break the line."""
    return path if path.isprintable() else ascii(path)


def _restored(root: Path, change: Change, temporary: Path) -> bool:
    if holds(root, change.path, change.before):
        return True
    if not holds(root, change.path, change.after):
        return False
    if change.before is None:
        return swap(root, change.path, change.after, None)
    temporary.parent.mkdir(parents=True, exist_ok=True)
    durable.stage(temporary, change.before, change.mode, change.owner)
    try:
        return swap(root, change.path, change.after, temporary)
    finally:
        temporary.unlink(missing_ok=True)


def _sync(root: Path, plan: Journal) -> None:
    for directory in {(root / change.path).parent for change in plan.changes}:
        if directory.is_dir():
            durable.sync_directory(directory)


def _remove_temporaries(root: Path, plan: Journal) -> None:
    for number in range(len(plan.changes)):
        temporary = plan.temporary(root, number)
        if worktree.obstacle(root, temporary.relative_to(root).as_posix()) is None:
            temporary.unlink(missing_ok=True)
