"""How alike two names are, by their letters alone."""

from functools import lru_cache
from itertools import takewhile


@lru_cache(maxsize=4096)
def alike(one: str, other: str) -> float:
    """Return from 0 to 1 how much of two names is a common beginning or end."""
    start = _common_start(one, other)
    end = _common_start(one[start:][::-1], other[start:][::-1])
    return 2 * (start + end) / (len(one) + len(other))


def _common_start(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
