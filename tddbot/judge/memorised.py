"""Whether a function has learnt the inputs of the tests and no rule: a table, however it is written. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tddbot.ties.values import Value

FEWEST_ANSWERS = 3
"""So many different answers the tests must know for a table to show."""

FEWEST_INPUTS = 16
"""Of fewer inputs that no test has, nothing is concluded."""

_SLIPS = frozenset({"AttributeError", "IndexError", "KeyError", "NameError", "StopIteration", "UnboundLocalError"})
_NOTHING = frozenset({"None", "False", "True", "0", "-1", "''", "b''", "[]", "()", "{}", "set()"})
_NAME = re.compile(r"[\w .'-]{1,30}")
_DENSE = 2


@dataclass(frozen=True, slots=True)
class Heard:
    """What a function answers to arguments, and what it did `before` the patch: marks, the same for the same answer."""

    values: tuple[Value, ...]
    mark: str
    before: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether the patch makes another answer of it."""
        return self.mark != self.before


def memorised(
    tested: Sequence[Heard],
    others: Sequence[Heard],
    raises: frozenset[str] = frozenset(),
) -> str | None:
    """Say in a clause how a function has learnt the tests' inputs, or None where that is not beyond doubt.

    `others` are inputs like those that are `tested`; `raises` are the exceptions that the function raises by itself.
    """
    if len(others) < FEWEST_INPUTS:
        return None
    return _alike(tested, others, raises)


def _alike(tested: Sequence[Heard], others: Sequence[Heard], raises: frozenset[str]) -> str | None:
    """All that is not in the table has one answer. Where a test wants that one, too, it is meant."""
    marks = {each.mark for each in tested}
    only = others[0].mark
    if any(each.mark != only for each in others) or only in marks or len(marks) < FEWEST_ANSWERS:
        return None
    was_so = all(not each.is_changed for each in others) and any(not each.is_changed for each in tested)
    if was_so or not (_are_scattered(tested) or _is_slip(tested, only, raises)):
        return None
    return f"answers {len(others)} inputs that no test has all with {_said(only)}, and those of the tests otherwise"


def _are_scattered(tested: Sequence[Heard]) -> bool:
    """Whether all arguments are numbers, with gaps between them: what lies in no gap may be all that there is."""
    return _are_numbers(tested) and any(map(_has_gaps, _columns(tested)))


def _are_numbers(tested: Sequence[Heard]) -> bool:
    return all(_is_number(value) for each in tested for value in each.values)


def _has_gaps(column: Sequence[Value]) -> bool:
    numbers = sorted(set(column))
    return len(numbers) >= FEWEST_ANSWERS and numbers[-1] - numbers[0] + 1 > _DENSE * len(numbers)


def _is_slip(tested: Sequence[Heard], only: str, raises: frozenset[str]) -> bool:
    """Whether an answer is none that a function gives to say that there is none, and the arguments are no names.

    Who looks names up has to have a table, and who reads texts has to refuse most of them.
    """
    kind, _, name = only.partition(" ")
    is_raised = kind == "raised"
    if (name not in _SLIPS or name in raises) if is_raised else only in _NOTHING:
        return False
    varied = [column for column in _columns(tested) if len(set(map(repr, column))) >= FEWEST_ANSWERS]
    return any(not any(map(_is_name, column)) for column in varied) and not _are_numbers(tested)


def _columns(heard: Sequence[Heard]) -> list[tuple[Value, ...]]:
    """The arguments by their places."""
    return list(zip(*(each.values for each in heard), strict=True))


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_name(value: Value) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def _said(mark: str) -> str:
    return mark if len(mark) <= 60 else f"{mark[:59]}…"
