"""Files that the user keeps from models: `.aiexclude`, `.aiignore`, `.cursorignore`, each in gitignore's syntax.

`.gitignore` is git's own affair: what it ignores is not among the repository's files. A file that is tracked in spite
of it goes wherever the repository goes, and so is shown.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from pathspec import GitIgnoreSpec

from tddbot.context.code.files import LARGEST, Read, directory_of, join, upwards
from tddbot.context.frames import file_of
from tddbot.domain import Run, Target

NAMES = (".aiexclude", ".aiignore", ".cursorignore")
"""Ignore files of Google's, JetBrains's and Cursor's assistants; what one of them hides, no other brings back."""

MOST_DIRECTORIES = 500
"""The most directories in which unlisted files are looked for, those nearest to the root first."""


def visible(files: Sequence[str], read: Read) -> tuple[str, ...]:
    """Return the files that a model may see, in their order."""
    kept = hidden(files, read)
    return tuple(path for path in files if path not in kept)


def hidden(files: Sequence[str], read: Read) -> frozenset[str]:
    """Return the files that an ignore file in their directory or above hides; it may itself be one that git ignores.

    As with git, the last pattern that matches decides, one of a deeper directory is later than one above, and nothing
    below an ignored directory comes back.
    """
    directories, listed = directories_of(files), frozenset(files)
    tried = frozenset(nearest_root(files))
    found: set[str] = set()
    for name in NAMES:
        places = (place for place in directories if place in tried or join(place, name) in listed)
        if lines := [line for place in places for line in _lines(place, name, read)]:
            found.update(_ignored(files, directories, lines))
    return frozenset(found)


def though_used(kept: Collection[str], target: Target, confirmed: Run) -> str:
    """Say which hidden files the target's tests lie in, fail in or ran, or return "" where there are none."""
    used: set[str] = set()
    for node in target.node_ids:
        result = confirmed.results.get(node)
        frames = result.failure.frames if result and result.failure else ()
        used.update((file_of(node), *(frame.path for frame in frames), *confirmed.coverage.get(node, {})))
    if not (found := sorted(used.intersection(kept))):
        return ""
    is_are = "is" if len(found) == 1 else "are"
    return f"{', '.join(found)} {is_are} kept from models by an ignore file, although the red tests use it"


def directories_of(files: Sequence[str]) -> tuple[str, ...]:
    """Return the directories that hold files, and those above them, from the root ("") down."""
    found = {up for directory in {directory_of(path) for path in files} for up in upwards(directory)}
    return tuple(sorted(found | {""}, key=lambda path: (path.count("/") + 1 if path else 0, path)))


def nearest_root(files: Sequence[str]) -> tuple[str, ...]:
    """Return the directories in which files are looked for that git may not list: reading one takes 0.1 ms."""
    return directories_of(files)[:MOST_DIRECTORIES]


def _ignored(files: Sequence[str], directories: Sequence[str], lines: Sequence[str]) -> Iterator[str]:
    """Yield the ignored files. Directories, which come from the root down, are asked about one by one.

    pathspec alone lets a pattern bring a file back from an ignored directory, and takes `!*/` as word on the files
    below (its issues 129 and 137): so a directory is asked about as if it were a file, with the marks that make a
    pattern one for directories alone taken off.
    """
    of_files = _spec([line for line in lines if line.startswith("!") or not line.rstrip().endswith("**/")])
    of_directories = _spec([re.sub(r"(?<!\\)/\s*$", "", line) for line in lines])
    gone: set[str] = set()
    for directory in directories:
        if directory and (directory_of(directory) in gone or of_directories.match_file(directory)):
            gone.add(directory)
    yield from (path for path in files if directory_of(path) in gone or of_files.match_file(path))


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    """Whether the line can be read as a pattern; as git does, one that cannot is passed over."""
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _lines(directory: str, name: str, read: Read) -> Iterator[str]:
    """Yield the patterns of one ignore file as seen from the root."""
    data = read(join(directory, name))
    if data is not None:
        for line in data[:LARGEST].decode("utf-8-sig", "surrogateescape").splitlines():
            yield _from_root(line, directory) if directory and line.strip() and not line.startswith("#") else line


def _from_root(line: str, directory: str) -> str:
    """Return the pattern with its directory in front: it matches below that only, at any depth if it has no slash."""
    bang = "!" if line.startswith("!") else ""
    pattern = line.removeprefix("!")
    anchored = "/" in pattern.rstrip().removesuffix("/")
    literal = re.sub(r"([\\*?\[\]!# ])", r"\\\1", directory)
    return f"{bang}/{literal}/{'' if anchored else '**/'}{pattern.removeprefix('/')}"
