"""Whether a call is made again after the way it ended, and how: the policy, without the calls. Pure.

Each ending has a number of tries of its own; the ledger and the deadline bound them all together. A context that
overflows is not here: what is left out then is decided where the brief is known (`conversation.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tddbot.generator.settings import Effort
from tddbot.generator.wire.endings import CallEnd, End

_TRIES = {
    End.RATE_LIMIT: 4,
    End.TRANSIENT: 3,
    End.TIMEOUT: 3,
    End.CUT_OFF: 2,
    End.EMPTY: 2,
    End.TRUNCATED: 2,
}
_OUT_OF_MEANS = {
    End.AUTHENTICATION,
    End.QUOTA,
    End.RATE_LIMIT,
    End.TRANSIENT,
    End.CAPABILITY,
    End.UNKNOWN_MODEL,
    End.PROTOCOL,
    End.UNRECORDED,
}
_FINAL = _OUT_OF_MEANS | {End.REFUSAL, End.FILTERED, End.OVERFLOW}
_EFFORTS = (Effort.LOW, Effort.MEDIUM, Effort.HIGH, Effort.XHIGH, Effort.MAX)


@dataclass(frozen=True, slots=True)
class Again:
    """Make the call once more: after `wait` seconds, with the output cap and the time multiplied, or less effort."""

    wait: float = 0.0
    output: int = 1
    time: float = 1.0
    easier: bool = False


def again(ended: Sequence[CallEnd], pause: float, jitter: float) -> Again | None:
    """Return how to repeat a call that has ended so far in these ways, or None where it is not to be repeated.

    `pause` is the first wait in seconds where the server names none; `jitter` (0 to 1) lengthens it by up to half.
    """
    last = ended[-1]
    times = sum(call.end is last.end for call in ended)
    if times >= _TRIES.get(last.end, 1):
        return None
    if last.end is End.RATE_LIMIT and last.retry_after is not None:
        return Again(wait=last.retry_after)
    if last.end in (End.RATE_LIMIT, End.TRANSIENT, End.CUT_OFF):
        return Again(wait=pause * 2 ** (times - 1) * (1 + jitter / 2))
    if last.end is End.TIMEOUT:
        return Again(time=1.5) if times == 1 else Again(easier=True)
    # An empty answer that the server calls complete was bad luck; one that was cut used up its cap by thinking.
    return Again(output=2 if last.end is End.TRUNCATED or last.detail else 1)


def easier(effort: str) -> str:
    """Return the next lower effort that is one at all, or "" where there is none."""
    known = [each.value for each in _EFFORTS]
    place = known.index(effort) if effort in known else 0
    return known[place - 1] if place else ""


def is_final(end: End) -> bool:
    """Whether the same question to the same model is of no use any more, once the repeats are used up."""
    return end in _FINAL


def is_out_of_means(end: End) -> bool:
    """Whether no model can be asked any more: it is the service or how it was set up, and not the question."""
    return end in _OUT_OF_MEANS
