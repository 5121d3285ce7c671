"""The user's repository behind the port: composes finding, looking, snapshot, apply and recovery."""

from contextlib import suppress
from pathlib import Path

from tddbot.domain import Applied, Committed, Conflict, NotCommitted, Patch, Snapshot
from tddbot.errors import UnfitError
from tddbot.repository import (
    apply,
    busy,
    changes,
    commit,
    durable,
    journal,
    lock,
    place,
    recover,
    snapshot,
    tidy,
    worktree,
)
from tddbot.repository.place import Place


class GitRepository:
    """A git repository with a working tree. Every method may be called from any thread."""

    def __init__(self, where: Place, protected: tuple[str, ...] = ()) -> None:
        self._place = where
        self._protected = protected

    @classmethod
    def open(cls, path: Path, protected: tuple[str, ...] = ()) -> "GitRepository":
        """Open the repository that `path` lies in, which changes nothing; `protected` are patterns of rule 2.

        Raise UnfitError where there is none, it is bare, git is missing or does not trust it.
        """
        return cls(place.find(path), protected)

    @property
    def root(self) -> Path:
        """The working tree's top, absolute and resolved."""
        return self._place.root

    @property
    def state(self) -> Path:
        """tddbot's directory in the git common directory, made when asked for. Raise UnfitError if it cannot be."""
        return self._place.state

    @property
    def worktree(self) -> str:
        """The name of this one among the worktrees that share the state; the main one has none, wherever it is moved.

        Raise UnfitError where the state cannot be made.
        """
        desk = self._place.desk
        return "" if self._place.git_dir == self._place.common_dir else desk.name

    def last_tried(self) -> str | None:
        """Return the ID of the patch that was applied last here, or should have been: whoever asked for it may have
        died before noting how it ended. An undo has the ID of the inverse. Raise UnfitError for an unreadable journal.
        """
        desk = self._place.desk
        if left := journal.load(desk):
            return left.patch_id
        try:
            return (desk / "last").read_text()
        except (OSError, UnicodeDecodeError):
            return None

    def refuse_if_busy(self) -> None:
        """Raise UnfitError during a merge, rebase, cherry-pick, revert, bisect, or another git's work on the index."""
        busy.refuse(self._place)

    def recover(self) -> tuple[str, ...]:
        """Take back or finish what an interrupted apply left, and say so. For every start; doing it twice is fine.

        Raise UnfitError where the working tree cannot be written. Old files of tddbot's own are removed as well.
        """
        try:
            tidy.tidy(self.state)
            with lock.held(self._place.desk):
                return recover.recover(self._place.desk, self.root)
        except OSError as error:
            message = f"An interrupted apply in {self.root} could not be taken back: {error}"
            raise UnfitError(message, "Mend that, then start tddbot again.") from error

    def snapshot(self) -> Snapshot:
        """Return the tree ID of the working tree as it is, never one of a patch half applied."""
        try:
            with lock.held(self._place.desk, shared=True):
                return snapshot.take(self._place)
        except OSError as error:
            raise UnfitError(f"No snapshot of {self.root} could be taken: {error}", "Look for a full disk.") from error

    def files(self) -> tuple[str, ...]:
        """Return the regular files that git tracks or would track, sorted."""
        return worktree.files(self.root)

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes in the working tree, or None for anything but a plain file of the working tree."""
        return worktree.read(self.root, path)

    def changes_since(self, tree: str, snapshot: Snapshot) -> Patch | None:
        """Return what leads from an older tree to the snapshot's; None where the older one is not known any more.

        None, too, where more than `changes.MOST_FILES` files have changed.
        """
        return changes.since(self._place, tree, snapshot, self._protected)

    def apply(self, patch: Patch, protected: tuple[str, ...] = ()) -> Applied | Conflict:
        """Write the patch by compare-and-swap on each file, all of it or nothing."""
        desk = self._place.desk
        with suppress(OSError, UnicodeError, LookupError):  # what refuses this refuses the apply as well
            durable.write(desk / "last", patch.id.encode())
        return apply.apply(desk, self.root, patch, (*self._protected, *protected))

    def commit(self, patch: Patch, message: str) -> Committed | NotCommitted:
        """Commit an applied patch's files, and nothing else of the user's, as their own `git commit` would."""
        return commit.commit(self._place, patch, message)
