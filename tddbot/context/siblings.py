"""Green tests beside the red ones, those that use the same names first: of long test files and of other ones."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tddbot.context.bounds import SIBLINGS
from tddbot.context.code.outline import Kind, Outline, cut
from tddbot.domain import NodeId, Outcome, Result, Run

_MOST_TESTS = 12
_MOST_OF_ANOTHER_FILE = 3
_A_MARK = 80
_HEAD = "# Some green tests of this file. All else is left out.\n"


@dataclass(frozen=True, slots=True)
class Page:
    """A test file that siblings may come from: its text, and the places of its green tests that are not yet shown."""

    path: str
    text: str
    outline: Outline
    tests: Sequence[int]
    is_long: bool


def green_functions(runs: Sequence[Run], target: Collection[NodeId]) -> dict[str, frozenset[str]]:
    """Return by file the tests that are green with all of their parameters, by the name without those.

    The later run has the last word on a test; one of the target is not green.
    """
    results: dict[NodeId, Result] = {}
    for run in runs:
        results.update(run.results)
    greens: dict[str, set[str]] = {}
    others: dict[str, set[str]] = {}
    for node, result in results.items():
        path, _, name = node.partition("::")
        green = result.outcome is Outcome.PASSED and node not in target
        (greens if green else others).setdefault(path, set()).add(function_of(name))
    return {path: frozenset(names - others.get(path, set())) for path, names in greens.items()}


def function_of(name: str) -> str:
    """Return a test's name without its parameters."""
    return name.partition("[")[0]


def green_places(outline: Outline, green: Collection[str], shown: Collection[int] = ()) -> list[int]:
    """Return where the green tests stand that are not shown."""
    return [
        place
        for place, part in enumerate(outline)
        if part.kind is not Kind.CLASS and part.name in green and place not in shown
    ]


def siblings(pages: Sequence[Page], wanted: Collection[str]) -> list[tuple[str, str]]:
    """Return paths and texts: whole tests, the nearest to the names `wanted` first, as many as there is room for.

    A name counts the less, the more of the tests use it. `pages` are nearest first, which settles a tie.
    """
    used = Counter(name for page in pages for place in page.tests for name in page.outline[place].uses)
    ranked = sorted(
        ((-_nearness(page.outline[place].uses, wanted, used), number, place) for number, page in enumerate(pages)
         for place in page.tests),
    )  # fmt: skip
    chosen: dict[int, set[int]] = {}
    room, left = SIBLINGS, _MOST_TESTS
    for nearness, number, place in ranked:
        page = pages[number]
        size = page.outline[place].size + _A_MARK * (1 if number in chosen else 4)
        if not left or not nearness:
            break
        if size <= room and (page.is_long or len(chosen.get(number, ())) < _MOST_OF_ANOTHER_FILE):
            chosen.setdefault(number, set()).add(place)
            room, left = room - size, left - 1
    return [(pages[number].path, _shown(pages[number], places)) for number, places in sorted(chosen.items())]


def _nearness(uses: Collection[str], wanted: Collection[str], used: Mapping[str, int]) -> float:
    return sum(1 / used[name] for name in sorted(uses) if name in wanted)


def _shown(page: Page, places: Collection[int]) -> str:
    kept = set(places)
    for place in places:
        owner = page.outline[place].owner
        while owner >= 0:
            kept.add(owner)
            owner = page.outline[owner].owner
    return _HEAD + cut(page.text, page.outline, kept)
