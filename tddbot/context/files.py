"""The repository's files as a brief reads them: text only, each read and parsed once, secrets never opened."""

import ast
from collections.abc import Callable, Sequence
from functools import cache

from tddbot import parsing, protection
from tddbot.text import decode

Read = Callable[[str], bytes | None]
"""A file's content by repository path, or None where there is no such file."""

LARGEST = 200_000
"""Files of more bytes than this stay out of a brief."""


class Files:
    """The paths of a repository and their text; a file that is secret, too large or no text counts as having none."""

    def __init__(self, paths: Sequence[str], read: Read) -> None:
        self.paths = frozenset(paths)
        self.directories = frozenset(parent for path in self.paths for parent in _parents(path))
        self._read = read
        self.text = cache(self._text)
        self.tree = cache(self._tree)

    def _text(self, path: str) -> tuple[str, str] | None:
        if path not in self.paths or protection.is_secret(path):
            return None
        data = self._read(path)
        return None if data is None or len(data) > LARGEST else decode(data)

    def _tree(self, path: str) -> ast.Module | None:
        source = self.text(path) if path.endswith(".py") else None
        return None if source is None else parsed(source[0])


def parsed(source: str) -> ast.Module | None:
    """Return the syntax tree, or None where the text is not Python or nests too deeply to be read."""
    found = parsing.parsed(source)
    return found if isinstance(found, ast.Module) else None


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
