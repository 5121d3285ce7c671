"""How a file of tests is shown: whole where it is short, else without the tests that are not at issue."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from tddbot.context.bounds import LONG
from tddbot.context.code.facts import facts_of
from tddbot.context.code.files import Files
from tddbot.context.code.imports import Import
from tddbot.context.code.outline import Kind, Outline, cut, lines_of, outline_of, with_needs
from tddbot.context.code.remembered import derived, parsed
from tddbot.context.frames import file_of, project_frames
from tddbot.context.privacy.secrets import Redactor
from tddbot.context.siblings import function_of
from tddbot.domain import Result
from tddbot.missing import Missing, missing


@dataclass(frozen=True, slots=True)
class Sheet:
    """A test file as it is shown. `text` is whole but for keys; `kept` are the parts shown, None is all of them.

    `uses` are the names that its part in the target uses.
    """

    path: str
    text: str
    outline: Outline
    kept: frozenset[int] | None
    uses: frozenset[str]

    @property
    def shown(self) -> str:
        """The text with marks where something was left out."""
        return self.text if self.kept is None else cut(self.text, self.outline, self.kept)


def sheet_of_tests(path: str, results: Sequence[Result], files: Files, redactor: Redactor) -> Sheet | None:
    """Return the sheet of a file that red tests or frames of their tracebacks lie in; None where it has no text."""
    return _sheet(path, lambda text, outline: _at_issue(path, text, results, outline), files, redactor)


def sheet_of_help(
    path: str, names: Collection[str], results: Sequence[Result], files: Files, redactor: Redactor
) -> Sheet | None:
    """Return the sheet of a conftest or a helper from which `names` are used."""

    def wanted(_: str, outline: Outline) -> set[int]:
        needed = {place for place, part in enumerate(outline) if not part.defines.isdisjoint(names)}
        return needed | _in_frames(path, results, outline)

    return _sheet(path, wanted, files, redactor)


def clipped(text: str, room: int) -> str:
    """Return as many whole lines as there is room for, with a mark of how many are missing."""
    if len(text) <= room:
        return text
    lines, kept = lines_of(text), 0
    room -= 60
    while room >= len(lines[kept]):
        room -= len(lines[kept])
        kept += 1
    return "".join(lines[:kept]) + f"# [{len(lines) - kept} more lines: not shown]\n"


def _sheet(path: str, wanted: Callable[[str, Outline], set[int]], files: Files, redactor: Redactor) -> Sheet | None:
    source = files.text(path)
    if source is None:
        return None
    # A key that is cut in two is no longer recognised, hence first of all.
    text = redactor.redacted(source[0])
    outline = outline_in(text) if path.endswith(".py") else ()
    at_issue = wanted(text, outline)
    needed = with_needs(at_issue, outline) if at_issue else frozenset(range(len(outline)))
    uses = frozenset(name for place in needed for name in outline[place].uses)
    is_long = len(lines_of(text)) > LONG
    return Sheet(path, text, outline, needed if is_long and at_issue else None, uses)


def outline_in(text: str) -> Outline:
    """Return the outline of a text, empty where it does not parse."""
    return derived(text, outline_of, lambda: parsed(text)) or ()


def _at_issue(path: str, text: str, results: Sequence[Result], outline: Outline) -> set[int]:
    """The parts that are red or in a traceback; none where a test cannot be placed."""
    places = {part.name: place for place, part in enumerate(outline) if part.name}
    found: set[int] = set()
    for result in results:
        if file_of(result.node_id) != path:
            continue
        name = function_of(result.node_id.partition("::")[2])
        if name:
            place = places.get(name, places.get(name.rpartition("::")[0]))
            here = set() if place is None else {place}
        else:
            here = _missing_in(text, result, outline)
        if not here:
            return set()
        found |= here
    return found | _in_frames(path, results, outline)


def _missing_in(text: str, result: Result, outline: Outline) -> set[int]:
    """The tests that use what the import of their file misses."""
    absent = missing(result.failure) if result.failure else None
    facts = derived(text, facts_of, lambda: parsed(text))
    if absent is None or facts is None:
        return set()
    names = {absent.name} if absent.name else {_last(each.bound) for each in facts.imports if _is_of(each, absent)}
    return {place for place, part in enumerate(outline) if part.kind is Kind.TEST and not part.uses.isdisjoint(names)}


def _is_of(wanted: Import, absent: Missing) -> bool:
    module = wanted.module if not wanted.level else absent.module if absent.module.endswith(wanted.module) else ""
    return f"{module}.{wanted.name}.".startswith(f"{absent.module}.")


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]


def _in_frames(path: str, results: Sequence[Result], outline: Outline) -> set[int]:
    functions = set(_functions(path, results))
    return {
        place
        for place, part in enumerate(outline)
        if part.kind is not Kind.CLASS and part.name.rpartition("::")[2] in functions
    }


def _functions(path: str, results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        for frame in project_frames(result.failure) if result.failure else ():
            if frame.path == path:
                yield frame.function
