"""An input on which patches part, as the tests of which each holds with one behaviour alone."""

from collections.abc import Sequence

from tddbot.domain import Candidate, Option
from tddbot.ties.contest import Split
from tddbot.ties.manners import same_by_equality
from tddbot.ties.pasted import as_test, pasted

MOST_OPTIONS = 4


def asked(split: Split, passers: Sequence[Candidate], test: str, whole: bool = False) -> tuple[str, tuple[Option, ...]]:
    """Return the call as the text of a test file knows it, and an option for each behaviour, in the order of `passers`.

    An option's test is lines, or where that is asked for the `whole` function.
    """
    shown, imports = pasted(split.call, split.path, test)
    distinct: dict[str, Candidate] = {}
    for passer in passers:
        distinct.setdefault(split.marks[passer.patch.id], passer)
    chosen = list(distinct.values())[:MOST_OPTIONS]
    options = []
    for each in chosen:
        lines = "\n".join([*imports, _lines(split, each, chosen, shown)])
        text = as_test(lines, split.manner.shown(shown), test) if whole else lines
        options.append(Option(each.patch, each.note, text))
    return split.manner.shown(shown), tuple(options)


def _lines(split: Split, passer: Candidate, chosen: Sequence[Candidate], shown: str) -> str:
    answer = split.answers[passer.patch.id]
    others = [split.answers[each.patch.id] for each in chosen if each is not passer]
    return split.manner.lines(shown, answer, any(same_by_equality(answer, other) for other in others))
