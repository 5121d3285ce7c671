"""What code does with a name of the repository, and with what comes of it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

CALL, ITEM, ALL, AWAIT, ENTER = "()", "[]", "[:]", "<await>", "<with>"
"""Steps of a place that are no attributes: the result of a call, an item, all items collected, what is awaited, what
`with` gives.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Something that a module leads to: `steps` from its file on. No steps: the module itself."""

    path: str
    steps: tuple[str, ...] = ()

    def then(self, *steps: str) -> "Place":
        """Return what is further on."""
        return Place(self.path, self.steps + steps)


ANYWHERE = "?"
"""The path of attributes of which nobody knows whose they are."""


class Mark(Enum):
    """What is done with a value besides calling it and looking at its attributes."""

    AWAITED = "awaited"
    ITERATED = "iterated"
    ITERATED_LATER = "async for"
    NEXT = "next"
    ENTERED = "with"
    ENTERED_LATER = "async with"
    RAISED = "raised"
    SUBCLASSED = "subclassed"
    CHECKED = "isinstance"
    DECORATES = "decorates"
    STORED = "stored"
    EQUATED = "compared with one of its own"
    DEPENDED = "read"
    NUMBER = "reckoned with"


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument: the name that the caller has for it, "" for none, and its kind."""

    hint: str
    kind: str


@dataclass(frozen=True, slots=True)
class Shot:
    """One call; `open` where more arguments are unpacked into it than can be counted."""

    arguments: tuple[Argument, ...] = ()
    keywords: tuple[tuple[str, str], ...] = ()
    open: bool = False


@dataclass(slots=True)
class Use:
    """Everything that is done with one place; `demands` are kinds that it must have, `bases` what it must inherit."""

    shots: list[Shot] = field(default_factory=list)
    marks: set[Mark] = field(default_factory=set)
    demands: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)


class Uses:
    """What is done with which place, in the order in which it was first seen."""

    def __init__(self) -> None:
        self._found: dict[Place, Use] = defaultdict(Use)

    def of(self, place: Place) -> Use:
        """Return the use of a place, empty where it has none yet; it may be added to."""
        return self._found[place]

    def seen(self, place: Place) -> bool:
        """Whether the place, or anything that it leads to, was met."""
        return place in self._found or any(True for _ in self.below(place))

    def places(self) -> tuple[Place, ...]:
        """Return every place met, in order."""
        return tuple(self._found)

    def below(self, place: Place) -> Iterator[str]:
        """Yield the first steps that lead on from a place, each once."""
        depth = len(place.steps)
        found = (
            other.steps[depth]
            for other in self._found
            if other.path == place.path and len(other.steps) > depth and other.steps[:depth] == place.steps
        )
        yield from dict.fromkeys(found)
