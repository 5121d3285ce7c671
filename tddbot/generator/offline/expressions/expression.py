"""An expression as a tree: its text, and its values for any inputs."""

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from tddbot.generator.offline.expressions.component import Component
from tddbot.generator.offline.expressions.kinds import FAULT, Column

FAILURES = (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError)
"""What a component may raise on plain values."""

_KEY = re.compile(r"key=lambda (\w+): ([\w.]+)\(\1\)(?=\)$)")
"""A function that only calls another one."""

Environment = Mapping[str, Column]
"""The values of all variables."""


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A variable or a constant, as it is written."""

    text: str
    value: Any = None
    is_constant: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """What goes over the items of a source: a comprehension, or a call with a key.

    `gather` makes a value of a source's items and, for each body, its values for them. `template` has places for the
    variables, the source and the bodies.
    """

    template: str
    keys: tuple[str, ...]
    gather: Callable[..., Any]
    bodies: int
    kind: str = ""
    consumes: bool = False
    is_list: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """`a if c else b`."""


Operation = Leaf | Component | Form | Branch


@dataclass(slots=True, eq=False)
class Expression:
    """An operation on `parts`, with its values for the inputs of the search.

    `bits` is how unlikely it is, `uses` the variables in it, a bit each. A form's first part is its source, the others
    are its bodies; `names` are its loop's variables.
    """

    operation: Operation
    parts: "tuple[Expression, ...]"
    column: Column = field(repr=False)
    kind: str
    bits: int
    uses: int
    is_sound: bool = True
    names: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The expression as Python writes it, with no parentheses that are not needed."""
        return _with_bare_generators(ast.unparse(ast.parse(_text(self), mode="eval")))

    def walk(self) -> "list[Expression]":
        """Return the expression and all that is in it."""
        return [self, *(each for part in self.parts for each in part.walk())]


def _with_bare_generators(text: str) -> str:
    """Leave away the parentheses of a generator that is a call's only argument, which `ast.unparse` writes."""
    data = bytearray(text.encode())
    needless = []
    for node in ast.walk(ast.parse(text, mode="eval")):
        match node:
            case ast.Call(args=[ast.GeneratorExp(col_offset=start, end_col_offset=int(end))], keywords=[]) if (
                data[start - 1 : start] == b"("  # else they are the call's own
            ):
                needless += [start, end - 1]
    for place in sorted(needless, reverse=True):
        del data[place]
    return data.decode()


def _text(expression: Expression, inside: bool = False) -> str:
    """Write with all parentheses; `inside` what goes through it once, where an iterator does as well as a list."""
    operation, parts = expression.operation, expression.parts
    match operation:
        case Leaf():
            return operation.text
        case Branch():
            first, condition, other = map(_text, parts)
            return f"({first}) if ({condition}) else ({other})"
        case Form():
            texts = (_text(parts[0], True), *map(_text, parts[1:]))
            text = _KEY.sub(r"key=\2", operation.template.format(", ".join(expression.names), *texts))
            return text if inside or not operation.is_list else f"[{text}]"
        case Component():
            last = len(parts) - 1
            texts = tuple(_text(part, operation.consumes and at == last) for at, part in enumerate(parts))
            text = operation.template.format(*texts)
            return f"list({text})" if operation.is_lazy and not inside else text


def values(expression: Expression, environment: Environment, size: int) -> Column:
    """Return the values of an expression for `size` inputs, FAULT where there is none."""
    operation, parts = expression.operation, expression.parts
    match operation:
        case Leaf():
            return [operation.value] * size if operation.is_constant else environment[operation.text]
        case Component():
            return applied(operation.function, [values(part, environment, size) for part in parts])
        case Branch():
            columns = [values(part, environment, size) for part in parts]
            return [chosen(*row) for row in zip(*columns, strict=True)]
        case Form():
            loop = Loop(values(parts[0], environment, size))
            inner = loop.environment(environment, expression.names)
            return loop.gathered(operation, [values(body, inner, loop.size) for body in parts[1:]])


def chosen(value: Any, condition: Any, other: Any) -> Any:
    """Return what a branch comes to."""
    return FAULT if condition is FAULT else value if condition else other


def applied(function: Callable[..., Any], columns: Sequence[Column], most: int = 0, among: int = 0) -> Column:
    """Return a function's values row by row; nothing where more than `most` of the first `among` are faults."""
    results: Column = []
    faults = 0
    for row in zip(*columns, strict=True):
        value = FAULT
        if FAULT not in row:
            with suppress(*FAILURES):
                value = function(*row)
        results.append(value)
        if value is FAULT and len(results) <= among:
            faults += 1
            if faults > most:
                return []
    return results


class Loop:
    """The items of a source, one after the other for all inputs."""

    def __init__(self, sources: Column) -> None:
        self.rows = [FAULT if source is FAULT else list(source) for source in sources]
        self.counts = [0 if row is FAULT else len(row) for row in self.rows]
        self.items = [item for row in self.rows if row is not FAULT for item in row]
        self.size = len(self.items)

    def columns(self, names: tuple[str, ...]) -> list[Column]:
        """Return the columns of the loop's variables: the items, or the two halves of each."""
        return [self.items] if len(names) == 1 else [list(column) for column in zip(*self.items, strict=True)]

    def spread(self, column: Column) -> Column:
        """Return a column from outside of the loop as it is seen within."""
        return [value for value, count in zip(column, self.counts, strict=True) for value in repeat(value, count)]

    def environment(self, outer: Environment, names: tuple[str, ...]) -> Environment:
        """Return the values of all variables within."""
        inner = {name: self.spread(column) for name, column in outer.items()}
        own: list[Column] = self.columns(names) if self.size else [[] for _ in names]
        return {**inner, **dict(zip(names, own, strict=True))}

    def gathered(self, form: Form, bodies: Sequence[Column]) -> Column:
        """Return what a form makes of its bodies' values, input by input."""
        results: Column = []
        start = 0
        for row, count in zip(self.rows, self.counts, strict=True):
            value = FAULT
            if row is not FAULT:
                with suppress(*FAILURES):
                    value = form.gather(row, *(body[start : start + count] for body in bodies))
            results.append(value)
            start += count
        return results
