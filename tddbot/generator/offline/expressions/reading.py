"""From what a laboratory tells of the tests to a goal, or to why no expression is looked for."""

from collections.abc import Sequence
from typing import Any

from tddbot.generator.offline.expressions.goal import Goal, near, same
from tddbot.generator.offline.expressions.kinds import is_plain, weight
from tddbot.lab import Example, Relation
from tddbot.ties.values import read

FEWEST = 3
FEWEST_TRUTHS = 8
_HEAVIEST = 400
_TRUTHS = {Relation.TRUE: True, Relation.FALSE: False}
_EQUAL = (Relation.EQUAL, Relation.IS, Relation.NEARLY)


def goal_of(parameters: Sequence[str], examples: Sequence[Example]) -> Goal | str:
    """Return the goal that the examples are, each call once; or say in a clause what does not fit."""
    rows: dict[str, tuple[tuple[Any, ...], Any]] = {}
    for example in examples:
        row = _row(parameters, example)
        if isinstance(row, str):
            return row
        known = rows.setdefault(repr(row[0]), row)
        if known[1] != row[1]:
            return "has two answers to one call"
    if len(rows) < FEWEST:
        told = {0: "no example", 1: "1 example"}.get(len(rows), f"{len(rows)} examples")
        return f"has {told}: {FEWEST} are the fewest"
    wanted = [answer for _, answer in rows.values()]
    if all(isinstance(each, bool) for each in wanted) and len(rows) < FEWEST_TRUTHS:
        return f"is only said to be true or false {len(rows)} times: {FEWEST_TRUTHS} are the fewest"
    columns = tuple(list(column) for column in zip(*(row for row, _ in rows.values()), strict=True))
    is_near = any(example.relation is Relation.NEARLY for example in examples)
    return Goal(tuple(parameters), columns, wanted, near if is_near else same)


def _row(parameters: Sequence[str], example: Example) -> tuple[tuple[Any, ...], Any] | str:
    given = dict(zip(parameters, example.arguments, strict=False)) | dict(example.keywords)
    if set(given) != set(parameters) or len(example.arguments) > len(parameters):
        return "is called with and without some of its arguments"
    if example.relation in _TRUTHS:
        answer: Any = _TRUTHS[example.relation]
    elif example.relation in _EQUAL:
        answer = read(example.expected)
    else:
        return "is to raise an exception"
    row = tuple(read(given[name]) for name in parameters)
    if not all(map(is_plain, (*row, answer))):
        return "takes or returns what is no plain value"
    return "is called with too much" if weight((*row, answer)) > _HEAVIEST else (row, answer)
