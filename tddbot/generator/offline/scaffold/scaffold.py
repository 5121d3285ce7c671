"""The layer: what the tests use and nobody defines, until nothing that they name is missing any more."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tddbot.domain import Candidate, Edit, Excerpt, Failure, Kind, Patch, Proposal, Role
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.generator.offline.scaffold.placing import Learnt, Page, edits, pages
from tddbot.generator.offline.scaffold.reading import read_source, read_tests
from tddbot.generator.offline.scaffold.style import style_of
from tddbot.generator.offline.scaffold.usage import Uses
from tddbot.generator.offline.scaffold.wants import Need, absences, wanted
from tddbot.generator.offline.scaffold.world import World
from tddbot.missing import Missing

NAME = "offline scaffold"

_MOST_ROUNDS = 6
_MOST_NAMED = 8
_MISFIT = re.compile(r"(?:([\w.<>]+)\.)?(\w+)\(\) (?:takes |missing |got an unexpected |got multiple )")


def scaffold(inquiry: Inquiry) -> Iterator[Proposal]:
    """Yield one scaffold, where the target's tests are red for what does not exist, and keep it in the inquiry.

    It is drafted from what the tests use; where there is a laboratory, what they miss yet is added to it.
    """
    failures = [result.failure for result in inquiry.brief.target.results if result.failure]
    needs: dict[Need, None] = {}
    said: list[Missing] = []
    made: Candidate | None = None
    learnt = Learnt()
    for _ in range(_MOST_ROUNDS):
        found = _needs(inquiry, failures, made)
        more = [need for need in found if need not in needs]
        wider = _misfits(failures) - learnt.loose if made else set()
        sooner = _loading(failures, made is not None) - learnt.early
        if not (more or wider or (made and sooner)) or not inquiry.may_go_on():
            break
        needs.update(dict.fromkeys(more))
        learnt.loose.update(wider)
        learnt.early.update(sooner)
        said += [each for each, _ in absences(failures)]
        made = _drafted(inquiry, needs, said, learnt)
        failures = _reds(inquiry, made.patch)
    if made is None or not made.patch.edits:
        return
    inquiry.scaffold = made
    if made.patch.id not in inquiry.tried:
        yield made


def _needs(inquiry: Inquiry, failures: Iterable[Failure], made: Candidate | None) -> tuple[Need, ...]:
    """What is missing yet, with the draft so far laid over the repository."""
    said = absences(failures)
    if not said:
        return ()
    draft = {edit.path: edit.after or "" for edit in made.patch.edits} if made else {}
    world, tests, uses = _read(inquiry, draft, [each for each, _ in said])
    found = wanted(said, world, tests, uses, lambda path: inquiry.is_open(Excerpt(path, "", Role.MISSING)))
    inquiry.reasons.extend(reason for reason in found.reasons if reason not in inquiry.reasons)
    return tuple(found.needs)


def _read(inquiry: Inquiry, draft: Mapping[str, str], said: Iterable[Missing]) -> tuple[World, Uses, Uses]:
    """The repository, what the tests do with it, and what the sources do besides."""
    world, tests, uses = World(inquiry.brief, draft, said), Uses(), Uses()
    read_tests(world, tests)
    read_tests(world, uses)
    for path in world.texts:
        read_source(world, path, uses)
    return world, tests, uses


def _drafted(inquiry: Inquiry, needs: Iterable[Need], said: Iterable[Missing], learnt: Learnt) -> Candidate:
    world, _, uses = _read(inquiry, {}, said)
    style = style_of((*world.texts.values(), *world.tests.values()))
    drawn = pages(needs, world, uses, learnt)
    made: dict[str, Edit] = {}
    for page in drawn:
        for edit in edits(page, world, style, learnt):
            if edit.before != edit.after:
                made.setdefault(edit.path, edit)
    return Candidate(Patch(tuple(made.values())), NAME, _note(drawn), kind=Kind.SCAFFOLD)


def _reds(inquiry: Inquiry, patch: Patch) -> list[Failure]:
    """What is red with a patch, as far as a laboratory can tell."""
    if inquiry.lab is None:
        return []
    screened = next(inquiry.lab.screen([patch], inquiry.stop, whole=True), None)
    return [] if screened is None else [Failure("call", red.kind, red.message) for red in screened.reds]


def _loading(failures: Iterable[Failure], is_second: bool) -> set[str]:
    """Names that a module wants while it is loaded: nothing below could define them, or has."""
    bare = ((each, failure) for each, failure in absences(failures) if not each.module and "." not in each.name)
    return {each.name for each, failure in bare if is_second or failure.phase == "collect"}


def _misfits(failures: Iterable[Failure]) -> set[str]:
    """The functions and classes that are called with other arguments than they take."""
    found = (_MISFIT.match(failure.message.removeprefix("TypeError: ")) for failure in failures)
    return {each[2] if each[2] != "__init__" else each[1].rpartition(".")[2] for each in found if each}


def _note(drawn: Sequence[Page]) -> str:
    told = "; ".join(_told(page) for page in drawn)
    return f"scaffolded: {told}"


def _told(page: Page) -> str:
    words = page.words[:_MOST_NAMED]
    more = len(page.words) - len(words)
    listed = ", ".join([*words, *([f"{more} more"] if more else [])])
    return f"{page.path} with {listed}" if listed else page.path
