"""On which inputs mutants that pass all tests differ from the patch; those that hardly differ on any are left out."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tddbot.domain import Candidate, Patch
from tddbot.judge.unpinned.unpinned import Survivor, is_telling
from tddbot.parsing import Unparsable, parsed
from tddbot.ties.contest import Split
from tddbot.ties.differing import Place, differing, functions
from tddbot.ties.hearing import Hearing
from tddbot.ties.parting import Parting

# How many are asked the same at a time, since what one of them does not answer says nothing of the others; how many
# that differ are enough; and how many answers it takes to say that two are the same.
_TOGETHER, _ENOUGH, _FEWEST = 8, 10, 8
_NAME = "mutant"


def named(survivors: Sequence[Survivor]) -> list[Survivor]:
    """Return mutants with the function that each of them changes, where it is in one."""
    trees = {source: parsed(source) for source in {each.source for each in survivors}}
    return [replace(each, function=_around(trees[each.source], each.line)) for each in survivors]


def parted(patch: Patch, survivors: Sequence[Survivor], hearing: Hearing) -> list[Survivor]:
    """Return those that differ from the patch on an input, with the smallest; of those that nobody can ask, the likely.

    About ten are enough. Of what the stop cuts off, nothing is said.
    """
    found: list[Survivor] = []
    for group in _groups(survivors):
        if len(found) < _ENOUGH and not hearing.stop.is_set():
            found += _parted(patch, group, hearing)
    return found


def _around(tree: ast.Module | Unparsable, line: int) -> str:
    found = () if isinstance(tree, Unparsable) else functions(tree.body)
    return next((name for name, node in found if node.lineno <= line <= (node.end_lineno or 0)), "")


def _groups(survivors: Sequence[Survivor]) -> list[list[Survivor]]:
    """Mutants of one function together, a few at a time; the first few of each function come first."""
    by_function: dict[tuple[str, str], list[Survivor]] = {}
    for each in survivors:
        by_function.setdefault((each.path, each.function), []).append(each)
    starts = [(at, every) for every in by_function.values() for at in range(0, len(every), _TOGETHER)]
    return [every[at : at + _TOGETHER] for at, every in sorted(starts, key=lambda start: start[0])]


def _parted(patch: Patch, group: Sequence[Survivor], hearing: Hearing) -> Iterator[Survivor]:
    patches = [patch, *(each.mutant for each in group)]
    places, parting = differing(patches), Parting([Candidate(each, _NAME) for each in patches])
    for place in places:
        if not hearing.stop.is_set():
            parting.compare(place, hearing, lambda: not hearing.stop.is_set())
    # Who was cut off in the middle could have been asked, and may be the same program.
    is_known = parting.compared >= _FEWEST or hearing.stop.is_set()
    for each in group:
        split = _split(parting, each, places)
        survivor = replace(each, split=split, function=each.function or _asked(split, places))
        if split or (not is_known and is_telling(survivor)):
            yield survivor


def _split(parting: Parting, survivor: Survivor, places: Sequence[Place]) -> Split | None:
    """Return the smallest input on which a mutant parts from the patch, where nobody is surprised by the patch."""
    meant = {name for place in places for name in place.raises}
    for split in parting.splits():
        answer = split.answers[survivor.patch_id]
        is_other = split.marks[survivor.patch_id] != split.marks[survivor.mutant.id]
        if is_other and (not answer.raised or answer.text in meant):
            return split
    return None


def _asked(split: Split | None, places: Sequence[Place]) -> str:
    """The function that an input of a change outside of any function is for."""
    names = (place.function for place in places)
    return next((name for name in names if split and name.rpartition(".")[2] in split.call), "")
