"""Python source to a syntax tree, or to why it is none: in bounded time and memory, whatever the text is.

Measured with CPython 3.11 to 3.13, also in threads: no source was found that makes `ast.parse` end the process, and
8,904 broken nestings took at most 0.3 s each. But `import a.a.a…` takes memory by the square of its length (100,000
names: 10 GB), and any other source up to 1.8 kB a token.
"""

import ast
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MOST_CHARACTERS = 1_000_000
"""The longest source that is parsed; the worst of that length takes 0.9 GB and 3 s for a moment."""

MOST_LINES = 100_000

_MOST_DOTS = 255
_DOTTED = re.compile(r"(?:\.(?:[ \t\f]|\\\r?\n)*+\w++(?:[ \t\f]|\\\r?\n)*+)++")
_LONGEST_REASON = 300
_filters = threading.Lock()


@dataclass(frozen=True, slots=True)
class Unparsable:
    """Why a source has no tree, as a clause without its subject (`is not Python: …`), and where, if that is known."""

    reason: str
    line: int = 0
    text: str = ""


@contextmanager
def quietly() -> Iterator[None]:
    """Have the parser's warnings ignored. The filters belong to all threads, hence one lock for everybody."""
    with _filters, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def parsed(source: str) -> ast.Module | Unparsable:
    """Return the syntax tree of a module, or why there is none. Nothing makes this raise."""
    if fault := _excess(source):
        return Unparsable(fault)
    if "\0" in source:  # before Python 3.11.4 the parser has another kind of error for it
        return Unparsable("is not Python: it holds a NUL byte", source.count("\n", 0, source.index("\0")) + 1)
    try:
        with quietly():
            return ast.parse(source)
    except SyntaxError as error:
        text = error.text if isinstance(error.text, str) else ""
        return Unparsable(f"is not Python: {error.msg[:_LONGEST_REASON]}", error.lineno or 0, text.strip()[:200])
    except (RecursionError, MemoryError, SystemError):
        return Unparsable("nests too deeply to be read")
    except ValueError:  # half a surrogate pair
        return Unparsable("holds characters that are no text")


def _excess(source: str) -> str | None:
    """Say what there is too much of for the parser to be asked, or None."""
    if len(source) > MOST_CHARACTERS:
        return f"has {len(source)} characters; at most {MOST_CHARACTERS} are read"
    lines = source.count("\n") + source.count("\r") - source.count("\r\n") + 1
    if lines > MOST_LINES:
        return f"has {lines} lines; at most {MOST_LINES} are read"
    if any(run[0].count(".") > _MOST_DOTS for run in _DOTTED.finditer(source)):
        return "nests too deeply to be read"
    return None
