"""Ranked changes to candidates: the splice, the words for it, and what is left out because it is no new program."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import NamedTuple

from tddbot.domain import Candidate, Edit, Patch
from tddbot.generator.offline.repair.places import Change, Statement
from tddbot.generator.offline.repair.programs import Mark, compiled, mark
from tddbot.generator.offline.repair.ranking import Ranked
from tddbot.generator.offline.syntax import Source, kind

NAME = "offline repair"
_LONGEST_SNIPPET = 60


class Where(NamedTuple):
    """The place of a change: its file, the line on which its statement starts, and its own offset."""

    path: str
    line: int
    offset: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A candidate, how likely it is (only good for the order), and where it changes something."""

    candidate: Candidate
    score: float
    where: Where


@dataclass
class Programs:
    """The programs that were made, of however many searches, so that none is made twice."""

    _seen: set[tuple[str, int, Mark]] = field(default_factory=set)
    _read: set[tuple[str, int]] = field(default_factory=set)

    def is_new(self, source: Source, statement: Statement, change: Change) -> bool:
        """Whether a change compiles, and makes a program that is not there and was not made before."""
        start, end = piece(source, statement)
        if (source.path, start) not in self._read:
            self._read.add((source.path, start))
            self._add(source, start, source.between(start, end))
        return self._add(source, start, _with(source, start, end, change))

    def _add(self, source: Source, start: int, text: str) -> bool:
        # What is indented is a method, or what stands under a condition.
        code = compiled(f"if 1:\n{text}" if text[:1].isspace() else text)
        if code is None or (key := (source.path, start, mark(code))) in self._seen:
            return False
        self._seen.add(key)
        return True


def candidates(ranked: Iterable[Ranked], programs: Programs, may_go_on: Callable[[], bool]) -> Iterator[Trial]:
    """Yield a candidate for each change that compiles and makes a new program.

    Each is made only when it is asked for; once `may_go_on` says no, there are no more.
    """
    for each in ranked:
        if not may_go_on():
            return
        change = apart(each.source, each.change)
        if programs.is_new(each.source, each.statement, change):
            after = spliced(each.source, change).decode()
            patch = Patch((Edit(each.source.path, each.source.data.decode(), after, each.source.encoding),))
            where = Where(each.source.path, each.statement.lines.start, change.start)
            yield Trial(Candidate(patch, NAME, note(each.source, change)), each.score, where)


def piece(source: Source, statement: Statement) -> tuple[int, int]:
    """Return the lines, as offsets, that compile by themselves and hold a statement: a function with all in it."""
    node = statement.function.outermost.node if statement.function else statement.node
    if statement.function is None and kind(node) not in ("FunctionDef", "SimpleStatementLine"):
        node = statement.top
    start, end = source.inner(node)
    return source.line_start(start), end


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
    same = next((at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), len(new))
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


def _with(source: Source, start: int, end: int, change: Change) -> str:
    return f"{source.between(start, change.start)}{change.text}{source.between(change.end, end)}"
