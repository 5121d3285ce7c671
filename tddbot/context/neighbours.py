"""Where green tests beside the red ones are looked for: in the same files, then in those that test the same modules."""

from collections.abc import Iterator, Mapping, Sequence

from tddbot.context.code.files import Files
from tddbot.context.code.outline import outline_of
from tddbot.context.code.reach import Reach
from tddbot.context.frames import is_test
from tddbot.context.nearness import nearest_first
from tddbot.context.scope import Scope, is_conftest
from tddbot.context.sheets import Sheet
from tddbot.context.siblings import Page, green_functions, green_places, siblings
from tddbot.domain import Result, Run

_MOST_FILES = 40
"""The most other test files that are looked into, the nearest first."""


def neighbours(
    sheets: Sequence[Sheet], near: Scope, runs: Sequence[Run], results: Sequence[Result], reach: Reach, files: Files
) -> list[tuple[str, str]]:
    """Return paths and texts of green tests, keys included."""
    green = green_functions(runs, frozenset(result.node_id for result in results))
    pages = [*_of_long(sheets, green), *_of_others(near, green, reach, files)]
    # Two tests that have no more in common than `list` and `result` are no neighbours.
    known = map(files.facts, (*near.tests, *near.helpers, *near.conftests, *near.under_test))
    own = {name for facts in known if facts for name in facts.named}
    return siblings(pages, own.intersection(name for sheet in sheets for name in sheet.uses))


def _of_long(sheets: Sequence[Sheet], green: Mapping[str, frozenset[str]]) -> Iterator[Page]:
    for sheet in sheets:
        if sheet.kept is not None:
            places = green_places(sheet.outline, green.get(sheet.path, ()), sheet.kept)
            yield Page(sheet.path, sheet.text, sheet.outline, places, is_long=True)


def _of_others(near: Scope, green: Mapping[str, frozenset[str]], reach: Reach, files: Files) -> Iterator[Page]:
    shown = {*near.tests, *near.helpers}
    reached = {path for test in near.tests for path in reach.of(test) if not is_test(path)}
    packages = {path for path in reached if path.endswith("__init__.py")}
    known = [path for path in green if path in files.paths and path not in shown and not is_conftest(path)]
    for path in nearest_first(filter(is_test, known), near.tests)[:_MOST_FILES]:
        named = set(reach.directly(path))
        if not packages.isdisjoint(named):
            named.update(reach.of(path))
        source = files.text(path)
        outline = files.derived(path, outline_of) if named & reached - packages else None
        if source and outline:
            yield Page(path, source[0], outline, green_places(outline, green[path]), is_long=False)
