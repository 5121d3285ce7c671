"""Lock one of three on rule 2: what a patch may not touch or contain, found before anything runs.

Nothing here judges what a patch does when it runs, and nothing here decides which paths are protected.
"""

import ast
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from tddbot import protection, text
from tddbot.domain import Edit, Patch
from tddbot.judge.reaches import reaches
from tddbot.judge.tables import Cases, copied, may_hold
from tddbot.parsing import Unparsable, parsed

LARGEST = 2_000_000
"""The most bytes of one file after a patch."""

Check = Callable[[Edit], str | None]
"""Says in one clause what is wrong with an edit, or None."""


def objections(patch: Patch, protected: Sequence[str] = (), known: Sequence[Cases] = ()) -> tuple[str, ...]:
    """Return what forbids the patch, one sentence each, or () where nothing does.

    `protected` are the project's own patterns, `known` the cases of the tests to win. Paths are looked at first: of an
    edit with a forbidden path, nothing else is said.
    """
    if not patch.edits:
        return ("the patch is empty",)
    return (*_clashes(patch), *(found for edit in patch.edits if (found := _objection(edit, protected, known))))


def _objection(edit: Edit, protected: Sequence[str], known: Sequence[Cases]) -> str | None:
    if kind := protection.protected_as(edit.path, protected):
        return f"{_named(edit.path)} is {kind}"
    fault = next((fault for check in CHECKS if (fault := check(edit))), None) or _copying(edit, known)
    return f"{_named(edit.path)} {fault}" if fault else None


def _clashes(patch: Patch) -> Iterator[str]:
    """One file once, also on file systems that ignore case or Unicode's forms; and no file where a directory is."""
    names = {path: unicodedata.normalize("NFC", path).casefold() for path in patch.paths}
    counts = Counter(names[path] for path in patch.paths)
    yield from (f"{_named(path)} is edited more than once" for path, name in names.items() if counts[name] > 1)
    taken = {names[edit.path] for edit in patch.edits if edit.after is not None}
    for path, name in names.items():
        above = (str(parent) for parent in PurePosixPath(name).parents)
        if name in taken and any(parent in taken for parent in above):
            yield f"{_named(path)} lies below another file of the patch"


def _unchanged(edit: Edit) -> str | None:
    return "is not changed" if edit.before == edit.after else None


def _unwritable(edit: Edit) -> str | None:
    """A text that would not come back from the disk as it is."""
    try:
        edit.before_bytes()
        data = edit.after_bytes()
    except (UnicodeError, LookupError):
        return f"cannot be written as {edit.encoding}"
    if data is None:
        return None
    if len(data) > LARGEST:
        return f"would have {len(data)} bytes; at most {LARGEST} are allowed"
    if b"\0" in data:
        return "would hold a NUL byte"
    if edit.path.endswith(".py") and text.decode(data) != (edit.after, edit.encoding):
        return f"would not be read back as it was written ({edit.encoding})"
    return None


def _unparsable(edit: Edit) -> str | None:
    if edit.after is None or not edit.path.endswith((".py", ".pyi")):
        return None
    found = parsed(edit.after)
    if not isinstance(found, Unparsable):
        return None
    return f"{found.reason} (line {found.line})" if found.line else found.reason


def _reaching(edit: Edit) -> str | None:
    """What the file had before may stay: somebody has meant it."""
    after = parsed(edit.after or "") if edit.path.endswith((".py", ".pyi")) else None
    before = parsed(edit.before or "")
    if not isinstance(after, ast.Module):
        return None
    known = reaches(before) if isinstance(before, ast.Module) else {}
    new = [(name, line) for name, line in reaches(after).items() if name not in known]
    return f"reaches into the test run: `{new[0][0]}` (line {new[0][1]})" if new else None


def _copying(edit: Edit, known: Sequence[Cases]) -> str | None:
    before, after = edit.before or "", edit.after or ""
    added = "\n".join(set(after.splitlines()) - set(before.splitlines())).replace('"', "'")
    if not edit.path.endswith((".py", ".pyi")) or not may_hold(added, known):
        return None
    old, new = parsed(before), parsed(after)
    hit = copied(old if isinstance(old, ast.Module) else None, new, known) if isinstance(new, ast.Module) else None
    return f"answers with the literals of {hit[0]} instead of by a rule (line {hit[1]})" if hit else None


CHECKS: tuple[Check, ...] = (_unchanged, _unwritable, _unparsable, _reaching)
"""In this order, the first one speaks. A check of the syntax tree is one more function here."""


def _named(path: str) -> str:
    return path if path.isprintable() and len(path) <= 200 else ascii(path[:200])
