"""How much the examples say: the bits that what they demand takes to write down, for somebody who knows the inputs."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from tddbot.generator.offline.expressions.goal import Goal

_LETTER = 4.0
_SHORTEST_COPY = 2


def evidence(goal: Goal) -> float:
    """Return the bits in the demanded values.

    What stands in the input is pointed at: that `max` picks one of three items is worth less than two bits, however
    long that item is. What was an answer before is pointed at, too.
    """
    seen: list[str] = []
    total = 0.0
    for at, wanted in enumerate(goal.wanted):
        bits = _Known([column[at] for column in goal.inputs]).bits(wanted)
        if repr(wanted) in seen:
            bits = min(bits, 1 + math.log2(len(seen)))
        else:
            seen.append(repr(wanted))
        total += bits
    return total


class _Known:
    """What stands in the inputs of one call."""

    def __init__(self, inputs: Sequence[Any]) -> None:
        parts = [part for value in inputs for part in _parts(value)]
        self._parts = {repr(part) for part in parts}
        self._texts = [part for part in parts if isinstance(part, str)]
        self._pointer = math.log2(max(2, len(parts)))

    def bits(self, value: Any) -> float:
        """Return what it takes to tell a value."""
        afresh = self._afresh(value)
        return min(afresh, self._pointer) if repr(value) in self._parts else afresh

    def _afresh(self, value: Any) -> float:
        if value is None or isinstance(value, bool):
            return 1.0
        if isinstance(value, int | float):
            return (1 if isinstance(value, int) else 4) + 2 * math.log2(1 + abs(value))
        if isinstance(value, str):
            return 1 + self._text(value)
        if isinstance(value, dict):
            return 2 + sum(self.bits(key) + self.bits(each) for key, each in value.items())
        return 2 + sum(map(self.bits, value))

    def _text(self, text: str) -> float:
        """Return what a text takes where runs of letters may be copied from the inputs."""
        total = 0.0
        at = 0
        while at < len(text):
            run = max((_copied(text, at, source) for source in self._texts), default=0)
            copy = self._pointer + 2 * math.log2(1 + run)
            if run >= _SHORTEST_COPY and copy < run * _LETTER:
                total, at = total + copy, at + run
            else:
                total, at = total + _LETTER, at + 1
        return total


def _copied(text: str, at: int, source: str) -> int:
    """Return the length of the longest run from `at` on that stands in the source."""
    run = 0
    while at + run < len(text) and text[at : at + run + 1] in source:
        run += 1
    return run


def _parts(value: Any) -> Iterator[Any]:
    """Yield a value and all that is in it; a text is whole."""
    yield value
    if isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _parts(each)
    elif isinstance(value, dict):
        yield from _parts([*value, *value.values()])
