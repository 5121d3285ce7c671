"""Delta debugging: of many parts, few that are enough. Knows nothing of patches and tests.

ddmin is Zeller's and Hildebrandt's (Simplifying and Isolating Failure-Inducing Input, 2002, IEEE TSE 28(2)).
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TypeVar

Part = TypeVar("Part")


def smallest(parts: Sequence[Part], first_enough: Callable[[Iterable[tuple[Part, ...]]], int | None]) -> list[Part]:
    """Return parts of which none can be left out, given that all together are enough.

    `first_enough` tries sets in their order and returns which one is enough first, or None where none is. It is asked
    for all sets of one granularity at once, and never for a set that it refused before. Where it refuses everything
    from some moment on, what is known by then is returned.
    """
    left, pieces = list(parts), 2
    refused: set[tuple[Part, ...]] = set()
    while len(left) >= 2:
        chunks = _parted(left, pieces)
        others = [[part for part in left if part not in chunk] for chunk in chunks] if pieces > 2 else []
        sets = [each for each in dict.fromkeys(map(tuple, [*chunks, *others])) if each not in refused]
        found = first_enough(sets) if sets else None
        if found is not None:
            refused.update(sets[:found])
            is_chunk = list(sets[found]) in chunks
            left, pieces = list(sets[found]), 2 if is_chunk else max(pieces - 1, 2)
        elif pieces >= len(left):
            break
        else:
            refused.update(sets)
            pieces = min(pieces * 2, len(left))
    return left


def _parted(parts: Sequence[Part], pieces: int) -> list[list[Part]]:
    """Part into as many pieces of nearly the same length, the order kept."""
    ends = [len(parts) * number // pieces for number in range(pieces + 1)]
    return [list(parts[start:end]) for start, end in pairwise(ends)]
