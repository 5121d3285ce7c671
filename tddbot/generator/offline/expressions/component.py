"""What expressions are made of: an operation with its text, its operands' kinds and its entries in the prior."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Signature = tuple[tuple[str, ...], ...]
"""For each operand the kinds that it may have."""


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """An operation on plain values that ends soon and takes little, whatever it is given.

    `template` has a place for each operand; `keys` name what it is made of, as `uses.py` counts it in source code.
    `yields` is the kind of what comes out, where that is known beforehand. One that is lazy comes out as an iterator,
    and is written as a list of it; one that consumes goes through its last operand once, where an iterator does.
    """

    template: str
    keys: tuple[str, ...]
    function: Callable[..., Any]
    signatures: tuple[Signature, ...]
    yields: str = ""
    is_symmetric: bool = False
    is_lazy: bool = False
    consumes: bool = False

    arity: int = field(init=False)
    kinds: tuple[str, ...] = field(init=False)
    mates: tuple[tuple[str, tuple[str, ...]], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Read off the signatures how many operands there are, the first one's kinds, and which go with each."""
        mates: dict[str, dict[str, None]] = {}
        for first, *others in self.signatures:
            for kind in first:
                mates.setdefault(kind, {}).update(dict.fromkeys(others[0] if others else ()))
        object.__setattr__(self, "arity", len(self.signatures[0]))
        object.__setattr__(self, "kinds", tuple(mates))
        object.__setattr__(self, "mates", tuple((kind, tuple(seconds)) for kind, seconds in mates.items()))


def alike(kinds: Iterable[str]) -> tuple[Signature, ...]:
    """Return the signatures of two operands of the same kind."""
    return tuple(((kind,), (kind,)) for kind in kinds)
