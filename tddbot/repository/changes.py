"""What leads from an older tree to a snapshot, as a patch that fits the files as they are on disk."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from tddbot.domain import Edit, Patch, Snapshot
from tddbot.protection import protected_as
from tddbot.repository import worktree
from tddbot.repository.git import Git, session
from tddbot.repository.place import Place
from tddbot.text import decode, line_ending, with_line_ending

MOST_FILES = 200
"""The most files that a patch is made of: where a branch was switched, nobody can tell what did it."""

LARGEST = 2_000_000
"""The most bytes of a file on either side."""

_MOST_BYTES = 32_000_000
_OBJECT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REGULAR, _ABSENT = ("100644", "100755"), "000000"


@dataclass(frozen=True, slots=True)
class _Change:
    """A file that differs; its content then and now as object IDs, None where it was, or is, absent."""

    path: str
    then: str | None
    now: str | None

    @property
    def objects(self) -> tuple[str, ...]:
        return tuple(each for each in (self.then, self.now) if each)


def since(place: Place, tree: str, snapshot: Snapshot, protected: tuple[str, ...] = ()) -> Patch | None:
    """Return the patch from a tree or commit to a snapshot; None where an object is gone, or too much has changed.

    What no patch may touch is left out, as are links, submodules, files that are no text or over `LARGEST`, and those
    that are no longer on disk what the snapshot says. Objects are looked for in tddbot's own directory, too.
    """
    if not _OBJECT.fullmatch(tree):
        return None
    with session(place.root) as git:
        listed = git.ask("diff-tree", "-r", "-z", "--no-renames", "--no-abbrev", tree, snapshot.tree, env=_env(place))
        if listed.status != 0:
            return None
        changes = [each for each in _changes(listed.out) if _may_be_touched(each.path, protected)]
        if len(changes) > MOST_FILES:
            return None
        contents = _contents(git, place, [name for change in changes for name in change.objects])
    if contents is None:
        return None
    edits = map(partial(_edit, place, contents), changes)
    return Patch(tuple(edit for edit in edits if edit is not None))


def _env(place: Place) -> dict[str, str]:
    return {"GIT_OBJECT_DIRECTORY": str(place.state / "objects")}


def _changes(listed: bytes) -> Iterator[_Change]:
    """Read `:mode mode object object status NUL path NUL`; what is more or less than a regular file is left out."""
    fields = listed.split(b"\0")
    for about, path in zip(fields[::2], fields[1::2], strict=False):
        mode_then, mode_now, then, now, _ = about.decode("ascii").removeprefix(":").split(" ")
        if then != now and {mode_then, mode_now} <= {*_REGULAR, _ABSENT}:
            yield _Change(
                path.decode("utf-8", "surrogateescape"),
                None if mode_then == _ABSENT else then,
                None if mode_now == _ABSENT else now,
            )


def _may_be_touched(path: str, protected: Iterable[str]) -> bool:
    return protected_as(path, protected) is None and not any("\ud800" <= char <= "\udfff" for char in path)


def _contents(git: Git, place: Place, names: list[str]) -> dict[str, bytes] | None:
    """Return what these objects hold, without those over `LARGEST`; None where one is gone, or it is too much."""
    sizes: dict[str, int] = {}
    for line in _asked(git, place, "--batch-check", names).decode("ascii").splitlines():
        name, *kind = line.split(" ")
        if kind[:1] != ["blob"]:
            return None
        sizes[name] = int(kind[1])
    small = [name for name, size in sizes.items() if size <= LARGEST]
    if sum(sizes[name] for name in small) > _MOST_BYTES:
        return None
    return _parted(_asked(git, place, "--batch", small), small, sizes)


def _asked(git: Git, place: Place, how: str, names: Iterable[str]) -> bytes:
    stdin = "".join(f"{name}\n" for name in names).encode("ascii")
    return git.run("cat-file", how, env=_env(place), stdin=stdin)


def _parted(answer: bytes, names: Iterable[str], sizes: Mapping[str, int]) -> dict[str, bytes] | None:
    """Part `object blob size LF content LF` again and again; None where an object has gone meanwhile."""
    found, start = {}, 0
    for name in names:
        head = f"{name} blob {sizes[name]}\n".encode("ascii")
        if not answer.startswith(head, start):
            return None
        start += len(head)
        found[name] = answer[start : start + sizes[name]]
        start += sizes[name] + 1
    return found


def _edit(place: Place, contents: Mapping[str, bytes], change: _Change) -> Edit | None:
    if any(name not in contents for name in change.objects):
        return None
    then = None if change.then is None else contents[change.then]
    now = None if change.now is None else contents[change.now]
    on_disk = worktree.read(place.root, change.path)
    if on_disk is None or now is None:
        return _as_text(change.path, then, now) if on_disk == now else None
    if on_disk != now:
        # Git keeps other line endings than the disk has, where core.autocrlf or an attribute says so.
        if on_disk.replace(b"\r\n", b"\n") != now.replace(b"\r\n", b"\n"):
            return None
        then = None if then is None else _with_ending_of(on_disk, then)
    return _as_text(change.path, then, on_disk)


def _with_ending_of(model: bytes, data: bytes) -> bytes:
    ending = line_ending(model.decode("latin-1"))
    return with_line_ending(data.decode("latin-1"), ending).encode("latin-1")


def _as_text(path: str, then: bytes | None, now: bytes | None) -> Edit | None:
    """Return the edit in an encoding that both sides come back from as they are, or None where there is none."""
    sides = [data for data in (now, then) if data is not None]
    decoded = [decode(data) for data in sides]
    for _, encoding in filter(None, decoded):
        texts = {data: _in(encoding, data) for data in sides}
        if None not in (*texts.values(), *decoded):
            before, after = (None if data is None else texts[data] for data in (then, now))
            return Edit(path, before, after, encoding)
    return None


def _in(encoding: str, data: bytes) -> str | None:
    try:
        text = data.decode(encoding)
        return text if text.encode(encoding) == data else None
    except UnicodeError:
        return None
