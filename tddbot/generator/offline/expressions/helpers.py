"""The user's own pure functions as components: what they answer is asked in the jail, once and before the search."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, permutations
from typing import Any

from tddbot.domain import Patch
from tddbot.generator.offline.expressions.component import Component, Signature
from tddbot.generator.offline.expressions.goal import Goal
from tddbot.generator.offline.expressions.kinds import Column, is_plain, kind_of
from tddbot.generator.offline.expressions.probes import Row
from tddbot.generator.offline.expressions.pure import Pure, pure
from tddbot.generator.offline.expressions.scopes import LOOP_NAMES
from tddbot.generator.offline.expressions.stubs import Stub
from tddbot.lab import Answer, Lab
from tddbot.stop import Stop
from tddbot.ties.values import read, written

_MOST_FUNCTIONS = 4  # so many are in their price
_MOST_ASKED = 400
_LONGEST = 400
"""The longest call, in characters, that is asked for."""


@dataclass(frozen=True)
class Desk:
    """Where the functions of a module are asked: its `path` and `text`, with the patch that makes it, if any."""

    lab: Lab
    path: str
    text: str
    patch: Patch | None = None

    def components(self, stub: Stub, goal: Goal, beside: Sequence[Row], stop: Stop) -> tuple[Component, ...]:
        """Return what an expression for the stub may call; `beside` are inputs besides the examples, in their order.

        One round trip. A call that was not asked for, raises, or comes to what is not plain has no value.
        """
        helpers = [_Helper(each) for each in _near(self.text, stub)]
        for helper in helpers:
            helper.calls.extend(_calls(helper.pure.arity, goal, beside, _MOST_ASKED // len(helpers)))
        texts = [_asked(helper.pure, call) for helper in helpers for call in helper.calls]
        rows = self.lab.ask(self.path, texts, [self.patch], stop) if texts else ()
        answers = iter(rows[0]) if rows else iter(())
        for helper in helpers:
            helper.hear(list(islice(answers, len(helper.calls))))
        return tuple(helper.component() for helper in helpers if helper.values)


@dataclass
class _Helper:
    pure: Pure
    calls: list[Row] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def hear(self, answers: Sequence[Answer]) -> None:
        """Take in the answers; nothing of what changes its arguments, or does not answer alike twice, is kept."""
        for call, answer in zip(self.calls, answers, strict=False):
            if answer.raised or not answer.plain:
                continue
            told = read(answer.text)
            if not isinstance(told, tuple) or len(told) != 3:
                continue
            value, again, given = told
            if repr(value) != repr(again) or given != call:
                self.values.clear()
                return
            if is_plain(value):
                self.values[repr(call)] = value

    def component(self) -> Component:
        known = [call for call in self.calls if repr(call) in self.values]
        places = ", ".join(f"{{{at}}}" for at in range(self.pure.arity))
        return Component(f"{self.pure.name}({places})", (), _looked_up(self.values), _signatures(known))


def _near(text: str, stub: Stub) -> list[Pure]:
    """Return the pure functions that stand nearest to the stub, and that no variable of it would hide."""
    hidden = {*stub.parameters, *LOOP_NAMES}
    found = [each for each in pure(text) if each.name not in hidden]
    return sorted(found, key=lambda each: abs(each.line - stub.start[0]))[:_MOST_FUNCTIONS]


def _asked(function: Pure, call: Row) -> str:
    """Write what tells a call's value, the same once more, and what has become of the arguments."""
    arguments = "".join(f"{written(each)}, " for each in call)
    name = function.name
    return f"(lambda *_given: ({name}(*_given), {name}(*_given), _given))({arguments})"


def _calls(arity: int, goal: Goal, beside: Sequence[Row], most: int) -> Iterator[Row]:
    """Yield the calls to ask for, each once: with what is given to the stub, and with the items of that."""
    seen: set[str] = set()
    examples = list(zip(*goal.inputs, strict=True))
    every = chain.from_iterable(_of_row(arity, row) for row in (*examples, *beside))
    for call in every:
        mark = repr(call)
        if mark not in seen and len(mark) <= _LONGEST:
            seen.add(mark)
            yield call
            if len(seen) == most:
                return


def _of_row(arity: int, row: Row) -> Iterator[Row]:
    yield from permutations(row, arity)
    for at, value in enumerate(row):
        others = [*row[:at], *row[at + 1 :]]
        for item in value if isinstance(value, list | tuple) else ():
            if arity == 1:
                yield (item,)
                continue
            for other in others:
                yield from ((item, other), (other, item))
            if isinstance(item, tuple) and len(item) == arity:
                yield item


def _looked_up(values: dict[str, Any]) -> Callable[..., Any]:
    """Return the function that these are the values of; LookupError is raised for others."""

    def _known(*given: Any) -> Any:
        return values[repr(given)]

    return _known


def _signatures(calls: Iterable[Row]) -> tuple[Signature, ...]:
    """Return the kinds of the arguments: as they come together, and each that a column of them may have."""
    columns: list[Column] = [list(column) for column in zip(*calls, strict=True)]
    kinds = [dict.fromkeys([kind_of(column), *(kind_of([each]) for each in column)]) for column in columns]
    return (tuple(tuple(each) for each in kinds),)
