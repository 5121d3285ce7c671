"""Bottom-up enumeration with observational equivalence: all expressions of one scope, likeliest first.

Of two expressions with the same values for all inputs only the likelier is kept (Albarghouthi, Gulwani and Kincaid,
CAV 2013); what it takes to write one is its surprise under the prior, in whole bits.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from tddbot.generator.offline.expressions.clock import Clock
from tddbot.generator.offline.expressions.component import Component
from tddbot.generator.offline.expressions.components import COMPONENTS
from tddbot.generator.offline.expressions.expression import (
    FAILURES,
    Expression,
    Form,
    Leaf,
    Loop,
    applied,
)
from tddbot.generator.offline.expressions.kinds import FAULT, Column, kind_of
from tddbot.generator.offline.expressions.prior import OWN_FUNCTION, surprise
from tddbot.generator.offline.expressions.scopes import Level, Scope, Scopes

_PRICED = tuple((surprise(*component.keys), component) for component in COMPONENTS)
_HASHED = frozenset(("bool", "int", "str"))
_LISTS_OF_HASHED = frozenset(("list:int", "list:str", "list:bool"))
_DEAREST_OUTSIDER = 14
"""Within a loop, what has nothing to do with its variables is looked at up to so many bits only."""


class Bank:
    """The expressions over some variables, level by level: level n holds those of n bits, by their kind.

    At least half of the values for the first `examples` inputs must exist; those for inputs after them may all fail.
    `own` are the variables, a bit each, that this scope is about. Truths are made up to `dearest_truth` bits, if not 0;
    `shapes` are the lengths of lists that are wanted. `helpers` are the module's own functions.
    """

    def __init__(
        self,
        variables: Sequence[tuple[str, Column]],
        constants: Sequence[Leaf],
        examples: int,
        clock: Clock,
        depth: int = 0,
        own: int = -1,
        dearest_truth: int = 0,
        shapes: Collection[Sequence[int]] = (),
        helpers: Sequence[Component] = (),
    ) -> None:
        self._constants = constants
        self._examples = examples
        self._clock = clock
        self._depth = depth
        self._own = own
        self._dearest_truth = dearest_truth
        self._helpers = helpers
        self._priced = (*_PRICED, *((OWN_FUNCTION, each) for each in helpers))
        self._levels: list[Level] = []
        self._seen: set[object] = set()
        self._outer = variables
        self._scopes = Scopes(depth, [name for name, _ in variables], self._within, shapes)
        self._leaves = [*_variables(variables), *_constants(constants, len(variables[0][1]))]

    def level(self, bits: int) -> Level:
        """Return the expressions of so many bits; every cheaper level is made before. Raise OutOfTimeError."""
        while len(self._levels) <= bits:
            for _ in self.grow():
                pass
        return self._levels[bits]

    def grow(self) -> Iterator[Expression]:
        """Make the next level, and yield each expression of it as soon as it is found. Raise OutOfTimeError."""
        bits = len(self._levels)
        level: Level = {}
        self._levels.append(level)
        for found in self._next(bits):
            level.setdefault(found.kind, []).append(found)
            self._scopes.consider(found, self._examples, len(self._outer))
            yield found

    def truths(self) -> Iterator[Expression]:
        """Yield what is true or false, likeliest first."""
        for level in self._levels:
            yield from level.get("bool", ())

    def shaped(self, wanted: Sequence[Any], bits: int, since: int) -> Iterator[Expression]:
        """Yield maps and filters that make lists of the shape of those wanted; they are not kept.

        Raise OutOfTimeError.
        """
        for form, scope, bodies in self._scopes.shaped(wanted, bits, since):
            if found := self._gathered(form, scope, bodies):
                yield found

    def _next(self, bits: int) -> Iterator[Expression]:
        for leaf in self._leaves:
            if leaf.bits == bits and (found := self._noted(leaf)):
                yield found
        components = [(price, each) for price, each in self._priced if price < bits and self._is_wanted(each, bits)]
        for price, component in components:
            for parts in self._operands(component, bits - price):
                if found := self._applied(component, parts, bits):
                    yield found
        for form, scope, bodies in self._scopes.made(bits):
            if (made := self._gathered(form, scope, bodies)) and (found := self._noted(made)):
                yield found

    def _is_wanted(self, component: Component, bits: int) -> bool:
        return component.yields != "bool" or not 0 < self._dearest_truth < bits

    def _operands(self, component: Component, bits: int) -> Iterator[tuple[Expression, ...]]:
        """Yield what the component may be applied to, so many bits together."""
        if component.arity == 1:
            for kind in component.kinds:
                for only in self._levels[bits].get(kind, ()):
                    yield (only,)
        elif component.arity == 2:
            for first in range(1, bits // 2 + 1 if component.is_symmetric else bits):
                yield from self._pairs(component, first, bits - first)
        else:
            for last in range(1, bits - 1):
                for first in range(1, bits - last):
                    yield from self._triples(component, first, bits - last - first, last)

    def _pairs(self, component: Component, first: int, second: int) -> Iterator[tuple[Expression, ...]]:
        lefts, rights = self._levels[first], self._levels[second]
        for kind, mates in component.mates:
            for left in lefts.get(kind, ()):
                for mate in mates:
                    for right in rights.get(mate, ()):
                        yield left, right

    def _triples(self, component: Component, first: int, second: int, third: int) -> Iterator[tuple[Expression, ...]]:
        for signature in component.signatures:
            for left, right in self._pairs(component, first, second):
                for kind in signature[2]:
                    for last in self._levels[third].get(kind, ()):
                        yield left, right, last

    def _applied(self, component: Component, parts: tuple[Expression, ...], bits: int) -> Expression | None:
        uses = 0
        is_sound = True
        for part in parts:
            uses |= part.uses
            is_sound = is_sound and part.is_sound
        if not uses or (bits > _DEAREST_OUTSIDER and not uses & self._own):
            return None
        self._clock.step()
        columns = [part.column for part in parts]
        if is_sound:
            try:
                column = list(map(component.function, *columns))
            except FAILURES:
                is_sound = False
        if not is_sound:
            column = applied(component.function, columns, self._examples // 2, self._examples)
            if not column:
                return None
        kind = component.yields or kind_of(column)
        return self._noted(Expression(component, parts, column, kind, bits, uses, is_sound))

    def _gathered(self, form: Form, scope: Scope, bodies: tuple[Expression, ...]) -> Expression | None:
        self._clock.step()
        column = scope.loop.gathered(form, [body.column for body in bodies])
        is_sound = FAULT not in column
        if not is_sound and column[: self._examples].count(FAULT) > self._examples // 2:
            return None
        uses, bits = scope.source.uses, surprise(*form.keys) + scope.source.bits
        for body in bodies:
            uses |= body.uses & ~scope.variables
            bits += body.bits
        parts = (scope.source, *bodies)
        return Expression(form, parts, column, form.kind or kind_of(column), bits, uses, is_sound, scope.names)

    def _noted(self, made: Expression) -> Expression | None:
        """Return the expression if none before it has the same values."""
        mark = _mark(made)
        if mark in self._seen:
            return None
        self._seen.add(mark)
        self._clock.hold()
        return made

    def _within(self, loop: Loop, names: tuple[str, ...]) -> "Bank":
        """Return the bank of what may be said about each item of a loop."""
        outer = [(name, loop.spread(column)) for name, column in self._outer]
        inner = [*outer, *zip(names, loop.columns(names), strict=True)]
        own = ((1 << len(names)) - 1) << len(outer)
        return Bank(
            inner,
            self._constants,
            sum(loop.counts[: self._examples]),
            self._clock,
            self._depth + 1,
            own,
            helpers=self._helpers,
        )


def _mark(made: Expression) -> object:
    """Return what is equal for two expressions of one kind and the same values, and is cheap to find again."""
    if made.is_sound and made.kind in _HASHED:
        return (made.kind, *made.column)
    if made.is_sound and made.kind in _LISTS_OF_HASHED:
        return (made.kind, *map(tuple, made.column))
    return made.kind, repr(made.column)


def _variables(named: Sequence[tuple[str, Column]]) -> Iterator[Expression]:
    bits = surprise("name") + (len(named) - 1).bit_length()
    for at, (name, column) in enumerate(named):
        yield Expression(Leaf(name), (), column, kind_of(column), bits, 1 << at)


def _constants(leaves: Sequence[Leaf], size: int) -> Iterator[Expression]:
    for leaf in leaves:
        column = [leaf.value] * size
        yield Expression(leaf, (), column, kind_of([leaf.value]), surprise(f"constant:{leaf.text}"), 0)
