"""Which of the files that a run changed on its own disk speak against it. Pure."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from tddbot.protection import path_fault, protected_as

_LOADED = (".py", ".pyc", ".so", ".pth", ".toml", ".ini", ".cfg")


def objection(
    changed: Iterable[str], files: Sequence[str], known: Collection[str] = (), patterns: tuple[str, ...] = ()
) -> str | None:
    """Say in a clause which change makes a run worthless, or None where all are innocent.

    That is a protected file of the snapshot that was rewritten or removed, and a new one that pytest or Python would
    load. `files` are the snapshot's, sorted; `changed` are paths that stand for all below them, `known` those that
    the tests change without a patch, too; `patterns` are protected as well. New data files are innocent.
    """
    for path in changed:
        if path_fault(path) is not None or _is_known(path, known):
            continue
        if hit := next((old for old in _at_or_below(path, files) if protected_as(old, patterns) is not None), None):
            return f"{hit} was rewritten or removed during the run"
        if path.endswith(_LOADED) and protected_as(_source(path), patterns) is not None:
            return f"{path}, which the tests would load, was written during the run"
    return None


def _is_known(path: str, known: Collection[str]) -> bool:
    return path in known or any(str(above) in known for above in PurePosixPath(path).parents)


def _at_or_below(path: str, files: Sequence[str]) -> Iterator[str]:
    for start in (path, f"{path}/"):
        place = bisect_left(files, start)
        while place < len(files) and (files[place] == path or files[place].startswith(f"{path}/")):
            yield files[place]
            place += 1


def _source(path: str) -> str:
    """The file that a compiled one is taken for, or else the path itself."""
    pure = PurePosixPath(path)
    if pure.suffix == ".pyc" and pure.parent.name == "__pycache__":
        return str(pure.parent.parent / f"{pure.name.partition('.')[0]}.py")
    return path
