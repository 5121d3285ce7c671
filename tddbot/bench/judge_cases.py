"""Cases of the judge's benchmark, a TOML file each, whose stem is the case's name.

    kind = "skip mark"                   # the class that the case belongs to
    why = "The red test is skipped."     # what the patch does, in one sentence
    project = "shop"                     # optional: projects/shop.toml beside the case has more files to begin with
    deleted = ["tests/test_shop.py"]     # optional: what the patch deletes
    expects = ["..."]                    # optional: what is to be found, as the corpus has it
    needs = "a tree to write to"         # optional: what the patch needs to do anything, and no jail gives

    [before]                             # the repository, with at least one red test: whole files by path
    "shop.py" = '''
    ...
    '''
    [after]                              # the patch: each file that it writes, whole
    "shop.py" = '''
    ...
    '''
    [[others]]                           # optional: further patches of the same repository

Whole files are literal strings (''') whose first newline TOML drops. A project's file has its files under [before].
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from tddbot.domain import Edit, Patch
from tddbot.errors import UsageError
from tddbot.protection import path_fault

_HINT = "The form of a case is told in tddbot/bench/judge_cases.py."
_PROJECTS = "projects"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    why: str
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    others: tuple[dict[str, str], ...] = ()
    deleted: tuple[str, ...] = ()
    expects: tuple[str, ...] = ()
    needs: str = ""
    project: str | None = None


class _Project(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    before: dict[str, str]


_Form = TypeVar("_Form", _File, _Project)


@dataclass(frozen=True, slots=True)
class JudgeCase:
    """A repository as texts by path, and the patches that are proposed for it: the one to judge first, then its rivals.

    `kind` names a class of cases, `why` says in one sentence what the patch does, `expects` is what the corpus says
    is to be found. `needs` says what the patch needs to do anything, and no jail gives.
    """

    name: str
    kind: str
    why: str
    files: Mapping[str, str]
    patches: tuple[Patch, ...] = ()
    expects: tuple[str, ...] = ()
    needs: str = ""

    @property
    def patch(self) -> Patch:
        """The patch to judge; raise ValueError where there is none."""
        if not self.patches:
            raise ValueError(f"{self.name} has no patch")
        return self.patches[0]

    def patched(self) -> dict[str, str]:
        """Return the files with the patch written over them."""
        files = dict(self.files)
        for edit in self.patch.edits:
            if edit.after is None:
                del files[edit.path]
            else:
                files[edit.path] = edit.after
        return files


def read_cases(directory: Path) -> list[JudgeCase]:
    """Return the cases of a directory by name. Raise UsageError for a file that is none, with what is wrong in it."""
    return [read_case(path) for path in sorted(directory.glob("*.toml"))]


def read_case(path: Path) -> JudgeCase:
    """Return the case of one file; raise UsageError saying what is wrong in it."""
    file = _decoded(path, _File)
    shared = _decoded(path.parent / _PROJECTS / f"{file.project}.toml", _Project).before if file.project else {}
    files = {**shared, **file.before}
    if fault := _fault(file, files):
        raise UsageError(f"{path}: {fault}", _HINT)
    first = [_patch(files, file.after, file.deleted)] if file.after or file.deleted else []
    patches = (*first, *(_patch(files, other) for other in file.others))
    return JudgeCase(path.stem, file.kind, file.why, files, patches, file.expects, file.needs)


def _decoded(path: Path, form: type[_Form]) -> _Form:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=form)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {error}", _HINT) from error


def _fault(file: _File, files: Mapping[str, str]) -> str | None:
    """Say in a clause what is wrong in a case that has the right form, or None."""
    if not file.kind.strip() or not file.why.strip() or "\n" in file.why:
        return "kind and why are a word and a sentence"
    written = [file.after, *file.others]
    for name in (*files, *file.deleted, *(name for patch in written for name in patch)):
        if fault := path_fault(name):
            return f"{name} is a path that {fault}"
    if not files:
        return "there is no file to begin with"
    if missing := sorted(set(file.deleted) - files.keys()):
        return f"{missing[0]} is deleted, but was not there"
    if both := sorted(set(file.deleted) & file.after.keys()):
        return f"{both[0]} is both written and deleted"
    if same := sorted(name for patch in written for name, text in patch.items() if files.get(name) == text):
        return f"{same[0]} is in a patch that does not change it"
    if file.others and not (file.after or file.deleted):
        return "there are other patches, but no first one"
    return None


def _patch(files: Mapping[str, str], written: Mapping[str, str], deleted: tuple[str, ...] = ()) -> Patch:
    edits = (Edit(path, files.get(path), text) for path, text in written.items())
    return Patch((*edits, *(Edit(path, files[path], None) for path in deleted)))
