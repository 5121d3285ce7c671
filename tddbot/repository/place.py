"""Where a repository's parts lie, and where tddbot may write. Finding them changes nothing."""

import os
from dataclasses import dataclass
from pathlib import Path

from tddbot.errors import UnfitError
from tddbot.repository.git import Answer, Git, session


@dataclass(frozen=True, slots=True)
class Place:
    """The working tree's top, its own git directory, and the one that all its worktrees share; absolute, resolved."""

    root: Path
    git_dir: Path
    common_dir: Path

    @property
    def state(self) -> Path:
        """tddbot's own directory (rule 10 of the design), made if need be. Raise UnfitError where it cannot be."""
        return private_directory(self.common_dir / "tddbot")

    @property
    def desk(self) -> Path:
        """The part of the state that belongs to this worktree alone: the lock, the journal, the directories made."""
        if self.git_dir == self.common_dir:
            return private_directory(self.state / "apply")
        return private_directory(private_directory(self.state / "worktrees") / self.git_dir.name)


def find(path: Path) -> Place:
    """Find the repository that `path` lies in. Raise UnfitError for none, a bare one, or one git does not trust."""
    path = path.absolute()
    with session(path) as git:
        if _line(git, path, "--is-bare-repository") == "true":
            raise UnfitError(f"{path} is a bare repository.", "tddbot needs a working tree: clone it and start there.")
        root = Path(_line(git, path, "--show-toplevel"))
        git_dir = Path(_line(git, path, "--absolute-git-dir"))
        common_dir = path / _line(git, path, "--git-common-dir")
    return Place(root.resolve(), git_dir.resolve(), common_dir.resolve())


def private_directory(path: Path) -> Path:
    """Make a directory for this user alone, unless it is there. Raise UnfitError where it cannot be made."""
    try:
        path.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UnfitError(f"tddbot cannot keep its state in {path}: {error.strerror}.", "Make it writable.") from error
    return path


def _line(git: Git, path: Path, question: str) -> str:
    answer = git.ask("rev-parse", question)
    if answer.status != 0:
        raise _unfit(answer, path)
    return os.fsdecode(answer.out.removesuffix(b"\n"))


def _unfit(answer: Answer, path: Path) -> UnfitError:
    if "dubious ownership" in answer.err or "unsafe repository" in answer.err:
        return UnfitError(
            f"git does not trust the repository at {path}: it belongs to another user.",
            f"If you do, run: git config --global --add safe.directory '{path}'",
        )
    if "work tree" in answer.err:
        return UnfitError(f"{path} lies in a repository, but in no working tree of it.", "Start in the working tree.")
    return UnfitError(f"git cannot read the repository at {path}: {answer.err.strip()}", "Try `git status` there.")
