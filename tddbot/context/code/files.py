"""The repository's files as a brief reads them: text only, each read and parsed once, secrets never opened."""

import ast
from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from typing import TypeVar

from tddbot import protection
from tddbot.context.code.facts import Facts, facts_of
from tddbot.context.code.remembered import Make, derived, parsed
from tddbot.text import decode

T = TypeVar("T")

Read = Callable[[str], bytes | None]
"""A file's content by repository path, or None where there is no such file."""

LARGEST = 200_000
"""Files of more bytes than this stay out of a brief."""


class Files:
    """The paths of a repository and their text; a file that is secret, too large or no text counts as having none."""

    def __init__(self, paths: Sequence[str], read: Read) -> None:
        self.paths = frozenset(paths)
        self.directories = _directories(self.paths)
        self._read = read
        self.text = cache(self._text)
        self.tree = cache(self._tree)
        self.facts = cache(self._facts)

    def _text(self, path: str) -> tuple[str, str] | None:
        if path not in self.paths or protection.is_secret(path):
            return None
        data = self._read(path)
        return None if data is None or len(data) > LARGEST else decode(data)

    def _tree(self, path: str) -> ast.Module | None:
        source = self.text(path) if path.endswith(".py") else None
        return None if source is None else parsed(source[0])

    def _facts(self, path: str) -> Facts | None:
        """Return what is known of a Python file, or None where it has no text or does not parse."""
        return self.derived(path, facts_of)

    def derived(self, path: str, make: Make[T]) -> T | None:
        """Return what `make` makes of a Python file, which is remembered by the file's text; None as for `facts`."""
        source = self.text(path) if path.endswith(".py") else None
        return None if source is None else derived(source[0], make, partial(self.tree, path))

    def is_there(self, path: str) -> bool:
        """Whether a file can be read that need not be among those that may be shown."""
        return self._read(path) is not None


@lru_cache(maxsize=4)
def _directories(paths: frozenset[str]) -> frozenset[str]:
    return frozenset(parent for path in paths for parent in _parents(path))


def directory_of(path: str) -> str:
    """Return the directory a path lies in; "" is the root."""
    return path.rpartition("/")[0]


def join(directory: str, name: str) -> str:
    """Return the path of `name` in a directory; "" is the root."""
    return f"{directory}/{name}" if directory else name


def upwards(directory: str) -> tuple[str, ...]:
    """Return a directory and those above it, the root ("") last."""
    return (directory, *_parents(directory)) if directory else ("",)


def _parents(path: str) -> tuple[str, ...]:
    parts = path.split("/")[:-1]
    return tuple("/".join(parts[:count]) for count in range(len(parts), -1, -1))
