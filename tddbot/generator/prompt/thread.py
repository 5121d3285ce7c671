"""What was said in one conversation with a model after the brief, turn by turn. How a turn is worded: `prompt.py`.

A proposal's `replay` is the whole thread that led to it, so that an answer to it needs nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tddbot.domain import Excerpt
from tddbot.generator.wire.endings import Json


@dataclass(frozen=True, slots=True)
class Digest:
    """What was tried before this fresh start and why it failed, in a few words."""

    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search without a model has found, for the first model that is asked. It may be left out."""

    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The approach that this one of several candidates side by side is to take."""

    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the model said: items of the Responses API, to be replayed as they are."""

    items: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Faulty:
    """Why the answer could not be used; `whole_files` asks for whole files instead of SEARCH/REPLACE."""

    reason: str
    whole_files: bool = False


@dataclass(frozen=True, slots=True)
class Lent:
    """A file that the model asked for."""

    excerpt: Excerpt


@dataclass(frozen=True, slots=True)
class Withheld:
    """A file that the model asked for and does not get, and why in one clause."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """How the answer went when it was tried: the feedback."""

    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """No turn, but the mark of a model that would not answer: it is asked once more on the next rung, and not again."""


Turn = Digest | Found | Plan | Answered | Faulty | Lent | Withheld | Judged
Thread = tuple[Turn, ...]


def thread_of(replay: Iterable[object]) -> Thread:
    """Return a proposal's replay as the thread that it is; empty where it is of another generator."""
    turns = tuple(replay)
    return turns if all(isinstance(turn, Turn) for turn in turns) else ()  # type: ignore[return-value]
