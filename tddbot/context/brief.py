"""A target to its brief: the tests, the modules under test and around them, and the modules that are yet to be made."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from tddbot.context import bounds
from tddbot.context.absent import absent_modules
from tddbot.context.code.files import Files, Read
from tddbot.context.code.layout import Layout
from tddbot.context.code.overview import overview
from tddbot.context.code.reach import Reach
from tddbot.context.code.signatures import signatures_of
from tddbot.context.neighbours import neighbours
from tddbot.context.privacy.secrets import SHAPES, Redactor
from tddbot.context.scope import Scope, scope
from tddbot.context.sheets import Sheet, clipped, sheet_of_help, sheet_of_tests
from tddbot.context.trim import trimmed
from tddbot.domain import Brief, Excerpt, Lines, NodeId, Result, Role, Run, Target

_LEAST = 500
"""A test file of which only this many characters are left to be shown is not shown."""

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Survey:
    """A brief, and in sentences which files were kept out of it although they belong to the target."""

    brief: Brief
    withheld: tuple[str, ...]


@dataclass(frozen=True)
class _Desk:
    """What the excerpts of one brief are made from, and the sentences on what stays out."""

    files: Files
    reach: Reach
    redactor: Redactor
    results: Sequence[Result]
    withheld: list[str] = field(default_factory=list)


def survey(
    target: Target,
    confirmed: Run,
    files: Sequence[str],
    read: Read,
    protected: Sequence[str] = (),
    redactor: Redactor = SHAPES,
    baseline: Run | None = None,
) -> Survey:
    """Gather a target's brief from the run that confirmed it (with detail and trace) and the repository's files.

    Excerpts come in this order: tests with the helpers they import, conftests from the root down, the modules under
    test, what those import, the modules that do not exist; then what may be left out: green tests beside the red ones
    (those of other files by the outcomes in `baseline`), signatures of what is further away, the map. `bounds.py` has
    the limits. Keys are redacted in all but sources: one that holds a key is withheld whole, since patches are made
    from a source's text, and altered text must not pose as one.
    """
    repository = Files(files, read)
    layout = Layout(repository)
    results = tuple(confirmed.results.get(result.node_id, result) for result in target.results)
    ran = _red_lines([result.node_id for result in results], confirmed)
    desk = _Desk(repository, Reach(layout, repository), redactor, results)
    near = scope(results, ran, protected, desk.reach, repository)
    sheets, conftests = _sheets(near, desk)
    sources, dropped = _sources(near, desk)
    absent = absent_modules(results, (*near.tests, *near.helpers, *near.conftests, *near.sources), layout, repository)
    beside = neighbours(sheets, near, [run for run in (baseline, confirmed) if run], results, desk.reach, repository)
    excerpts = (
        *_bounded(sheets, Role.TEST, bounds.TESTS, desk),
        *_bounded(conftests, Role.CONFTEST, bounds.CONFTESTS, desk),
        *sources,
        *(Excerpt(path, "", Role.MISSING) for path in absent),
        *(Excerpt(path, redactor.redacted(text), Role.SIBLING) for path, text in beside),
        *_signatures((*dropped, *near.further), desk),
        *_map([excerpt.path for excerpt in sources], absent, near.tests, desk),
    )
    shown = replace(target, results=tuple(_shown(result, redactor) for result in results))
    brief = Brief(shown, excerpts, _red_lines(target.node_ids, confirmed), _green_lines(confirmed))
    return Survey(brief, tuple(desk.withheld))


def _shown(result: Result, redactor: Redactor) -> Result:
    """The result with keys taken out first, since a key cut in two is no longer recognised."""
    failure = result.failure
    return result if failure is None else replace(result, failure=trimmed(redactor.redacted_failure(failure)))


def _sheets(near: Scope, desk: _Desk) -> tuple[list[Sheet], list[Sheet]]:
    """Return the sheets of tests with their helpers, and those of conftests; of either only what the tests use."""
    sheets: list[Sheet] = []
    for path in near.tests:
        if sheet := sheet_of_tests(path, desk.results, desk.files, desk.redactor):
            sheets.append(sheet)
        else:
            desk.withheld.append(f"{path} is not shown: it is no text or too large")
    names = {name for sheet in sheets for name in sheet.uses}
    conftests: list[Sheet] = []
    for path in reversed(near.conftests):
        if sheet := sheet_of_help(path, names, desk.results, desk.files, desk.redactor):
            conftests.insert(0, sheet)
            names.update(sheet.uses)
    for path in near.helpers:
        if sheet := sheet_of_help(path, names, desk.results, desk.files, desk.redactor):
            sheets.append(sheet)
            names.update(sheet.uses)
    return sheets, conftests


def _bounded(sheets: Iterable[Sheet], role: Role, room: int, desk: _Desk) -> Iterator[Excerpt]:
    for sheet in sheets:
        whole = sheet.shown
        text = clipped(whole, room) if room >= _LEAST or len(whole) <= room else None
        if text is None:
            desk.withheld.append(f"{sheet.path} is not shown: the tests before it take all the room there is")
            continue
        if text != whole:
            desk.withheld.append(f"{sheet.path} is not shown to its end: it is too long")
        room -= len(text)
        source = desk.files.text(sheet.path)
        yield Excerpt(sheet.path, text, role, source[1] if source else "utf-8")


def _sources(near: Scope, desk: _Desk) -> tuple[tuple[Excerpt, ...], tuple[str, ...]]:
    """Return the sources that may be shown, and the paths of those for which there is no room; what ran goes first."""
    found: dict[str, Excerpt] = {}
    for path in near.sources:
        source = desk.files.text(path)
        if source is None:
            desk.withheld.append(f"{path} is not shown: it is no text or too large")
        elif held := desk.redactor.kinds(source[0]):
            desk.withheld.append(f"{path} is not shown: it seems to hold a secret ({held[0]})")
        else:
            found[path] = Excerpt(path, source[0], Role.SOURCE, source[1])
    room, kept = bounds.SOURCES, set[str]()
    for path in sorted(found, key=lambda path: path not in near.evident):
        if len(found[path].text) <= room:
            kept.add(path)
            room -= len(found[path].text)
    dropped = tuple(path for path in found if path not in kept)
    if dropped:
        desk.withheld.append(f"{_listed(dropped)} shown by signatures at most: all modules together are too large")
    return tuple(excerpt for path, excerpt in found.items() if path in kept), dropped


def _signatures(paths: Sequence[str], desk: _Desk) -> Iterator[Excerpt]:
    room, left_out = bounds.SIGNATURES, []
    for path in paths:
        text = desk.redactor.redacted(desk.files.derived(path, signatures_of) or "") if room >= _LEAST else ""
        if room < _LEAST or len(text) > room:
            left_out.append(path)
        elif text:
            room -= len(text)
            yield Excerpt(path, text, Role.SIGNATURES)
    if left_out:
        desk.withheld.append(f"{_listed(left_out)} left out: there are too many modules around those under test")


def _map(sources: Sequence[str], absent: Sequence[str], tests: Sequence[str], desk: _Desk) -> Iterator[Excerpt]:
    text = overview(desk.files, (*sources, *absent) or tests, sources)
    if text:
        yield Excerpt("", desk.redactor.redacted(text), Role.MAP)


def _listed(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return f"{', '.join(paths[:_NAMED])}{more} {'is' if len(paths) == 1 else 'are'}"


def _red_lines(node_ids: Iterable[NodeId], run: Run) -> Lines:
    lines: dict[str, frozenset[int]] = {}
    for node in node_ids:
        for path, ran in run.coverage.get(node, {}).items():
            lines[path] = lines.get(path, frozenset()) | ran
    return lines


def _green_lines(run: Run) -> dict[str, Counter[int]]:
    """How many green tests ran each line."""
    greens = run.greens()
    counts: dict[str, Counter[int]] = {}
    for node, lines in run.coverage.items():
        if node in greens:
            for path, ran in lines.items():
                counts.setdefault(path, Counter()).update(ran)
    return counts
