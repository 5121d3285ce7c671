"""What a failure's kind and values say about the slip, before any line is looked at."""

from collections.abc import Iterator, Mapping

from tddbot.domain import Failure, Outcome, Result, Target

_LOGIC = (
    "comparison",
    "connective",
    "double_negation",
    "negated_condition",
    "negated_operand",
    "negated_value",
    "truth",
)
_COUNTING = ("integer", "negative", "range_bounds", "slice_bounds", "index", "needless_one", "lost_one", "comparison")
_BY_KIND: Mapping[str, tuple[str, ...]] = {
    "NameError": ("variable",),
    "UnboundLocalError": ("variable", "negated_condition"),
    "IndexError": _COUNTING,
    "KeyError": ("variable", "integer", "index"),
    "TypeError": ("argument_order", "variable", "twin", "lost_call", "lost_argument", "lost_part"),
    "AttributeError": ("other_attribute", "variable", "lost_call", "identity"),
    "RecursionError": ("comparison", "negated_condition", "integer", "arithmetic"),
}
_ENDLESS = (
    "arithmetic",
    "augmented",
    "comparison",
    "element_order",
    "endless",
    "integer",
    "lost_one",
    "lost_sum",
    "needless_one",
    "negated_condition",
    "other_jump",
    "variable",
)


def favour(target: Target) -> Mapping[str, float]:
    """Return by operator's name how many times likelier the failures make it; an operator not named stays as it is."""
    factors: dict[str, float] = {}
    for result in target.results:
        for operator, factor in _told_by(result):
            factors[operator] = max(factor, factors.get(operator, 1.0))
    return factors


def _told_by(result: Result) -> Iterator[tuple[str, float]]:
    if result.outcome is Outcome.TIMEOUT:
        yield from ((operator, 2.0) for operator in _ENDLESS)
    if result.failure is not None:
        yield from ((operator, 2.0) for operator in _BY_KIND.get(result.failure.kind.rpartition(".")[2], ()))
        yield from _told_by_values(result.failure)


def _told_by_values(failure: Failure) -> Iterator[tuple[str, float]]:
    values = {failure.expected, failure.actual}
    if failure.actual == "None" or "NoneType" in failure.message:
        yield "lost_return", 4.0
    if values == {"True", "False"}:
        yield from ((operator, 1.5) for operator in _LOGIC)
    expected, actual = _number(failure.expected), _number(failure.actual)
    if expected is not None and actual is not None:
        if abs(expected - actual) == 1:
            yield from ((operator, 1.5) for operator in _COUNTING)
        if expected == -actual != 0:
            yield from ((operator, 3.0) for operator in ("sign", "lost_sign", "operand_order"))


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
