"""How far files lie from one another in the tree of directories."""

from collections.abc import Iterable, Sequence

from tddbot.context.code.files import directory_of


def nearest_first(paths: Iterable[str], places: Iterable[str]) -> list[str]:
    """Return the paths by their steps up and down to the nearest of the directories of `places`, then by name."""
    centres = sorted({tuple(directory_of(place).split("/")) for place in places}) or [("",)]
    distances: dict[str, int] = {}

    def distance(path: str) -> int:
        directory = directory_of(path)
        if directory not in distances:
            parts = tuple(directory.split("/"))
            distances[directory] = min(_steps(parts, centre) for centre in centres)
        return distances[directory]

    return sorted(paths, key=lambda path: (distance(path), path))


def _steps(one: Sequence[str], other: Sequence[str]) -> int:
    one, other = [part for part in one if part], [part for part in other if part]
    common = 0
    while common < min(len(one), len(other)) and one[common] == other[common]:
        common += 1
    return len(one) + len(other) - 2 * common
