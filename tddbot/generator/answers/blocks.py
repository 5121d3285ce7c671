"""The syntax of an answer: text to blocks of edits. What a block does to a file is not known here.

A path stands on its own line, then comes a fence with either the whole file or SEARCH/REPLACE blocks:

    src/new.py
    ```python
    whole content
    ```

    src/old.py
    ```python
    <<<<<<< SEARCH
    lines as they are
    =======
    lines as they shall be
    >>>>>>> REPLACE
    ```

Tolerated, since models write them: decoration around the path (`**path**`, backticks, `### path`, `File: path`,
`path:`), a path in the fence's info, any language tag, longer fences and tildes, CRLF, trailing blanks, blank lines
between path and fence, several fences under one path, SEARCH/REPLACE without a fence, and text around it all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

_MOST_CHARACTERS = 2_000_000
_MOST_LINES = 100_000
_LONGEST_LINE = 1_000
"""No longer one names a path."""
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^`]*)$")
_SEARCH = re.compile(r"^<{5,9} ?SEARCH\b")
_REPLACE = re.compile(r"^>{5,9} ?REPLACE\b")
_DIVIDER = "======="
_LOOSE_DIVIDER = re.compile(r"^={5,9}$")
_LEAD = re.compile(r"^(?:#{1,6}\s+)?(?:\*\*)?(?:(?:file(?:name)?|path)\s*:(?:\*\*)?\s*)?(?:\*\*)?", re.IGNORECASE)
_TAIL = re.compile(r"(?:\s+\([^()]*\))?[\s:]*(?:\*\*)?[\s:]*(?:\([^()]*\))?[\s:]*$")
_PLAIN_PATH = re.compile(
    r"^(?:[^\s`*<>|\"':(){}\[\]]*\.[A-Za-z][A-Za-z0-9]{0,9}"
    r"|(?:[^\s`*<>|\"':(){}\[\],;]+/)+[\w.-]+"
    r"|(?:Make|Docker|Just|Proc|Rake|Gem|Jenkins)file|LICEN[CS]E|NOTICE|README|CHANGELOG)$"
)
"""With an ending, in a directory, or one of the names that need neither."""
_QUOTED_PATH = re.compile(r"^`([^`]+)`$")


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole file; `text` has line feeds and ends with one unless it is empty."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Replacement:
    """What stands between SEARCH and REPLACE; `splits` are the possible places of the divider among the lines."""

    path: str
    lines: tuple[str, ...]
    splits: tuple[int, ...]


Block = Whole | Replacement


@dataclass(frozen=True, slots=True)
class Reading:
    """The blocks of an answer in their order, the prose before the first one, or in `fault` why it cannot be read.

    `outside` are all lines that belong to no block, those of a fence without a path included.
    """

    blocks: tuple[Block, ...]
    prose: str
    fault: str = ""
    outside: tuple[str, ...] = ()


def path_in(line: str) -> str | None:
    """Return the path that stands alone on a line, freed of decoration, or None where the line is prose."""
    if len(line) > _LONGEST_LINE:
        return None
    bare = _TAIL.sub("", _LEAD.sub("", line.strip()))
    if quoted := _QUOTED_PATH.match(bare):
        bare = quoted[1].strip()
    elif not _PLAIN_PATH.match(bare):
        return None
    return bare.removeprefix("./") or None


def read_blocks(answer: str) -> Reading:
    """Return the blocks of a model's answer. No answer makes this raise."""
    if len(answer) > _MOST_CHARACTERS:
        return Reading((), "", f"The answer has {len(answer)} characters; at most {_MOST_CHARACTERS} are read.")
    if answer.count("\n") >= _MOST_LINES:
        lines = answer.count("\n") + 1
        return Reading((), "", f"The answer has {lines} lines; at most {_MOST_LINES} are read.")
    reader = _Reader([line.rstrip("\r") for line in answer.split("\n")])
    fault = reader.read()
    prose = "\n".join(reader.lines[: reader.prose_end]).strip()
    blocks = () if fault else tuple(reader.blocks)
    return Reading(blocks, prose, fault, tuple(reader.outside))


class _Reader:
    """A cursor over the lines of an answer."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.blocks: list[Block] = []
        self.outside: list[str] = []
        self.prose_end = len(lines)
        self._at = 0
        self._path: str | None = None
        self._path_at = 0
        self._is_fresh = False

    def read(self) -> str:
        """Read to the end and return a fault, empty where there is none."""
        while self._at < len(self.lines):
            line = self.lines[self._at]
            if _SEARCH.match(line.strip()):
                fault = self._replacement()
            elif fence := _FENCE.match(line):
                fault = self._fenced(fence[1], fence[2].strip())
            else:
                fault = self._line(line)
            if fault:
                return fault
        return ""

    def _line(self, line: str) -> str:
        """Pass a line between blocks: it may name the path of the next one."""
        if path := path_in(line):
            self._path, self._path_at, self._is_fresh = path, self._at, True
        elif line.strip():
            self._is_fresh = False
        self.outside.append(line)
        self._at += 1
        return ""

    def _fenced(self, fence: str, info: str) -> str:
        start, named = self._at, _path_of_info(info)
        self._at += 1
        if self._opens_replacements():
            self._path = named or self._path
            return self._replacements_in(fence, start)
        end = _closing(self.lines, self._at, fence)
        if end is None:
            return f"The fence opened in line {start + 1} of the answer is never closed."
        body, path = self.lines[self._at : end], named or (self._path if self._is_fresh else None)
        if path is None and body and body[0].startswith("# "):
            path, body = path_in(body[0]), body[1:]
        if path is not None:
            self._add(Whole(path, "".join(line + "\n" for line in body)), start)
            self._path = path
        else:
            self.outside.extend(self.lines[self._at : end])
        self._at, self._is_fresh = end + 1, False
        return ""

    def _opens_replacements(self) -> bool:
        """Whether a fence's first line, or the one after a path, starts a SEARCH block."""
        ahead = (self.lines[index] for index in range(self._at, len(self.lines)))
        first, second = [*islice(filter(str.strip, ahead), 2), "", ""][:2]
        return bool(_SEARCH.match(first.strip()) or (path_in(first) and _SEARCH.match(second.strip())))

    def _replacements_in(self, fence: str, start: int) -> str:
        fault = ""
        while self._at < len(self.lines) and not fault:
            line = self.lines[self._at]
            if _closes(line, fence):
                self._at += 1
                return ""
            fault = self._replacement() if _SEARCH.match(line.strip()) else self._line(line)
        return fault or f"The fence opened in line {start + 1} of the answer is never closed."

    def _replacement(self) -> str:
        start, where = self._at, f"the SEARCH block in line {self._at + 1} of the answer"
        end = next((i for i in range(start + 1, len(self.lines)) if _REPLACE.match(self.lines[i].strip())), None)
        if end is None:
            return f"There is no `>>>>>>> REPLACE` line after {where}."
        body = tuple(self.lines[start + 1 : end])
        splits = _splits(body)
        if not splits or any(_SEARCH.match(line) for line in body):
            return f"There is no single `=======` line in {where}."
        if self._path is None:
            return f"No path stands on a line of its own before {where}."
        self._at, self._is_fresh = end + 1, False
        self._add(Replacement(self._path, body, splits), start)
        return ""

    def _add(self, block: Block, start: int) -> None:
        if not self.blocks:
            self.prose_end = self._path_at if self._path == block.path and self._path_at < start else start
        self.blocks.append(block)


def _splits(body: Sequence[str]) -> tuple[int, ...]:
    exact = tuple(i for i, line in enumerate(body) if line.rstrip() == _DIVIDER)
    return exact or tuple(i for i, line in enumerate(body) if _LOOSE_DIVIDER.match(line.strip()))


def _closing(lines: list[str], start: int, fence: str) -> int | None:
    """Return where the fence closes; a fence with a language inside of it is taken to be nested."""
    depth = 1
    for index in range(start, len(lines)):
        if _closes(lines[index], fence):
            depth -= 1
            if depth == 0:
                return index
        elif (inner := _FENCE.match(lines[index])) and inner[1].startswith(fence) and inner[2].strip():
            depth += 1
    return None


def _closes(line: str, fence: str) -> bool:
    match = _FENCE.match(line)
    return match is not None and match[1].startswith(fence) and not match[2].strip()


def _path_of_info(info: str) -> str | None:
    """Return the path in a fence's info: `python src/a.py`, `python:src/a.py`, `src/a.py` or `title="src/a.py"`."""
    for word in re.split(r"[\s:=]+", info.strip("{}")):
        if path := path_in(word.strip("\"'")):
            return path
    return None
