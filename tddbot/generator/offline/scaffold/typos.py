"""Names in tests that are one slip of the hand away from a name that exists."""

from collections.abc import Iterable
from difflib import SequenceMatcher

_SHORTEST = 5


def meant(name: str, known: Iterable[str], used: Iterable[str] = ()) -> str | None:
    """Return the known name that was surely meant, or None.

    A slip is two neighbours swapped, or one letter too many, too few or wrong within a word. What differs by a digit,
    by a whole part (`min_x`, `min_y`) or at either end (`item`, `items`) is meant as it is; so is a name of which one
    letter is another, where the tests use both.
    """
    if len(name) < _SHORTEST or name.startswith("__"):
        return None
    both = frozenset(used)
    near = [other for other in known if other != name and _is_slip(name, other, other in both)]
    return max(near, key=lambda other: (SequenceMatcher(None, name, other).ratio(), other), default=None)


def _is_slip(name: str, other: str, is_used: bool) -> bool:
    if len(other) < _SHORTEST or abs(len(name) - len(other)) > 1 or name.lower() == other.lower():
        return False
    start = next((place for place, (a, b) in enumerate(zip(name, other, strict=False)) if a != b), len(other))
    if len(name) != len(other):
        longer, shorter = (name, other) if len(name) > len(other) else (other, name)
        at = min(start, len(shorter))
        return 0 < at < len(longer) - 1 and longer[at].isalpha() and longer[:at] + longer[at + 1 :] == shorter
    rest, those = name[start + 1 :], other[start + 1 :]
    if rest == those:
        return not is_used and _is_within(name, start) and name[start].isalpha() and other[start].isalpha()
    return name[start + 1] == other[start] and name[start] == other[start + 1] and rest[1:] == those[1:]


def _is_within(name: str, place: int) -> bool:
    """Whether a letter has letters of the same word on both sides."""
    return 0 < place < len(name) - 1 and "_" not in (name[place - 1], name[place + 1])
