"""Different patches that pass all tests: whether they are the same on inputs that a user could mean; if not, which test
decides.

A patch that, on an input like those recorded, fails as no recorded call fails with any of the patches, or yields
another type (None, too) than all of them, is dropped where another one answers as usual: nobody writes a test that
wants it. At the edge of what was recorded (empty, zero), where failing may be right, such an input says nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Timer

from tddbot.domain import Brief, Candidate, Option, Question
from tddbot.lab import Lab
from tddbot.stop import Stop
from tddbot.ties.contest import Contest, Split
from tddbot.ties.differing import differing, same_programs
from tddbot.ties.forms import Filled
from tddbot.ties.manners import same_by_equality
from tddbot.ties.pasted import pasted

MOST_PASSERS = 24
MOST_OPTIONS = 4
# After the first no batch is begun; after the second nothing is waited for, and what was not compared is undecided.
_SECONDS = 2.0
_MOST_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Hearing:
    """Where patches are asked (`lab` None: nowhere), for how long (`elapsed` in seconds), and for which brief.

    `clean` takes secrets out of a text.
    """

    lab: Lab | None
    stop: Stop
    elapsed: Callable[[], float]
    brief: Brief
    clean: Callable[[str], str] = str


def decided(passers: Sequence[Candidate], hearing: Hearing) -> Candidate | Question:
    """Return the likeliest of patches that behave alike, or the question whose answer tells them apart.

    `passers` are at least one, likeliest first; of more than 24 the rest is left out. It takes about two seconds at
    most, besides what recording the calls takes; on a busy machine no more than nine.
    """
    chosen = _distinct(passers[:MOST_PASSERS])
    if len(chosen) == 1:
        return chosen[0]
    contest = Contest(chosen)
    if hearing.lab is not None:
        _hold(contest, hearing)
    alike = contest.groups()
    if len(alike) == 1 and (contest.is_sure or len(alike[0]) == 1):
        return alike[0][0]
    return _question(contest, hearing)


def _distinct(passers: Sequence[Candidate]) -> list[Candidate]:
    found: list[Candidate] = []
    for passer in passers:
        if not any(same_programs(passer.patch, other.patch) for other in found):
            found.append(passer)
    return found


def _hold(contest: Contest, hearing: Hearing) -> None:
    stop = Stop(hearing.stop)
    clock = Timer(_MOST_SECONDS, stop.set)
    clock.daemon = True
    lab = hearing.lab
    places = differing([each.patch for each in contest.passers])
    contest.is_sure = bool(places)
    if lab is None:
        return
    heard = {place: contest.recorded(place, lab, hearing.stop) for place in places}
    calls = {place: [call for call in found if not _is_secret(call, hearing)] for place, found in heard.items()}
    end = hearing.elapsed() + _SECONDS
    clock.start()
    try:
        for place, recorded in calls.items():
            contest.compare(place, recorded, lab, stop, lambda: hearing.elapsed() < end)
    finally:
        clock.cancel()


def _is_secret(call: Filled, hearing: Hearing) -> bool:
    """Whether a call holds a secret: of an input made from it, nobody could tell that it holds a part of one."""
    text = call.form.filled(call.values)
    return hearing.clean(text) != text


def _question(contest: Contest, hearing: Hearing) -> Question:
    target = hearing.brief.target.node_ids
    test = target[0].partition("::")[0] if target else ""
    split = contest.smallest_split()
    if split is None:
        options = tuple(Option(each.patch, each.note) for each in contest.passers[:MOST_OPTIONS])
        return Question(options, path=test)
    text = next((each.text for each in hearing.brief.excerpts if each.path == test), "")
    shown, imports = pasted(split.call, split.path, text)
    distinct: dict[str, Candidate] = {}
    for passer in contest.passers:
        distinct.setdefault(split.marks[passer.patch.id], passer)
    chosen = list(distinct.values())[:MOST_OPTIONS]
    options = tuple(Option(each.patch, each.note, _test(split, each, chosen, shown, imports)) for each in chosen)
    return Question(options, split.manner.shown(shown), test)


def _test(split: Split, passer: Candidate, chosen: Sequence[Candidate], shown: str, imports: Sequence[str]) -> str:
    answer = split.answers[passer.patch.id]
    others = [split.answers[each.patch.id] for each in chosen if each is not passer]
    is_doubtful = any(same_by_equality(answer, other) for other in others)
    return "\n".join([*imports, split.manner.lines(shown, answer, is_doubtful)])
