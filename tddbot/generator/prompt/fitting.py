"""A brief cut down to what fits into a model's context: what may be missed is left out first. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from tddbot.domain import Brief, Failure, Result, Role
from tddbot.generator.asking.billing import estimated_tokens
from tddbot.generator.prompt.prompt import Prompt, prompt
from tddbot.generator.prompt.thread import Found, Thread

_LEFT_OUT = (Role.MAP, Role.SIBLING, Role.SIGNATURES)
"""In this order; after them, the local variables of the failures, and what was found without a model."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A request that fits by our own estimate, the brief that it shows, and how often that was cut down."""

    prompt: Prompt
    brief: Brief
    dropped: int


def fitted(brief: Brief, thread: Thread, room_tokens: int, dropped: int = 0) -> Fitted | str:
    """Return the fullest request that fits into so many tokens of input, or a sentence that says why none does.

    At least `dropped` cuts are made: where a server finds a request too long that fits by the estimate, ask again
    with one more than its `dropped`. Only cuts that make the brief shorter count.
    """
    needed = 0
    for count, (shorter, said) in enumerate(_shorter(brief, thread)):
        request = prompt(shorter, said)
        needed = estimated_tokens(request.size())
        if count >= dropped and needed <= room_tokens:
            return Fitted(request, shorter, count)
    least = f"the request needs about {needed} tokens with all left out that can be"
    if needed <= room_tokens:
        return f"{least}, which the server finds too long"
    return f"{least}, and the model's context has room for {room_tokens}"


def _shorter(brief: Brief, thread: Thread) -> Iterator[tuple[Brief, Thread]]:
    """Yield brief and thread, then each time with something more left out."""
    yield brief, thread
    for role in _LEFT_OUT:
        kept = tuple(excerpt for excerpt in brief.excerpts if excerpt.role is not role)
        if kept != brief.excerpts:
            brief = replace(brief, excerpts=kept)
            yield brief, thread
    frames = chain.from_iterable(result.failure.frames for result in brief.target.results if result.failure)
    if any(frame.locals for frame in frames):
        results = tuple(_without_locals(result) for result in brief.target.results)
        brief = replace(brief, target=replace(brief.target, results=results))
        yield brief, thread
    if any(isinstance(turn, Found) for turn in thread):
        yield brief, tuple(turn for turn in thread if not isinstance(turn, Found))


def _without_locals(result: Result) -> Result:
    return result if result.failure is None else replace(result, failure=_bare(result.failure))


def _bare(failure: Failure) -> Failure:
    return replace(failure, frames=tuple(replace(frame, locals=()) for frame in failure.frames))
