"""The search: all expressions in the order of the prior, until what satisfies the examples has had its rivals."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

from tddbot.generator.offline.expressions.angles import Angle, angles, items, together
from tddbot.generator.offline.expressions.bank import Bank
from tddbot.generator.offline.expressions.branches import branches
from tddbot.generator.offline.expressions.clock import Clock, OutOfTimeError
from tddbot.generator.offline.expressions.component import Component
from tddbot.generator.offline.expressions.expression import Expression, Leaf
from tddbot.generator.offline.expressions.goal import Goal
from tddbot.generator.offline.expressions.probes import Row

_RIVALRY = 5
"""How many bits beyond the first expression that satisfies all examples are searched for others."""

_DEEPER = 12
"""How many bits further maps and filters are looked at that make lists of the wanted lengths: few expressions do."""

_DEAREST_CONDITION = 24
"""Where no truth is wanted, it can only be a branch's condition, and is looked at up to so many bits."""

_MOST_PASSERS = 40
_MOST_OF_AN_ITEM = 4


@dataclass
class Harvest:
    """What a search found: `passers` satisfy all examples, likeliest first.

    `rash` are, for each split, the bits of the likeliest expression that satisfies this part of the examples. `reached`
    are the bits up to which everything was looked at. `partial` has the likeliest expression by what it satisfies.
    """

    passers: list[Expression] = field(default_factory=list)
    rash: dict[int, int] = field(default_factory=dict)
    partial: dict[int, Expression] = field(default_factory=dict)
    reached: int = 0

    def is_done(self) -> bool:
        """Whether the rivals of the likeliest passer were looked at."""
        return bool(self.passers) and self.reached > min(each.bits for each in self.passers) + _RIVALRY

    def sift(self, found: Expression, angle: Angle) -> None:
        """Note what an expression satisfies."""
        goal = angle.goal
        mask = goal.mask(found.column) if goal.may_be(found.kind) else 0
        if not mask:
            return
        if angle.separator is None:
            self.partial.setdefault(mask, found)
        for part in splits(goal.size):
            if part & mask == part:
                bits = found.bits + angle.bits
                self.rash[part] = min(bits, self.rash.get(part, bits))
        if mask == (1 << goal.size) - 1 and len(self.passers) < _MOST_PASSERS:
            self.passers.append(angle.lifted(found))


def splits(size: int) -> tuple[int, ...]:
    """Return parts of the examples, as masks: both halves in two ways, or all but one where halves would be single."""
    everything = (1 << size) - 1
    if size < 4:
        return tuple(everything & ~(1 << at) for at in range(size))
    even = sum(1 << at for at in range(0, size, 2))
    first = (1 << (size + 1) // 2) - 1
    return even, everything & ~even, first, everything & ~first


class Search:
    """One search for one goal; `beside` are inputs besides the examples, on which expressions are told apart.

    `helpers` are the module's own functions.
    """

    def __init__(
        self,
        goal: Goal,
        constants: Sequence[Leaf],
        beside: Sequence[Row],
        clock: Clock,
        helpers: Sequence[Component] = (),
    ) -> None:
        columns = [[*column, *(row[at] for row in beside)] for at, column in enumerate(goal.inputs)]
        self._whole = (Harvest(), tuple(angles(goal, constants)))
        self._items = tuple((Harvest(), tuple(angles(item, constants))) for item in items(goal))

        ways = [angle for _, each in (self._whole, *self._items) for angle in each]
        self._bank = Bank(
            list(zip(goal.names, columns, strict=True)),
            constants,
            goal.size,
            clock,
            dearest_truth=0 if goal.holds_truths() else _DEAREST_CONDITION,
            shapes=[[len(wanted) for wanted in angle.goal.wanted] for angle in ways if _is_list(angle.goal)],
            helpers=helpers,
        )

    def harvest(self) -> Harvest:
        """Search until the time is over, or the likeliest passer has no rival near."""
        try:
            while not self._is_done():
                self._go_on()
        except OutOfTimeError:
            pass
        whole, ways = self._whole
        if not whole.passers:
            whole.passers.extend(branches(whole.partial, self._bank.truths(), ways[0].goal.size))
        if self._items:
            _put_together(whole, [harvest for harvest, _ in self._items])
        whole.passers = _distinct(whole.passers)
        return whole

    def _is_done(self) -> bool:
        whole, _ = self._whole
        return whole.is_done() or (bool(self._items) and all(harvest.is_done() for harvest, _ in self._items))

    def _go_on(self) -> None:
        hunts = (self._whole, *self._items)
        for found in self._bank.grow():
            for harvest, ways in hunts:
                for angle in ways:
                    harvest.sift(found, angle)
        for harvest, ways in hunts:
            deep = harvest.reached + _DEEPER
            for angle in ways:
                if _is_list(angle.goal):
                    for found in self._bank.shaped(angle.goal.wanted, deep, deep - 1 if harvest.reached else 0):
                        harvest.sift(found, angle)
            harvest.reached += 1


def _is_list(goal: Goal) -> bool:
    return goal.kind.startswith("list:")


def _put_together(whole: Harvest, parts: Sequence[Harvest]) -> None:
    """Add the tuples that the items' passers make to those of the whole."""
    choices = [_distinct(part.passers)[:_MOST_OF_AN_ITEM] for part in parts]
    made = [together(choice) for choice in product(*choices)]
    if not made:
        return
    extra = made[0].bits - sum(part.bits for part in made[0].parts)
    for split in set.intersection(*(set(part.rash) for part in parts)):
        bits = extra + sum(part.rash[split] for part in parts)
        whole.rash[split] = min(bits, whole.rash.get(split, bits))
    whole.passers.extend(made)


def _distinct(passers: Sequence[Expression]) -> list[Expression]:
    """Return the passers likeliest first, and of those with the same values only the first."""
    found: dict[str, Expression] = {}
    for each in sorted(passers, key=lambda passer: passer.bits):
        found.setdefault(repr(each.column), each)
    return list(found.values())
