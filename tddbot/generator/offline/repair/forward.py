"""The operators, forward: mutants of what a patch added, to find out which of them no test notices."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from tddbot.domain import Edit, Excerpt, Patch, Role
from tddbot.generator.offline.repair.candidates import Programs, apart, spliced
from tddbot.generator.offline.repair.operators import (
    arithmetic,
    bounds,
    calls,
    comparison,
    constants,
    flow,
    logic,
    names,
    removal,
)
from tddbot.generator.offline.repair.operators.table import Table
from tddbot.generator.offline.repair.places import Change, Place, Statement, places, statements
from tddbot.generator.offline.repair.vocabulary import Vocabulary, vocabulary
from tddbot.generator.offline.syntax import Source, kind, read

MOST = 80
_MOST_MADE = 4 * MOST
_LARGEST = 100_000


class Slip(StrEnum):
    """The kinds of mutants, those that programmers ask about first in front."""

    BOUNDARY = "boundary"
    BRANCH = "branch"
    NEGATION = "negation"
    CONDITION = "condition"
    CONNECTIVE = "connective"
    CONSTANT = "constant"
    ARITHMETIC = "arithmetic"
    REMOVAL = "removal"
    CALL = "call"
    BOUNDS = "bounds"
    JUMP = "jump"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A patch with one change more: the bytes from `start` to `end` of the file after the patch, in UTF-8, become
    `text`. `line` is that of the change.
    """

    patch: Patch
    path: str
    line: int
    start: int
    end: int
    text: str
    slip: Slip


@dataclass(frozen=True, slots=True)
class _Kind:
    """The operators of one kind of slip; of what one of them makes of a node, the `most` likeliest are taken."""

    slip: Slip
    most: int
    table: Table
    least: float = 0.0


_NEGATED = (logic.negated_condition,)
_FIXED = (removal.lost_question,)
_KINDS = (
    _Kind(Slip.BOUNDARY, 2, {"ComparisonTarget": (comparison.comparison,)}, least=0.5),
    _Kind(Slip.BRANCH, 2, {"CompIf": _FIXED, "If": _FIXED, "IfExp": _FIXED}),
    _Kind(
        Slip.CONDITION,
        1,
        {
            "CompIf": _NEGATED,
            "If": _NEGATED,
            "IfExp": _NEGATED,
            "MatchCase": _NEGATED,
            "UnaryOperation": (logic.double_negation,),
            "While": _NEGATED,
        },
    ),
    _Kind(Slip.CONNECTIVE, 2, {"BooleanOperation": (logic.extra_condition, logic.connective)}),
    _Kind(
        Slip.CONSTANT,
        2,
        {
            "Float": (constants.fraction,),
            "Integer": (constants.integer,),
            "Name": (constants.truth,),
            "UnaryOperation": (constants.negative,),
        },
    ),
    _Kind(
        Slip.ARITHMETIC,
        1,
        {
            "AugAssign": (arithmetic.augmented,),
            "BinaryOperation": (arithmetic.arithmetic,),
            "UnaryOperation": (arithmetic.sign,),
        },
    ),
    _Kind(
        Slip.REMOVAL,
        1,
        {
            "Return": (removal.lost_result,),
            "SimpleStatementLine": (removal.lost_statement,),
            "SimpleStatementSuite": (removal.lost_statement,),
        },
    ),
    _Kind(Slip.CALL, 1, {"Call": (calls.needless_call, names.twin, calls.argument_order, calls.extra_argument)}),
    _Kind(Slip.BOUNDS, 2, {"Call": (bounds.range_bounds,), "Slice": (bounds.slice_bounds, bounds.slice_step)}),
    _Kind(Slip.JUMP, 1, {"Break": (flow.other_jump,), "Continue": (flow.other_jump,)}),
)
_BOUNDARIES = frozenset({"<", "<=", ">", ">="})
# What only tells of what goes on, and what holds only while the program is run in one way.
_TELLING = re.compile(r"(?:\w+\.)*_?(?:log|logger|logging|warnings|print)(?:\.\w+)*\(", re.IGNORECASE)
_ASIDE = re.compile(r"\b(?:__name__|TYPE_CHECKING)\b")


def mutants(patch: Patch, lines: Mapping[str, frozenset[int]], may_go_on: Callable[[], bool]) -> list[Mutant]:
    """Return at most 80 mutants of a patch, each with a change in one of the `lines` of its files, by path.

    They compile, and no two are the same program. The functions and their lines take turns, and of each line the first
    kinds of slips come first. What is written for people alone stays as it is, as do annotations.
    """
    made = (
        _of_file(source, edit, patch, lines[edit.path])
        for edit in patch.edits
        if edit.after is not None and lines.get(edit.path) and isinstance(source := _source(edit), Source)
    )
    waiting = dict(enumerate(function for file in made if may_go_on() for function in file))
    found: dict[int, list[Mutant]] = defaultdict(list)
    # Of a long patch, each function begins to be looked at before any is to its end.
    while waiting and may_go_on() and sum(map(len, found.values())) < _MOST_MADE:
        for number, function in list(waiting.items()):
            some = next(function, None)
            if some is None:
                del waiting[number]
            else:
                found[number] += some
    return _in_turn([_by_line(group) for group in found.values()])[:MOST]


def _source(edit: Edit) -> Source | str:
    if not edit.path.endswith(".py") or len(edit.after or "") > _LARGEST:
        return "is no Python file, or a large one"
    return read(Excerpt(edit.path, edit.after or "", Role.SOURCE, edit.encoding))


def _of_file(source: Source, edit: Edit, patch: Patch, lines: frozenset[int]) -> list[Iterator[list[Mutant]]]:
    """Return for each function, and each statement outside of any, what yields the mutants of each statement in it."""
    groups: dict[int, list[Statement]] = defaultdict(list)
    for statement in statements(source):
        if not lines.isdisjoint(statement.lines) and not _is_aside(source, statement):
            top = statement.function.outermost.node if statement.function else statement.top
            groups[source.inner(top)[0]].append(statement)
    words, programs = vocabulary(source.data.decode()), Programs()

    def mutant(change: Change, slip: Slip) -> Mutant:
        after = replace(edit, after=spliced(source, change).decode())
        others = Patch(tuple(after if each is edit else each for each in patch.edits))
        return Mutant(others, edit.path, source.line_at(change.start), change.start, change.end, change.text, slip)

    def function(group: list[Statement]) -> Iterator[list[Mutant]]:
        for statement in group:
            changes = _changes(source, statement, words, lines)
            yield [mutant(change, slip) for change, slip in changes if programs.is_new(source, statement, change)]

    return [function(group) for group in groups.values()]


def _changes(
    source: Source, statement: Statement, words: Vocabulary, lines: frozenset[int]
) -> Iterator[tuple[Change, Slip]]:
    for node, place in places(source, statement, words):
        for change, slip in _of(node, place):
            if source.line_at(change.start) in lines:
                yield apart(source, change), slip


def _of(node: Any, place: Place) -> Iterator[tuple[Change, Slip]]:
    # Whose words are meant for people may be left out as a whole.
    is_message = node is not place.statement.node and _is_message(place)
    for each in _KINDS:
        for operator in each.table.get(kind(node), ()) if not is_message else ():
            made = [change for change in operator(place, node) if change.prior >= each.least]
            for change in sorted(made, key=lambda change: -change.prior)[: each.most]:
                yield change, _slip_of(each.slip, change)


def _slip_of(slip: Slip, change: Change) -> Slip:
    return Slip.NEGATION if slip is Slip.BOUNDARY and change.text not in _BOUNDARIES else slip


def _is_message(place: Place) -> bool:
    node: Any = place.statement.node
    return kind(node) in ("SimpleStatementLine", "SimpleStatementSuite") and kind(node.body[0]) == "Raise"


def _is_aside(source: Source, statement: Statement) -> bool:
    """Whether a statement asserts, tells of something, or stands where no test comes by."""
    node: Any = statement.node
    small = node.body[0] if kind(node) in ("SimpleStatementLine", "SimpleStatementSuite") and node.body else None
    top: Any = statement.top
    if kind(top) == "If" and _ASIDE.search(source.between(*source.inner(top.test))):
        return True
    if small is None:
        return False
    text = source.between(*source.inner(small))
    return kind(small) in ("Assert", "Import", "ImportFrom") or _TELLING.match(text) is not None


def _by_line(group: Sequence[Mutant]) -> list[Mutant]:
    """The lines in turn, of each the first kinds first."""
    lines: dict[int, list[Mutant]] = defaultdict(list)
    for mutant in sorted(group, key=lambda each: list(Slip).index(each.slip)):
        lines[mutant.line].append(mutant)
    return _in_turn([lines[line] for line in sorted(lines)])


def _in_turn(groups: Sequence[Sequence[Mutant]]) -> list[Mutant]:
    return [mutant for row in zip_longest(*groups) for mutant in row if mutant is not None]
