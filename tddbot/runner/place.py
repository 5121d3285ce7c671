"""Where one jailed process runs: what a backend has prepared for it, and what is looked at when it is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tddbot.runner import records
from tddbot.runner.copies import Copy
from tddbot.runner.jail import Jail


@dataclass(frozen=True, slots=True)
class Place:
    """The job as its guest gets it; `launcher` are words before the Python's own on the command line.

    `root` is the repository where the process sees it elsewhere than it lies; `own` are paths that the jail itself
    writes.
    """

    job: bytes
    launcher: tuple[str, ...] = ()
    environment: Mapping[str, str] | None = None
    copy: Copy | None = None
    root: Path | None = None
    own: frozenset[str] = frozenset()

    def fault(self) -> str | None:
        """Say in a sentence why nothing that the process told can count, or None."""
        altered = self.copy.altered() if self.copy else None
        return f"{altered} was changed while the tests ran, and this jail cannot prevent it" if altered else None

    def changed(self) -> records.Changed | None:
        """Return what the process changed in a copy; where there is none, somebody else tells it."""
        if self.copy is None:
            return None
        return records.Changed(self.copy.changed(self.own), last=True, more=False)

    def outside(self, record: records.Record) -> records.Record:
        """Return a record with the paths as they are outside."""
        if self.copy is None or self.root is None or not isinstance(record, records.Session):
            return record
        inner, outer = str(self.copy.tree), str(self.root)
        inipath = None if record.inipath is None else moved(record.inipath, inner, outer)
        return replace(record, rootdir=moved(record.rootdir, inner, outer), inipath=inipath)


def moved(path: str, old: str, new: str) -> str:
    """Return `path` below `new` where it lies below `old`, else as it is."""
    return new + path[len(old) :] if path == old or path.startswith(old + "/") else path


def environments_in(jail: Jail) -> list[str]:
    """The environments of the project's Python that lie in the repository, relative to it: they are never copied."""
    own = str(jail.root) + "/"
    return [path.removeprefix(own) for path in jail.visible.binds if path.startswith(own)]


def written(order: Mapping[str, Any]) -> frozenset[str]:
    """The paths that a jail over a copy writes by itself: the patch, and what hides secrets."""
    return frozenset((*(edit["path"] for edit in order["edits"]), *order["masked"]))


def unprotected(order: Mapping[str, Any]) -> list[Any]:
    """The edits, without those of protected files: where nothing can be laid over an edit, it must not be made."""
    return [edit for edit in order["edits"] if edit["path"] not in set(order["protected"])]
