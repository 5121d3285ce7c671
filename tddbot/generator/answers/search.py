"""Where a SEARCH stands in a file, and the file with its replacement. Pure text; paths and patches are not known here.

A matcher without tolerance for blanks and indentation multiplies edit errors by nine (aider's published data); one
with more of it edits the wrong place. So: as it stands, then without trailing blanks, then shifted as a whole.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from tddbot.text import line_ending

_SHOWN_LINES = 12
_SHOWN_CHARS = 200
_COMPARED_LINES = 2_000
_MOST_PLACES = 100


@dataclass(frozen=True, slots=True)
class Miss:
    """The SEARCH stands nowhere, or (`lines`, counted from 1) in several places."""

    lines: tuple[int, ...] = ()


def replaced(text: str, search: Sequence[str], replacement: Sequence[str]) -> str | Miss:
    """Return `text` with the one place that equals `search` replaced; lines come and go without their endings.

    All other lines keep their endings; new ones get that of most lines.
    """
    quick = _quickly(text, search, replacement)
    if quick is not None:
        return quick
    lines = re.findall(r"[^\n]*\n|[^\n]+\Z", text)
    bodies = [line.removesuffix("\n").removesuffix("\r") for line in lines]
    for matcher in (_exactly, _but_for_trailing_blanks, _but_for_indentation):
        places = list(matcher(bodies, search))
        if len(places) > 1:
            return Miss(tuple(start + 1 for start, _ in places))
        if places:
            start, shift = places[0]
            return _spliced(lines, start, start + len(search), [shift(line) for line in replacement], line_ending(text))
    return Miss()


def _quickly(text: str, search: Sequence[str], replacement: Sequence[str]) -> str | None:
    """Return what `replaced` does for lines that stand in the text once and as they are, as most do; else None."""
    if not search or "\r" in text or any("\n" in line for line in search):
        return None
    whole = f"\n{text}" if text.endswith("\n") else f"\n{text}\n"
    sought = "".join(f"\n{line}" for line in search) + "\n"
    at = whole.find(sought)
    end = at + len(sought) - 1
    if at < 0 or whole.find(sought, at + 1) >= 0 or end > len(text):
        return None
    return "".join([text[:at], *(f"{line}\n" for line in replacement), text[end:]])


def nearest(text: str, search: Sequence[str]) -> str:
    """Return the numbered lines of `text` that come nearest to `search`, empty where nothing is near."""
    lines = [line[:_SHOWN_CHARS].rstrip() for line in text.split("\n")]
    wanted = {line[:_SHOWN_CHARS].strip() for line in search} - {""}
    hits = [1 if line.strip() in wanted else 0 for line in lines]
    size = min(max(len(search), 1), len(lines))
    score = sum(hits[:size])
    best, at = score, 0
    for start in range(1, len(lines) - size + 1):
        score += hits[start + size - 1] - hits[start - 1]
        if score > best:
            best, at = score, start
    if best == 0:
        longest = max(wanted, key=len, default="")
        close = get_close_matches(longest, lines[:_COMPARED_LINES], n=1) if longest else []
        if not close:
            return ""
        at = max(0, lines.index(close[0]) - 2)
    shown = range(at, min(len(lines), at + max(size, 5), at + _SHOWN_LINES))
    return "\n".join(f"{index + 1:>5} | {lines[index]}" for index in shown)


Shift = Callable[[str], str]
_Place = tuple[int, Shift]


def _windows(lines: Sequence[str], wanted: Sequence[str]) -> Iterator[int]:
    """Yield the first places where `wanted` stands, in time that grows with the lengths' sum and not their product."""
    text, sought = ("".join(f"\n{line}" for line in part) + "\n" for part in (lines, wanted))
    at, line = text.find(sought), 0
    passed = 0
    for _ in range(_MOST_PLACES if wanted else 0):
        if at < 0:
            return
        line += text.count("\n", passed, at)
        passed = at
        yield line
        at = text.find(sought, at + 1)


def _as_it_is(line: str) -> str:
    return line


def _exactly(lines: Sequence[str], search: Sequence[str]) -> Iterator[_Place]:
    return ((start, _as_it_is) for start in _windows(lines, search))


def _but_for_trailing_blanks(lines: Sequence[str], search: Sequence[str]) -> Iterator[_Place]:
    return _exactly([line.rstrip() for line in lines], [line.rstrip() for line in search])


def _but_for_indentation(lines: Sequence[str], search: Sequence[str]) -> Iterator[_Place]:
    wanted = [line.rstrip() for line in search]
    first = next((index for index, line in enumerate(wanted) if line), None)
    if first is None:
        return
    stripped = [line.strip() for line in lines]
    bare = [line.strip() for line in wanted]
    for start in _windows(stripped, bare):
        if shift := _shift([line.rstrip() for line in lines[start : start + len(bare)]], wanted, first):
            yield start, shift


def _shift(window: Sequence[str], wanted: Sequence[str], first: int) -> Shift | None:
    """Return the one change of indentation that turns `wanted` into `window`, or None where it is not one."""
    there, here = _indent(window[first]), _indent(wanted[first])
    if there.endswith(here):
        more = there.removesuffix(here)
        shift: Shift = lambda line: more + line if line.strip() else line  # noqa: E731
    elif here.endswith(there):
        less = here.removesuffix(there)
        shift = lambda line: line.removeprefix(less)  # noqa: E731
    else:
        return None
    return shift if [shift(line) for line in wanted] == list(window) else None


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _spliced(lines: Sequence[str], start: int, end: int, new: Sequence[str], ending: str) -> str:
    fresh = [line + ending for line in new]
    if fresh and not lines[end - 1].endswith("\n"):
        fresh[-1] = new[-1]
    return "".join([*lines[:start], *fresh, *lines[end:]])
