"""At most one branch: what satisfies some examples, and what the others, with a condition that tells them apart."""

from collections.abc import Iterable, Iterator

from tddbot.generator.offline.expressions.expression import Branch, Expression, chosen
from tddbot.generator.offline.expressions.prior import surprise

FEWEST_ON_A_SIDE = 2
"""A side that serves one example alone is that example learnt by heart."""

_MOST_PARTIAL = 60
_BRANCH = Branch()


def branches(partial: dict[int, Expression], truths: Iterable[Expression], size: int) -> Iterator[Expression]:
    """Yield `a if c else b` for `size` examples; `partial` has the likeliest expression by what it satisfies."""
    everything = (1 << size) - 1
    sides = sorted(partial.items(), key=lambda item: item[1].bits)[:_MOST_PARTIAL]
    seen: set[int] = set()
    for truth in truths:
        where = sum(1 << at for at, value in enumerate(truth.column[:size]) if value is True)
        if where in seen or not truth.is_sound:
            continue
        seen.add(where)
        if min(where.bit_count(), size - where.bit_count()) < FEWEST_ON_A_SIDE:
            continue
        first = next((side for mask, side in sides if where & mask == where), None)
        other = next((side for mask, side in sides if mask | where == everything), None)
        if first is not None and other is not None and first is not other:
            yield _branch(first, truth, other)


def _branch(first: Expression, truth: Expression, other: Expression) -> Expression:
    parts = (first, truth, other)
    column = [chosen(*row) for row in zip(*(part.column for part in parts), strict=True)]
    bits = surprise("branch") + sum(part.bits for part in parts)
    return Expression(_BRANCH, parts, column, first.kind, bits, first.uses | truth.uses | other.uses)
