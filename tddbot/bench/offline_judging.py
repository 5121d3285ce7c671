"""Whether a fix is right: it must answer as the original does, on inputs that no test has."""

import ast
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tddbot.bench.fresh import calls_in, fresh_calls, read_arguments
from tddbot.bench.humaneval import CANDIDATE
from tddbot.bench.offline_cases import Case
from tddbot.bench.offline_seat import Asked, OfflineSeat, replaced
from tddbot.domain import Patch
from tddbot.lab import Answer, Lab
from tddbot.stop import Stop

FRESH = 300
"""Fresh inputs for each function; a few have fewer, since there are no more of their kind."""


class Came(StrEnum):
    """What came of one case: a fix or a question, right or not, or nothing."""

    RIGHT = "right"
    WRONG = "wrong"
    ASKED = "asked, the right one among the options"
    ASKED_AMISS = "asked, the right one not among the options"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Trial:
    """One case and what came of it. `kind` is the slip's; `green` says that a fix passes all tests of the case."""

    name: str
    kind: str
    slip: str
    came: Came
    green: bool
    seconds: float
    answered: float | None
    verified: float | None
    said: str

    @property
    def offered(self) -> bool:
        """Whether a fix left the generator."""
        return self.came in (Came.RIGHT, Came.WRONG)


def tried(seat: OfflineSeat, case: Case, wrong: str, kind: str, slip: str) -> Trial | None:
    """Ask the generator about a wrong module and judge the reply; None where the tests are green with it."""
    with seat.asked(case, wrong) as asked:
        if asked is None:
            return None
        reply = asked.reply
        came, green, said = Came.MISSED, False, reply.reason
        if reply.fix is not None:
            patch, said = reply.fix.patch, reply.fix.note
            came = Came.RIGHT if any(are_right(case, asked, [patch])) else Came.WRONG
            green = _is_original(case, patch) or seat.is_green(case, patch)
        elif reply.question is not None:
            rights = are_right(case, asked, [option.patch for option in reply.question.options])
            came = Came.ASKED if any(rights) else Came.ASKED_AMISS
            said = " | ".join((reply.question.call, *(option.note for option in reply.question.options)))
        return Trial(case.name, kind, slip, came, green, reply.seconds, reply.answered, reply.verified, said)


def are_right(case: Case, asked: Asked, patches: Sequence[Patch]) -> list[bool]:
    """Return for each patch whether it makes the original text, or answers as the original wherever that answers."""
    original = replaced(case, asked.broken, case.source)
    others = [patch for patch in patches if not _is_original(case, patch)]
    differ = dict(zip((patch.id for patch in others), differing(case, asked.lab, original, others), strict=True))
    return [not differ.get(patch.id, False) for patch in patches]


def _is_original(case: Case, patch: Patch) -> bool:
    """Whether a patch makes the very text that the case had: it is right, and what is right was green."""
    return [(edit.path, edit.after) for edit in patch.edits] == [(case.module, case.source)]


def differing(case: Case, lab: Lab, original: Patch, patches: Sequence[Patch]) -> list[bool]:
    """Return for each patch whether it differs from the original on fresh inputs; where none could be had, it does."""
    calls = fresh_calls(case.function, _known(case, lab), FRESH, case.name) if patches else []
    rows = lab.ask(case.module, calls, [original, *patches], Stop()) if calls else ()
    if not rows:
        return [True for _ in patches]
    told = [at for at, answer in enumerate(rows[0]) if answer.text and not answer.raised]
    return [not told or not all(same(rows[0][at], row[at]) for at in told) for row in rows[1:]]


def _known(case: Case, lab: Lab) -> list[tuple[object, ...]]:
    """The arguments that the tests call with, as they stand there, or else as they were recorded."""
    if found := calls_in(case.tests, {case.function, CANDIDATE}):
        return found
    recorded = [ast.parse(call.expression).body for call in lab.calls(case.module, [case.function], Stop())]
    calls = [body[0].value for body in recorded if body and isinstance(body[0], ast.Expr)]
    return [values for call in calls if isinstance(call, ast.Call) and (values := read_arguments(call)) is not None]


def same(one: Answer, other: Answer) -> bool:
    """Return whether two answers are equal: as Python says it, but for the last digits of fractions."""
    if one.raised or other.raised or not one.plain or not other.plain:
        return one == other
    return one.text == other.text or _equal(_value(one.text), _value(other.text))


def _value(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _equal(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(_equal, one, other))
    return one == other
