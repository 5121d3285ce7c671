"""The source file that does not parse: one token put in, taken out or doubled, where the compiler stumbles."""

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from tddbot.domain import Candidate, Edit, Excerpt, Patch
from tddbot.generator.offline.repair.candidates import NAME, Trial, Where
from tddbot.generator.offline.repair.programs import Mark, compiled, mark
from tddbot.parsing import Unparsable, parsed

_LINES_BEFORE = 2
_PUT_IN = (":", ")", "]", "}", ",", "(", "[", "{", "'", '"', "=", " in", " if", " else", ".")
_TAKEN_OUT = ")]}([{:,'\"=."
_LONGEST_FILE = 200_000
_LONGEST_LINE = 1_000
# Characters that are compiled for one file in all; CPython reads a million of them a second where it finds a fault.
_MOST_READ = 10_000_000
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_BLOCK = re.compile(r"\s*(?:async\s+)?(?:def|class|if|elif|else|for|while|try|except|finally|with|match|case)\b")


def mended(excerpt: Excerpt, may_go_on: Callable[[], bool]) -> Iterator[Trial]:
    """Yield what makes a file compile that does not parse, likeliest first; nothing where it parses, or is too long.

    Each time before it compiles, it is asked whether it `may_go_on`.
    """
    fault = parsed(excerpt.text)
    if not isinstance(fault, Unparsable) or not fault.line or len(excerpt.text) > _LONGEST_FILE:
        return
    lines = excerpt.text.splitlines(keepends=True)
    seen: set[Mark] = set()
    left = _MOST_READ
    for line in _suspects(lines, fault.line):
        for _, changed in sorted(_changed(lines[line - 1]), key=lambda each: -each[0]):
            left -= len(excerpt.text)
            if left < 0 or not may_go_on():
                return
            text = "".join((*lines[: line - 1], changed, *lines[line:]))
            code = compiled(text)
            if code is None or mark(code) in seen:
                continue
            seen.add(mark(code))
            patch = Patch((Edit(excerpt.path, excerpt.text, text, excerpt.encoding),))
            note = f"{PurePosixPath(excerpt.path).name}:{line} `{lines[line - 1].strip()}` becomes `{changed.strip()}`"
            yield Trial(Candidate(patch, NAME, note), 1.0, Where(excerpt.path, line, 0))


def _suspects(lines: list[str], line: int) -> Iterator[int]:
    """The line that the compiler names, then those before it; none that is too long to be tried at each place."""
    numbers = (number for number in range(line, max(0, line - 1 - _LINES_BEFORE), -1) if number <= len(lines))
    yield from (number for number in numbers if len(lines[number - 1]) <= _LONGEST_LINE)


def _changed(line: str) -> Iterator[tuple[float, str]]:
    code = line.rstrip("\r\n")
    end = line[len(code) :]
    places = [match.start() for match in _WORD.finditer(code) if code[: match.start()].strip()]
    stop = len(code.partition("#")[0].rstrip()) if "#" in code else len(code.rstrip())
    if _BLOCK.match(code):
        yield 3.0, f"{code[:stop]}:{code[stop:]}{end}"
    for token in _PUT_IN:
        # A comma stands behind what it ends, a bracket before what comes next.
        for place in dict.fromkeys((stop, *(places if token == "," else reversed(places)))):
            yield 1.0 if place == stop else 0.5, f"{code[:place]}{token}{code[place:]}{end}"
    for place, letter in enumerate(code):
        if letter in _TAKEN_OUT:
            yield 0.7, f"{code[:place]}{code[place + 1 :]}{end}"
        if letter == "=" and "==" not in code[max(0, place - 1) : place + 2]:
            yield 0.9, f"{code[:place]}={code[place:]}{end}"
