"""The tree ID of the dirty working copy, made with an index and an object directory of tddbot's own."""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tddbot.domain import Snapshot
from tddbot.repository.git import Git, session
from tddbot.repository.place import Place, private_directory


def take(place: Place) -> Snapshot:
    """Write the working tree, untracked files included and ignored ones not, as a tree; raise UnfitError if git cannot.

    What git cannot read (no permission, an embedded repository without a commit) stays as the user's index has it.
    The user's repository gains nothing, no filter and no hook runs. Objects end in `<state>/objects`.
    """
    with session(place.root) as git, tempfile.TemporaryDirectory(prefix="snapshot-", dir=place.state) as directory:
        index = Path(directory, "index")
        _copy_index(place, index)
        configured = _configured(git)
        env = {"GIT_INDEX_FILE": index, "GIT_OBJECT_DIRECTORY": _objects(place)}
        run = partial(git.run, env=env, config=_no_filters(configured))
        _unhide(run, place.root)
        sparse = ["--sparse"] if "core.sparsecheckout" in configured else []
        run("add", "--all", "--ignore-errors", *sparse, allowed=(0, 1))
        tree = run("write-tree", "--missing-ok").decode().strip()
        stamps = _stamps(place.root, run("ls-files", "-z"))
        head = git.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}").out.decode().strip()
    return Snapshot(place.root, tree, head or None, stamps)


def _stamps(root: Path, listed: bytes) -> dict[str, tuple[int, ...]]:
    top, stamps = os.fsencode(root), dict[str, tuple[int, ...]]()
    for path in listed.split(b"\0"):
        try:
            found = os.lstat(os.path.join(top, path))
        except OSError:  # gone again, or never there in a sparse checkout
            continue
        if path and not stat.S_ISDIR(found.st_mode):
            stamps[os.fsdecode(path)] = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    return stamps


def _copy_index(place: Place, index: Path) -> None:
    source = place.git_dir / "index"
    if source.exists():
        # With its time: git rehashes the files that are not older than their index, and must go on doing so.
        shutil.copy2(source, index)


def _objects(place: Place) -> Path:
    """Make the object directory that has the repository's, and so that one's own alternates, as alternate."""
    objects = private_directory(place.state / "objects")
    alternates = objects / "info" / "alternates"
    if not alternates.exists():
        alternates.parent.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=objects, delete=False) as file:
            file.write("../../objects\n")
        os.replace(file.name, alternates)
    return objects


def _unhide(run: Callable[..., bytes], root: Path) -> None:
    """Take off the flags with which a user hides local changes from git; sparse files that are absent keep theirs."""
    entries = [entry for entry in run("ls-files", "-v", "-z").split(b"\0") if entry]
    unwatched = [entry[2:] for entry in entries if entry[:1].islower()]
    top = os.fsencode(root)
    skipped = [entry[2:] for entry in entries if entry[:1] in b"Ss" and os.path.lexists(os.path.join(top, entry[2:]))]
    for option, paths in (("--no-assume-unchanged", unwatched), ("--no-skip-worktree", skipped)):
        if paths:
            run("update-index", option, "-z", "--stdin", stdin=b"\0".join([*paths, b""]))


def _configured(git: Git) -> set[str]:
    """Return which settings of filters and of sparse checkouts there are."""
    pattern = r"^(filter\..*\..*|core\.sparsecheckout)$"
    names = git.run("config", "-z", "--name-only", "--get-regexp", pattern, allowed=(0, 1))
    return {os.fsdecode(name) for name in names.split(b"\0") if name}


def _no_filters(configured: set[str]) -> tuple[str, ...]:
    """Settings that turn every configured filter off: one may write into the repository, as git-lfs does."""
    filters = sorted({name.rpartition(".")[0] for name in configured if name.startswith("filter.")})
    return tuple(f"{name}.{setting}" for name in filters for setting in ("clean=", "process=", "required=false"))
