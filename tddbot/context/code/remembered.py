"""What was once worked out from a text, kept by its digest between targets and rounds; bounded, for any thread."""

import ast
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

from tddbot import parsing

T = TypeVar("T")
Make = Callable[[ast.Module, str], T]
"""Works something out from a file's tree and its text. It must not keep the tree, which is many times as large."""

MOST = 8_192
"""The most results that are kept: some 65 MB, as an average one has 8 kB (558 files; an outline of tests has 17)."""


class Remembered:
    """Results by key, the one not asked for the longest thrown out first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._results: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the result of that key, made now where it is not known. Two threads may make the same one."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key]  # type: ignore[return-value]
        made = make()
        with self._lock:
            self._results[key] = made
            if len(self._results) > self._most:
                self._results.popitem(last=False)
        return made


RESULTS = Remembered()
"""Those of this process; a text has the same ones in every repository."""


def derived(text: str, make: Make[T], tree: Callable[[], ast.Module | None]) -> T | None:
    """Return what `make` makes of a text; `tree` parses it where that is not known yet. None is no Python."""
    return RESULTS.get((make, digest(text)), lambda: None if (parsed := tree()) is None else make(parsed, text))


def digest(text: str) -> bytes:
    """Return what stands for a text among the keys."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def parsed(source: str) -> ast.Module | None:
    """Return the syntax tree, or None where the text is not Python or nests too deeply to be read."""
    found = parsing.parsed(source)
    return found if isinstance(found, ast.Module) else None
