"""What the project's own checks print, as values, and which of it is new with a patch."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec import MsgspecError, Struct
from msgspec.json import decode

MOST = 20
"""The most findings of one check that are told."""

_LONGEST = 300
_LONGEST_LINE = 10_000
_MYPY = re.compile(r"(?P<path>.+?):(?:(?P<line>\d+):)?(?:\d+:)* error: (?P<text>.*?)(?:  \[(?P<code>[\w-]+)\])?")
_VARYING = re.compile(r"(?<=\bline )\d+|\d+(?= > \d)")
"""Numbers of lines, which move, and what is counted against a limit: more of too much is nothing new."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check has to say of a line, 0 where it means the file; a `fatal` one keeps it from seeing others."""

    path: str
    line: int
    code: str
    text: str
    fatal: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same finding on another line."""
        return self.path, self.code, _VARYING.sub("N", self.text)

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        told = " ".join(f"{place}: {self.code} {self.text}".split())
        return told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"


def read(name: str, output: str, exit_code: int | None, files: Sequence[str]) -> list[Finding] | str:
    """Return what the check `name` found in these files, or say in a clause that it did not run to its end.

    Tools name files as they like, absolute or not; findings in others are left out.
    """
    if exit_code not in (0, 1):
        return f"it did not run to its end (exit code {exit_code})"
    if exit_code == 1 and not output.strip():
        return "it did not start; is it installed in the project's Python?"
    try:
        found = list(_READERS[name](output))
    except (MsgspecError, RecursionError):
        return "what it printed cannot be read"
    if exit_code == 1 and not found:
        return "it failed and named no finding"
    ours = ((each, _among(each.path, files)) for each in found)
    return [replace(each, path=path) for each, path in ours if path]


def new(
    before: Sequence[Finding],
    after: Sequence[Finding],
    was: Mapping[str, Sequence[str]],
    now: Mapping[str, Sequence[str]],
) -> tuple[Finding, ...]:
    """Return the findings that a patch brought, wherever its lines have moved the others to.

    `was` and `now` are the lines of the files. Where of several that say the same some are old, those on a line that
    reads as it did are.
    """
    on_line = Counter((each.key, _line(was, each)) for each in before)
    left = Counter(each.key for each in before)
    doubtful = []
    for each in after:
        if on_line[each.key, _line(now, each)] > 0:
            on_line[each.key, _line(now, each)] -= 1
            left[each.key] -= 1
        else:
            doubtful.append(each)
    found = []
    for each in doubtful:
        if left[each.key] > 0:
            left[each.key] -= 1
        else:
            found.append(each)
    return tuple(found)


def told(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return findings as lines, at most `MOST` of them, and how many more there are."""
    lines = [*map(str, findings)]
    return tuple(lines if len(lines) <= MOST else [*lines[: MOST - 1], f"… and {len(lines) - MOST + 1} more"])


def _line(lines: Mapping[str, Sequence[str]], finding: Finding) -> str:
    of_file = lines.get(finding.path, ())
    return of_file[finding.line - 1].strip() if 0 < finding.line <= len(of_file) else ""


def _among(path: str, files: Sequence[str]) -> str:
    """The one of `files` that is meant, the longest where several could be, or ""."""
    return max((file for file in files if path == file or path.endswith(f"/{file}")), key=len, default="")


class _Row(Struct):
    row: int


class _OfRuff(Struct):
    filename: str
    location: _Row
    code: str | None
    message: str


class _Start(Struct, frozen=True):
    line: int


class _Range(Struct, frozen=True):
    start: _Start


class _OfPyright(Struct):
    file: str
    severity: str
    message: str
    range: _Range = _Range(_Start(-1))
    rule: str | None = None


class _Report(Struct, rename="camel"):
    general_diagnostics: list[_OfPyright]


def _ruff(output: str) -> Iterator[Finding]:
    for each in decode(output, type=list[_OfRuff]):
        code = each.code or "invalid-syntax"
        fatal = code in ("invalid-syntax", "E999", "E902")
        yield Finding(each.filename, each.location.row, code, each.message, fatal)


def _mypy(output: str) -> Iterator[Finding]:
    for line in output.splitlines():
        if len(line) <= _LONGEST_LINE and (match := _MYPY.fullmatch(line)):
            yield Finding(match["path"], int(match["line"] or 0), match["code"] or "error", match["text"])


def _pyright(output: str) -> Iterator[Finding]:
    for each in decode(output, type=_Report).general_diagnostics:
        if each.severity in ("error", "warning"):
            # A syntax error has no rule.
            line = each.range.start.line + 1
            yield Finding(each.file, line, each.rule or "error", each.message, each.rule is None)


_READERS: Mapping[str, Callable[[str], Iterator[Finding]]] = {"ruff": _ruff, "mypy": _mypy, "pyright": _pyright}
