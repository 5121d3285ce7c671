"""How a project writes Python: its indentation, its quotes, its line endings."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class Style:
    """One step of indentation, and the quotes of a short text."""

    indent: str = "    "
    quote: str = '"'

    def quoted(self, text: str) -> str:
        """Return a text without quotes and backslashes as a literal."""
        return f"{self.quote}{text}{self.quote}"


def style_of(texts: Iterable[str]) -> Style:
    """Return the style that most lines of some files have."""
    joined = "\n".join(text[:_LOOKED_AT] for text in texts)
    double, single = (
        len(re.findall(rf"(?<![{mark}\w]){mark}[^'\"\n]*{mark}(?!{mark})", joined)) for mark in ('"', "'")
    )
    indents = re.findall(r"(?m):[ \t]*\n([ \t]+)\S", joined)
    tabs, two = sum(each[0] == "\t" for each in indents), sum(each == "  " for each in indents)
    indent = "\t" if tabs * 2 > len(indents) else "  " if two * 2 > len(indents) else "    "
    return Style(indent, "'" if single > double else '"')


def newline_of(text: str) -> str:
    """Return how the lines of a file end."""
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
