"""A patch in parts that can be taken back each on its own: hunks of lines, and files that came or went. Pure."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from tddbot.domain import Edit, Patch

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_MOST_LINES = 4000
"""Of more lines on either side, where they differ, the difference is not looked for: that takes seconds."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """A change that was made: lines `start` to `end` (from 0, exclusive) of a file now were `before` then.

    A `whole` one is a file that came or went.
    """

    edit: Edit
    start: int
    end: int
    before: tuple[str, ...]
    whole: bool = False

    def __str__(self) -> str:
        """The place in the file as it is now, its lines counted from 1."""
        if self.whole:
            return f"{'the new file' if self.edit.before is None else 'the removal of'} {self.edit.path}"
        first, last = self.start + 1, max(self.end, 1)
        return f"{self.edit.path}:{first}" + (f"-{last}" if last > first else "")


def hunks(patch: Patch) -> tuple[Hunk, ...]:
    """Return the parts of a patch that leads from then to now."""
    return tuple(hunk for edit in patch.edits for hunk in _of(edit))


def without(parts: Collection[Hunk]) -> Patch:
    """Return the patch that takes these parts back and leaves all else as it is now."""
    by_edit: dict[Edit, list[Hunk]] = {}
    for hunk in parts:
        by_edit.setdefault(hunk.edit, []).append(hunk)
    edits = (
        Edit(edit.path, edit.after, edit.before if of[0].whole else _reverted(edit.after or "", of), edit.encoding)
        for edit, of in by_edit.items()
    )
    return Patch(tuple(sorted(edits, key=lambda edit: edit.path)))


def _of(edit: Edit) -> Iterator[Hunk]:
    if edit.before is None or edit.after is None:
        yield Hunk(edit, 0, 0, (), whole=True)
        return
    then, now = _lines(edit.before), _lines(edit.after)
    head = _alike(then, now)
    tail = _alike(then[head:][::-1], now[head:][::-1])
    old, new = then[head : len(then) - tail], now[head : len(now) - tail]
    for (i1, i2), (j1, j2) in _differences(old, new):
        yield Hunk(edit, head + j1, head + j2, tuple(old[i1:i2]))


def _differences(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    if max(len(old), len(new)) > _MOST_LINES:
        yield (0, len(old)), (0, len(new))
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new).get_opcodes():
        if tag != "equal":
            yield (i1, i2), (j1, j2)


def _reverted(text: str, parts: Collection[Hunk]) -> str:
    lines = _lines(text)
    for hunk in sorted(parts, key=lambda hunk: hunk.start, reverse=True):
        lines[hunk.start : hunk.end] = hunk.before
    return "".join(lines)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines at the beginning are the same."""
    count = 0
    for line, beside in zip(one, other, strict=False):
        if line != beside:
            break
        count += 1
    return count


def _lines(text: str) -> list[str]:
    """The lines as editors count them: a form feed ends none."""
    return _LINE.findall(text)
