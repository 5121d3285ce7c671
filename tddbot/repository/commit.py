"""Committing an applied patch: its files alone, through git's own `commit`, so that hooks and signing are the user's.

The commit is made with an index of tddbot's own, HEAD's with the patch in it. What else the user has staged or changed
is neither in it nor touched, and where it is not made, nothing has changed at all.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tddbot.domain import Committed, Edit, NotCommitted, Patch
from tddbot.errors import UnfitError
from tddbot.repository import busy
from tddbot.repository.git import Answer, Git, session
from tddbot.repository.place import Place
from tddbot.repository.recover import shown

_LITERAL = {"GIT_LITERAL_PATHSPECS": "1"}
_OWN_INDEX = ("core.splitIndex=false", "core.fsmonitor=false")
_WORDS = 8
_TRIES, _PAUSE = 50, 0.1
_LEFT = "the commit is made, but the index could not be brought up to it: `git reset -- {}` does that"


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a tree has at a path."""

    mode: str
    object: str


def commit(place: Place, patch: Patch, message: str) -> Committed | NotCommitted:
    """Commit the patch, which is in the working tree, with a message in UTF-8; or say in a clause why it is not done.

    It is not where a file of it had other changes that are not committed, and where git or a hook refuses.
    """
    try:
        busy.refuse(place)
        with session(place.root) as git:
            return _commit(place, git, patch, message)
    except UnfitError as error:
        return NotCommitted(error.message.rstrip("."))
    except OSError as error:
        return NotCommitted(f"it could not be prepared: {error.strerror or error}")


def _commit(place: Place, git: Git, patch: Patch, message: str) -> Committed | NotCommitted:
    head = _head(git)
    if not head:
        return NotCommitted("there is no commit yet for it to follow")
    if git.ask("var", "GIT_AUTHOR_IDENT").status or git.ask("var", "GIT_COMMITTER_IDENT").status:
        return NotCommitted("git knows no name and address to commit as: set user.name and user.email")
    entries = _entries(git, head, patch)
    if reason := next(filter(None, (_obstacle(git, edit, entries) for edit in patch.edits)), ""):
        return NotCommitted(reason)
    with tempfile.TemporaryDirectory(prefix="commit-", dir=place.state) as directory:
        index = Path(directory, "index")
        _prepare(place, git, index, head, patch, entries)
        if _head(git) != head:
            return NotCommitted("somebody else has just committed")
        arguments = ("commit", "--quiet", "--cleanup=whitespace", "--file=-")
        config = (*_OWN_INDEX, "i18n.commitEncoding=UTF-8")
        answer = git.ask(*arguments, env={"GIT_INDEX_FILE": index}, config=config, stdin=message.encode(), is_own=True)
    made = _head(git)
    if made == head:
        return NotCommitted(f"git commit refused: {_said(answer)}")
    return Committed(made, _follow(git, made, patch))


def _head(git: Git) -> str:
    return git.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}").out.decode().strip()


def _entries(git: Git, commit: str, patch: Patch) -> Mapping[str, _Entry]:
    """What a commit has at the paths of the patch."""
    listed = git.run("ls-tree", "-z", "--full-tree", commit, "--", *patch.paths, env=_LITERAL)
    found = {}
    for line in filter(None, listed.split(b"\0")):
        about, path = line.split(b"\t", 1)
        mode, _, name = about.decode("ascii").split(" ")
        found[os.fsdecode(path)] = _Entry(mode, name)
    return found


def _obstacle(git: Git, edit: Edit, entries: Mapping[str, _Entry]) -> str:
    """Say what of the user's own would get into the commit, or ""."""
    before, entry = edit.before_bytes(), entries.get(edit.path)
    was = "" if before is None else _blob(git, edit.path, before)
    staged = git.run("diff-index", "--cached", "--name-only", "HEAD", "--", edit.path, env=_LITERAL)
    if was != (entry.object if entry else "") or staged:
        return f"{shown(edit.path)} had changes before that are not committed, and they would be in it"
    if entry is None and git.ask("check-ignore", "--quiet", "--", f"./{edit.path}").status == 0:
        return f"{shown(edit.path)} is a file that git is told to ignore"
    return ""


def _blob(git: Git, path: str, content: bytes, *, write: bool = False) -> str:
    """The name of a content as git would keep it at a path: line endings and filters are as the user has them."""
    options = ("-w",) if write else ()
    said = git.run("hash-object", *options, f"--path={path}", "--stdin", stdin=content, is_own=True)
    return said.decode("ascii").strip()


def _prepare(place: Place, git: Git, index: Path, head: str, patch: Patch, entries: Mapping[str, _Entry]) -> None:
    """Make an index of what HEAD has with the patch in it; the times of the user's index save reading every file."""
    if (source := place.git_dir / "index").exists():
        shutil.copy2(source, index)
    run = partial(git.run, env={"GIT_INDEX_FILE": index}, config=_OWN_INDEX)
    run("read-tree", "--reset", head)
    lines = [_line(edit, _entry(place, git, edit, entries), len(head)) for edit in patch.edits]
    run("update-index", "-z", "--index-info", stdin=b"".join(lines))


def _entry(place: Place, git: Git, edit: Edit, entries: Mapping[str, _Entry]) -> _Entry | None:
    after = edit.after_bytes()
    if after is None:
        return None
    is_program = edit.path not in entries and os.access(place.root / edit.path, os.X_OK)
    mode = entries[edit.path].mode if edit.path in entries else "100755" if is_program else "100644"
    return _Entry(mode, _blob(git, edit.path, after, write=True))


def _line(edit: Edit, entry: _Entry | None, digits: int) -> bytes:
    """One line of `update-index --index-info`; mode 0 takes a path out."""
    about = f"{entry.mode} {entry.object}" if entry else f"0 {'0' * digits}"
    return about.encode("ascii") + b"\t" + os.fsencode(edit.path) + b"\0"


def _follow(git: Git, made: str, patch: Patch) -> str:
    """Bring the patch's files in the user's index up to the commit, and say what is to be done where that fails."""
    entries = _entries(git, made, patch)
    lines = b"".join(_line(edit, entries.get(edit.path), len(made)) for edit in patch.edits)
    for _ in range(_TRIES):
        if git.ask("update-index", "-z", "--index-info", stdin=lines, is_own=True).status == 0:
            git.ask("update-index", "-q", "--refresh", is_own=True)
            return ""
        time.sleep(_PAUSE)  # another git holds the index
    return _LEFT.format(" ".join(shown(path) for path in patch.paths))


def _said(answer: Answer) -> str:
    """The last lines of what git and its hooks said."""
    return " / ".join(_lines(answer)) or f"exit status {answer.status}"


def _lines(answer: Answer) -> list[str]:
    def kept() -> Iterator[str]:
        for line in (answer.out.decode("utf-8", "replace") + "\n" + answer.err).splitlines():
            if line.strip() and not line.startswith("hint:"):
                yield line.strip()

    return list(kept())[-_WORDS:]
