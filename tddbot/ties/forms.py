"""A call as a form with blanks and the values in them, so that the same call can be made with others."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tddbot.ties.values import Opaque, Value, read, tree_of, written

_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Form:
    """The source around the blanks: one more piece than there are blanks.

    `names` tells of each blank the parameter's name or, where that is not known, its position.
    """

    pieces: tuple[str, ...]
    names: tuple[str, ...]

    def filled(self, values: Sequence[Value]) -> str:
        """Return the call with these values in the blanks."""
        middle = "".join(written(value) + piece for value, piece in zip(values, self.pieces[1:], strict=True))
        return self.pieces[0] + middle


@dataclass(frozen=True, slots=True)
class Filled:
    """A form and one set of values for it."""

    form: Form
    values: tuple[Value, ...]


def opened(expression: str) -> Filled | None:
    """Return a call as a form and its values, those of the constructors in it included; None for what is none."""
    if len(expression) > _LONGEST:
        return None
    try:
        tree = tree_of(expression)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(tree.body, ast.Call):
        return None
    text = ast.unparse(tree)
    blanks = sorted(_blanks(ast.parse(text, mode="eval").body), key=lambda blank: blank[0].col_offset)
    data, at, pieces = text.encode(), 0, []
    blanks = [each for at, each in enumerate(blanks) if not _is_within(each, blanks[:at])]
    for node, _ in blanks:
        pieces.append(data[at : node.col_offset].decode())
        at = node.end_col_offset or at
    pieces.append(data[at:].decode())
    values = tuple(read(ast.unparse(node)) for node, _ in blanks)
    return Filled(Form(tuple(pieces), tuple(name for _, name in blanks)), values)


def _is_within(blank: tuple[ast.expr, str], others: Sequence[tuple[ast.expr, str]]) -> bool:
    return any(blank[0].col_offset < (other.end_col_offset or 0) for other, _ in others)


def called(name: str, arguments: Iterable[str], keywords: Iterable[tuple[str, str]] = ()) -> str:
    """Return a call's source."""
    return f"{name}({', '.join([*arguments, *(f'{key}={text}' for key, text in keywords)])})"


def _blanks(node: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    """Yield the arguments of a call, those of a constructor that is an argument or the receiver instead of itself."""
    if isinstance(node, ast.Attribute):
        yield from _blanks(node.value)
    if isinstance(node, ast.Lambda):
        for each in ast.walk(node.body):  # a scene, whose calls are within each other at most by their receivers
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute):
                yield from _given(each)
    if not isinstance(node, ast.Call):
        return
    yield from _blanks(node.func)
    yield from _given(node)


def _given(node: ast.Call) -> Iterator[tuple[ast.expr, str]]:
    named = [(argument, str(place)) for place, argument in enumerate(node.args)]
    named += [(keyword.value, keyword.arg) for keyword in node.keywords if keyword.arg]
    for argument, name in named:
        if isinstance(argument, ast.Call) and isinstance(read(ast.unparse(argument)), Opaque):
            yield from _blanks(argument)
        elif not isinstance(argument, ast.Starred):
            yield argument, name
