"""Whether a patch has only learnt the tests' cases: in the laboratory its functions are asked what no test asks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tddbot.domain import Attempt, Candidate, Edit, Kind, Patch, Ruling
from tddbot.judge.memorised import Heard, memorised
from tddbot.stop import Stop
from tddbot.ties.contest import Contest, mark
from tddbot.ties.differing import Place, differing
from tddbot.ties.forms import Filled, opened
from tddbot.ties.hearing import limited
from tddbot.ties.inputs import inputs
from tddbot.work import Work

_MOST_FUNCTIONS = 6
_MOST_INPUTS = 64


def learnt(work: Work, candidate: Candidate) -> str | None:
    """Say which function of the patch has learnt the tests' inputs, or None where none is seen to.

    It takes some tenths of a second, on a busy machine eight seconds at most for all functions together. Methods are
    left out, and so is what cannot be asked.
    """
    if work.lab is None or work.lab.fault or candidate.kind is not Kind.FIX:
        return None
    edits = candidate.patch.edits
    unchanged = Patch(tuple(Edit(each.path, each.before, each.before, each.encoding) for each in edits))
    places = [each for each in differing([candidate.patch, unchanged]) if "." not in each.function]
    with limited(work.stop) as stop:
        for place in places[:_MOST_FUNCTIONS]:
            if not stop.is_set() and (clause := _learnt(work, candidate, place, stop)):
                return f"{place.path}: {place.function} {clause}"
    return None


def overfit(attempt: Attempt, clause: str | None) -> Attempt:
    """Rule on an accepted attempt anew where something has been learnt."""
    if clause is None or not attempt.verdict.accepted:
        return attempt
    return replace(attempt, verdict=replace(attempt.verdict, ruling=Ruling.OVERFIT, reasons=(clause,)), proof=None)


def _learnt(work: Work, candidate: Candidate, place: Place, stop: Stop) -> str | None:
    if work.lab is None:
        return None
    recorded = _of_one_form(Contest([candidate]).recorded(place, work.lab, stop))
    known = {call.form.filled(call.values): call for call in recorded}
    found = [each.expression for each in inputs(recorded, place.hints, place.annotations) if not each.strays]
    new = _of_one_form([*recorded, *filter(None, map(opened, found))])
    calls = [*known.values(), *[each for each in new if each.form.filled(each.values) not in known][:_MOST_INPUTS]]
    asked = [call.form.filled(call.values) for call in calls]
    rows = work.lab.ask(place.path, asked, [candidate.patch, None], stop) if known and len(calls) > len(known) else ()
    if len(rows) < 2 or not all(answer.text for answer in rows[0]):
        return None
    heard = [
        Heard(call.values, mark(now), mark(before)) for call, now, before in zip(calls, rows[0], rows[1], strict=True)
    ]
    return memorised(heard[: len(known)], heard[len(known) :], place.raises)


def _of_one_form(calls: Sequence[Filled]) -> list[Filled]:
    """Keep the calls of the form that comes most often: what they are given stands at the same places."""
    forms = Counter(call.form for call in calls)
    first = max(forms, key=lambda form: forms[form], default=None)
    return [call for call in calls if call.form == first]
