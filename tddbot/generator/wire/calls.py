"""One call to a model, as types: the question, and what makes the call. No network is known here."""

from collections.abc import Callable
from dataclasses import dataclass

from tddbot.generator.prompt.prompt import Prompt
from tddbot.generator.wire.dialect import Dialect
from tddbot.generator.wire.endings import CallEnd
from tddbot.stop import Stop


@dataclass(frozen=True, slots=True)
class Question:
    """One request. `output_cap` is in tokens, reasoning included; an empty `effort` is not sent."""

    model: str
    effort: str
    prompt: Prompt
    output_cap: int


Dial = Callable[[Question, float, Stop], CallEnd]
"""Makes one call within so many seconds; every way that it can end is a value."""

Accepted = Callable[[], None]
"""Is called as soon as the server begins to answer, so that nobody has to wait for the whole answer to know."""

Wire = Callable[[Question, Dialect, float, Stop, Accepted], CallEnd]
"""The same in one dialect; a refusal of the dialect is an ending, too."""
