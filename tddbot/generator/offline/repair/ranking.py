"""Where the slip may be: coverage of red against green tests and the frames of the failures, as a weight per place."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from tddbot.domain import Brief, Outcome, Role
from tddbot.generator.offline.repair.hints import favour
from tddbot.generator.offline.repair.operators.table import COMMON, Table
from tddbot.generator.offline.repair.places import Change, Statement, places, statements
from tddbot.generator.offline.repair.recent import Recent, recent
from tddbot.generator.offline.repair.vocabulary import Vocabulary, vocabulary
from tddbot.generator.offline.syntax import Source, kind

_DEEPEST_FRAME = 2.0
_OTHER_FRAME = 1.3
# The other lines of a function that stands in a traceback: what they did may be what it raised about. Measured with
# tests/real: over 44 slips the mean rank of the right change fell from 26.6 to 24.7, at best from 143 to 51.
_SAME_FUNCTION = 1.3
# Where a test does not end, a loop that asks for its own end is the first to look at.
_IN_A_LOOP = 3.0
# A line of a statement that left no event of its own, in a statement that ran.
_SAME_STATEMENT = 0.7
# What ran at import is judged by who reads it, since a trace of one test says nothing of it.
_READ_BY_RED = 0.25
_ONLY_RAN = 0.05
# More are never tried; far-fetched ones of 2,600 lines would be 650,000, and take 4 s and 300 MB.
_MOST_CHANGES = 20_000


@dataclass(frozen=True, slots=True)
class Ranked:
    """A change with its statement and source; `score` is only good for the order."""

    score: float
    source: Source
    statement: Statement
    change: Change


def ranked(
    suspects: Sequence[Source],
    others: Iterable[Source],
    brief: Brief,
    table: Table = COMMON,
    news: Recent | None = None,
) -> Iterator[Ranked]:
    """Yield every change of what the red tests ran, likeliest first, equals in the order of the files.

    After those of the `suspects` come the constants in `others` that what ran reads; `others` are drawn one by one.
    """
    news = news or recent(None)
    look = _Look(favour(brief.target), table, _tests(brief))
    surveys = [_survey(source, brief, news) for source in suspects]
    words = _words_read(surveys, brief)
    yield from _changes((seat for survey in surveys for seat in _seats(survey, words, look.tests)), look)
    for source in others:
        yield from _changes(_seats(_survey(source, brief, news), words, look.tests), look)


def is_suspect(path: str, brief: Brief) -> bool:
    """Whether the red tests ran a line of the file or, where nothing was traced, a traceback names it.

    Tests that were cut off leave neither: then any file may be at fault.
    """
    if is_traced(brief):
        return bool(brief.red_lines.get(path))
    return bool(_frame_bonus(path, brief)) or _is_cut_off(brief)


def is_traced(brief: Brief) -> bool:
    """Whether it is known which lines the red tests ran, even if none of them is the repository's own."""
    return any(brief.red_lines.values())


@dataclass(frozen=True, slots=True)
class _Look:
    """What is looked for: with which operators, which of them the failures favour, and the texts of the tests."""

    factors: Mapping[str, float]
    table: Table
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Survey:
    """A file's statements, and the weight of each line that the red tests ran."""

    source: Source
    statements: Sequence[Statement]
    weights: Mapping[int, float]

    def ran(self, statement: Statement) -> bool:
        return statement.function is not None and any(line in self.weights for line in statement.lines)


def _survey(source: Source, brief: Brief, news: Recent) -> _Survey:
    found = tuple(statements(source))
    bonus = _frame_bonus(source.path, brief)
    if is_traced(brief):
        executed: Iterable[int] = brief.red_lines.get(source.path, ())
    elif bonus:
        executed = _whole_functions(found, source, bonus)
    else:
        executed = _named(found, source, _tests(brief))
    green = brief.green_lines.get(source.path, {})
    reds = max(1, len(brief.target.results))
    # Ochiai, where every red test is taken to run every red line (Abreu et al., 2006).
    near = dict.fromkeys(_whole_functions(found, source, bonus), _SAME_FUNCTION) | bonus
    new = news.lines.get(source.path, frozenset())
    if any(result.outcome is Outcome.TIMEOUT for result in brief.target.results):
        near |= {line: near.get(line, 1.0) * _IN_A_LOOP for line in _loops(found, source)}
    weights = {
        line: sqrt(reds / (reds + green.get(line, 0))) * near.get(line, 1.0) * (news.factor if line in new else 1.0)
        for line in executed
    }
    return _Survey(source, found, weights)


def _frame_bonus(path: str, brief: Brief) -> dict[int, float]:
    """Return the lines of a file that stand in a traceback; in each file the deepest one counts most."""
    bonus: dict[int, float] = {}
    for result in brief.target.results:
        frames = [frame for frame in (result.failure.frames if result.failure else ()) if frame.path == path]
        for frame in frames:
            bonus.setdefault(frame.line, _OTHER_FRAME)
        if frames:
            bonus[frames[-1].line] = _DEEPEST_FRAME
    return bonus


def _whole_functions(found: Sequence[Statement], source: Source, framed: Mapping[int, float]) -> Iterator[int]:
    """Without a trace, yield the lines of the traceback and of the functions that they lie in."""
    yield from framed
    named = {each.function.node for each in found if each.function and any(line in framed for line in each.lines)}
    for node in named:
        yield from source.lines(node)


def _tests(brief: Brief) -> tuple[str, ...]:
    return tuple(excerpt.text for excerpt in brief.excerpts if excerpt.role is Role.TEST)


def _is_cut_off(brief: Brief) -> bool:
    """Whether the tests ended without a word, so that nothing says what they ran."""
    return any(result.outcome in (Outcome.TIMEOUT, Outcome.CRASHED) for result in brief.target.results)


def _named(found: Sequence[Statement], source: Source, tests: Sequence[str]) -> Iterator[int]:
    """Yield the lines of the functions that the tests name, of those that these name, and so on."""
    left = {each.function.node for each in found if each.function}
    words = {word for text in tests for word in _words(text)}
    while reached := [node for node in left if node.name.value in words]:
        left.difference_update(reached)
        for node in reached:
            words.update(_words(source.between(*source.inner(node))))
            yield from source.lines(node)


def _loops(found: Sequence[Statement], source: Source) -> frozenset[int]:
    loops = (statement.node for statement in found if kind(statement.node) == "While")
    return frozenset(line for node in loops for line in source.lines(node))


def _words_read(surveys: Iterable[_Survey], brief: Brief) -> frozenset[str]:
    """Return the words of the statements that ran and, where the tests got as far as to run, of the tests."""
    got_far = any(result.failure is not None and result.failure.phase == "call" for result in brief.target.results)
    words = {word for text in (_tests(brief) if got_far else ()) for word in _words(text)}
    for survey in surveys:
        for statement in survey.statements:
            if survey.ran(statement):
                words.update(_words(_head(survey.source, statement)))
    return frozenset(words)


def _head(source: Source, statement: Statement) -> str:
    parts = [source.outer(part) for part in statement.parts]
    return " ".join(source.between(start, end) for start, end in parts)


def _words(text: str) -> Iterator[str]:
    return (match.group() for match in re.finditer(r"\w+", text))


@dataclass(frozen=True, slots=True)
class _Seat:
    """A statement that is looked at: how much its suspicious line weighs, or all of what it does at import."""

    survey: _Survey
    statement: Statement
    known: Vocabulary
    weight: float
    at_import: bool


def _seats(survey: _Survey, words: frozenset[str], tests: Sequence[str]) -> Iterator[_Seat]:
    known = vocabulary(survey.source.data.decode(), tests)
    called = {each.function.node for each in survey.statements if each.function and survey.ran(each)}
    for statement in survey.statements:
        most = max((survey.weights[line] for line in statement.lines if line in survey.weights), default=0.0)
        if statement.function is not None:
            if most:
                yield _Seat(survey, statement, known, most, at_import=False)
            continue
        if kind(statement.node) == "FunctionDef":
            read = statement.node in called
        else:
            read = not words.isdisjoint(_targets(survey.source, statement))
        if read or most:
            yield _Seat(survey, statement, known, _READ_BY_RED if read else _ONLY_RAN, at_import=True)


def _targets(source: Source, statement: Statement) -> Iterator[str]:
    for part in statement.parts:
        if kind(part) in ("Assign", "AnnAssign"):
            yield from _words(source.between(*source.inner(part)).partition("=")[0])


def _changes(seats: Iterable[_Seat], look: _Look) -> list[Ranked]:
    """Return the changes of the likeliest statements, as many as are worth a look, likeliest first."""
    found: list[Ranked] = []
    for seat in sorted(seats, key=lambda seat: -seat.weight):
        found.extend(_changes_of(seat, look))
        if len(found) > _MOST_CHANGES:
            break
    return sorted(found, key=lambda each: -each.score)


def _changes_of(seat: _Seat, look: _Look) -> Iterator[Ranked]:
    source, statement = seat.survey.source, seat.statement
    for node, place in places(source, statement, seat.known):
        for operator in look.table.get(kind(node), ()):
            factor = look.factors.get(operator.__name__, 1.0)
            for change in operator(place, node):
                weight = seat.weight
                if not seat.at_import:
                    weight = seat.survey.weights.get(source.line_at(change.start), weight * _SAME_STATEMENT)
                yield Ranked(weight * change.prior * factor, source, statement, change)
