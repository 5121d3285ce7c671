"""Different patches that pass all tests: whether they are the same on inputs that a user could mean; if not, which test
decides.

A patch that, on an input like those recorded, fails as no recorded call fails with any of the patches, or yields
another type (None, too) than all of them, is dropped where another one answers as usual: nobody writes a test that
wants it. At the edge of what was recorded (empty, zero), where failing may be right, such an input says nothing.
"""

from collections.abc import Sequence

from tddbot.domain import Candidate, Option, Question
from tddbot.ties.contest import Contest
from tddbot.ties.differing import differing, same_programs
from tddbot.ties.hearing import SECONDS, Hearing, limited
from tddbot.ties.questions import MOST_OPTIONS, asked

MOST_PASSERS = 24


def decided(passers: Sequence[Candidate], hearing: Hearing) -> Candidate | Question:
    """Return the likeliest of patches that behave alike, or the question whose answer tells them apart.

    `passers` are at least one, likeliest first; of more than 24 the rest is left out. It takes about two seconds at
    most, besides what recording the calls takes; on a busy machine no more than nine.
    """
    chosen = distinct(passers[:MOST_PASSERS])
    if len(chosen) == 1:
        return chosen[0]
    contest = Contest(chosen)
    if hearing.lab is not None:
        _hold(contest, hearing)
    alike = contest.groups()
    if len(alike) == 1 and (contest.is_sure or len(alike[0]) == 1):
        return alike[0][0]
    return _question(contest, hearing)


def distinct(passers: Sequence[Candidate]) -> list[Candidate]:
    """Return those of the candidates that are not the same program as one before."""
    found: list[Candidate] = []
    for passer in passers:
        if not any(same_programs(passer.patch, other.patch) for other in found):
            found.append(passer)
    return found


def _hold(contest: Contest, hearing: Hearing) -> None:
    lab = hearing.lab
    places = differing([each.patch for each in contest.passers])
    contest.is_sure = bool(places)
    if lab is None:
        return
    heard = {place: contest.recorded(place, lab, hearing.stop) for place in places}
    calls = {place: [call for call in found if not hearing.is_secret(call)] for place, found in heard.items()}
    end = hearing.elapsed() + SECONDS
    with limited(hearing.stop) as stop:
        for place, recorded in calls.items():
            contest.compare(place, recorded, lab, stop, lambda: hearing.elapsed() < end)


def _question(contest: Contest, hearing: Hearing) -> Question:
    split = contest.smallest_split()
    if split is None:
        options = tuple(Option(each.patch, each.note) for each in contest.passers[:MOST_OPTIONS])
        return Question(options, path=hearing.path)
    call, options = asked(split, contest.passers, hearing.text)
    return Question(options, call, hearing.path)
