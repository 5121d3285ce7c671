"""Ways to come at a goal: as it is, as texts to be joined, or as a tuple whose items are found one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tddbot.generator.offline.expressions.component import Component
from tddbot.generator.offline.expressions.components import JOIN
from tddbot.generator.offline.expressions.expression import Expression, Leaf, applied
from tddbot.generator.offline.expressions.goal import Goal
from tddbot.generator.offline.expressions.kinds import ANY
from tddbot.generator.offline.expressions.prior import surprise

_MOST_ITEMS = 3


@dataclass(frozen=True)
class Angle:
    """A goal whose solutions are solutions of the whole once they are joined by `separator`; None: as they are."""

    goal: Goal
    separator: Leaf | None = None

    def lifted(self, found: Expression) -> Expression:
        """Return what solves the whole, where `found` solves this."""
        if self.separator is None:
            return found
        leaf = Expression(
            self.separator, (), [self.separator.value] * len(found.column), "str", _bits(self.separator), 0
        )
        column = applied(JOIN.function, [leaf.column, found.column])
        return replace(
            found, operation=JOIN, parts=(leaf, found), column=column, kind="str", bits=self.bits + found.bits, names=()
        )

    @property
    def bits(self) -> int:
        """What it takes beside the solution of this."""
        return 0 if self.separator is None else surprise(*JOIN.keys) + _bits(self.separator)


def _bits(constant: Leaf) -> int:
    return surprise(f"constant:{constant.text}")


def angles(goal: Goal, constants: Sequence[Leaf]) -> Iterator[Angle]:
    """Yield the ways in which a goal may be come at by one expression."""
    yield Angle(goal)
    if goal.kind == "str":
        for constant in constants:
            if isinstance(constant.value, str):
                pieces = [_pieces(text, constant.value) for text in goal.wanted]
                if sum(len(each) > 1 for each in pieces) > 1:
                    yield Angle(replace(goal, wanted=pieces), constant)


def _pieces(text: str, separator: str) -> list[str]:
    if not separator:
        return list(text)
    return text.split(separator) if text else []


def items(goal: Goal) -> tuple[Goal, ...]:
    """Return a goal for each item of a tuple; nothing where what is wanted is not a tuple, always as long."""
    sizes = {len(each) for each in goal.wanted} if goal.kind == "tuple" else set()
    if len(sizes) != 1 or not 1 < max(sizes) <= _MOST_ITEMS:
        return ()
    return tuple(replace(goal, wanted=[each[at] for each in goal.wanted]) for at in range(max(sizes)))


PAIR, TRIPLE = (
    Component(
        f"({', '.join(f'{{{at}}}' for at in range(size))})",
        ("display:Tuple",),
        lambda *of: of,
        ((ANY,) * size,),
        "tuple",
    )
    for size in (2, 3)
)


def together(parts: tuple[Expression, ...]) -> Expression:
    """Return the tuple of these expressions."""
    display = PAIR if len(parts) == 2 else TRIPLE
    column = applied(display.function, [part.column for part in parts])
    bits = surprise(*display.keys) + sum(part.bits for part in parts)
    uses = 0
    for part in parts:
        uses |= part.uses
    return Expression(display, parts, column, "tuple", bits, uses)
