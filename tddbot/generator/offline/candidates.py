"""Ranked changes to candidates: the splice, the words for it, and what is left out because it is no new program."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

from tddbot.domain import Candidate, Edit, Patch
from tddbot.generator.offline.places import Change, Statement
from tddbot.generator.offline.ranking import Ranked
from tddbot.generator.offline.syntax import Source, compiles

NAME = "offline repair"
_LONGEST_SNIPPET = 60


def candidates(ranked: Iterable[Ranked], tried: frozenset[str], may_go_on: Callable[[], bool]) -> Iterator[Candidate]:
    """Yield a candidate for each change that compiles and makes a new text, none of them in `tried` (patch IDs).

    Each is made only when it is asked for; once `may_go_on` says no, there are no more.
    """
    seen: set[tuple[str, bytes]] = set()
    for each in ranked:
        if not may_go_on():
            return
        change = apart(each.source, each.change)
        after = spliced(each.source, change)
        mark = (each.source.path, hashlib.blake2b(after, digest_size=16).digest())
        if mark in seen or after == each.source.data or not _compiles(each.source, each.statement, change):
            continue
        seen.add(mark)
        edit = Edit(each.source.path, each.source.data.decode(), after.decode(), each.source.encoding)
        patch = Patch((edit,))
        if patch.id not in tried:
            yield Candidate(patch, NAME, note(each.source, change))


def apart(source: Source, change: Change) -> Change:
    """Return the change with a blank where its text would otherwise run into the word beside it."""
    before, after = source.data[max(0, change.start - 1) : change.start], source.data[change.end : change.end + 1]
    text = change.text
    if _is_word(before) and _is_word(text[:1].encode()):
        text = f" {text}"
    if _is_word(after) and _is_word(text[-1:].encode()):
        text = f"{text} "
    return Change(change.start, change.end, text, change.prior)


def spliced(source: Source, change: Change) -> bytes:
    """Return the file's content in UTF-8 with the change made."""
    return source.data[: change.start] + change.text.encode() + source.data[change.end :]


def note(source: Source, change: Change) -> str:
    """Say in words where the change is and what becomes what."""
    where = f"{PurePosixPath(source.path).name}:{source.line_at(change.start)}"
    start, end, text = change.start, change.end, change.text
    if not source.between(start, end).strip() or not text.strip():
        # What is put in or taken out alone means nothing to a reader: show it with what stands around it.
        start, end = source.around(start, end)
        text = f"{source.between(start, change.start)}{text}{source.between(change.end, end)}"
    old, new = _one_line(source.between(start, end)), _one_line(text)
    same = next((at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0)
    return f"{where} {_snippet(old, same)} becomes {_snippet(new, same)}"


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _snippet(line: str, same: int) -> str:
    """Quote a line; where it is too long, what comes well before the first difference goes first."""
    if len(line) > _LONGEST_SNIPPET and same > _LONGEST_SNIPPET // 2:
        line = f"…{line[same - _LONGEST_SNIPPET // 2 :]}"
    return f"`{line}`" if len(line) <= _LONGEST_SNIPPET else f"`{line[: _LONGEST_SNIPPET - 1]}…`"


def _is_word(char: bytes) -> bool:
    """Whether a byte of UTF-8 belongs to a name, a number or a keyword."""
    return bool(char) and (char.isalnum() or char == b"_" or char[0] >= 0x80)


def _compiles(source: Source, statement: Statement, change: Change) -> bool:
    """Whether the module's statement around the change still compiles; the rest of the file is as it was."""
    start, end = source.inner(statement.top)
    start = source.line_start(start)
    return compiles(f"{source.between(start, change.start)}{change.text}{source.between(change.end, end)}")
