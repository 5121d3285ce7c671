"""Which lines were written last, and how much more they weigh for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from tddbot.domain import Edit
from tddbot.ports import Past

# What has changed since the tests were green holds the slip, unless it lies in their own surroundings; what was not
# committed yet is only newer than the rest.
_SINCE_GREEN = 3.0
_SINCE_COMMIT = 1.5
_MOST_LINES = 5000


@dataclass(frozen=True, slots=True)
class Recent:
    """The lines written last, by path, and the factor of their weight."""

    lines: Mapping[str, frozenset[int]] = field(default_factory=dict)
    factor: float = 1.0


def recent(past: Past | None) -> Recent:
    """Return the lines that a patch has written, and those beside what it has taken out."""
    if past is None:
        return Recent()
    lines = {edit.path: _written(edit) for edit in past.patch.edits if edit.after is not None}
    return Recent(lines, _SINCE_GREEN if past.was_green else _SINCE_COMMIT)


def _written(edit: Edit) -> frozenset[int]:
    before, after = (edit.before or "").splitlines(), (edit.after or "").splitlines()
    if len(before) + len(after) > _MOST_LINES:
        return frozenset()
    found: set[int] = set()
    for tag, _, _, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "delete":
            found.update((start, start + 1))
        elif tag != "equal":
            found.update(range(start + 1, end + 1))
    return frozenset(found)
