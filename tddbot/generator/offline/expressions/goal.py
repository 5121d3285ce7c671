"""What the tests demand of a function, as values: the inputs column by column, and what is to come out."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from tddbot.generator.offline.expressions.kinds import FAULT, Column, fits, kind_of, weight


def same(value: Any, wanted: Any) -> bool:
    """Whether a value is the one that a test wants."""
    return value is not FAULT and bool(value == wanted)


def near(value: Any, wanted: Any) -> bool:
    """Whether numbers are as near as `pytest.approx` wants them; what is no number must be the same."""
    if isinstance(wanted, float) and isinstance(value, int | float):
        try:
            return math.isclose(value, wanted, rel_tol=1e-6, abs_tol=1e-12)
        except OverflowError:  # an int that is too large to be a float
            return False
    if isinstance(wanted, list | tuple) and type(value) is type(wanted):
        return len(value) == len(wanted) and all(map(near, value, wanted))
    return same(value, wanted)


@dataclass(frozen=True)
class Goal:
    """Examples of a function: `inputs` are a column for each of `names`, `wanted` is the column to come to."""

    names: tuple[str, ...]
    inputs: tuple[Column, ...]
    wanted: Column
    matches: Callable[[Any, Any], bool] = same

    @property
    def size(self) -> int:
        """How many examples there are."""
        return len(self.wanted)

    @cached_property
    def kind(self) -> str:
        """The kind of what is to come out."""
        return kind_of(self.wanted)

    def lightest(self, count: int) -> "Goal":
        """Return the goal with its lightest examples alone, in their order."""
        rows = list(zip(*self.inputs, self.wanted, strict=True))
        kept = sorted(sorted(range(self.size), key=lambda at: weight(rows[at]))[:count])
        inputs = tuple([column[at] for at in kept] for column in self.inputs)
        return replace(self, inputs=inputs, wanted=[self.wanted[at] for at in kept])

    def texts(self) -> str:
        """Return all that is written in the examples, as one text."""
        return "\0".join(_texts([*self.inputs, self.wanted]))

    def holds_truths(self) -> bool:
        """Whether a truth may be what is wanted, or a part of it."""
        return self.kind in ("bool", "any", "tuple")

    def mask(self, column: Sequence[Any]) -> int:
        """Return the examples that a column satisfies, a bit each; it may go on after them."""
        bits = 0
        for at, wanted in enumerate(self.wanted):
            if self.matches(column[at], wanted):
                bits |= 1 << at
        return bits

    def may_be(self, kind: str) -> bool:
        """Whether expressions of a kind can come to what is wanted."""
        return fits(kind, self.kind)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        yield from _texts([*value, *value.values()])
