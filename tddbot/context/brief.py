"""A target to its brief: the tests, their conftest chain, the modules under test, and those that are yet to be made."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from tddbot import protection
from tddbot.context.absent import absent_modules
from tddbot.context.files import Files, Read, directory_of, join, upwards
from tddbot.context.frames import file_of, is_test, project_frames, source_frames
from tddbot.context.imports import imports
from tddbot.context.layout import Layout
from tddbot.context.secrets import SHAPES, Redactor
from tddbot.context.trim import trimmed
from tddbot.domain import Brief, Excerpt, Lines, NodeId, Result, Role, Run, Target


@dataclass(frozen=True, slots=True)
class Survey:
    """A brief, and in sentences which files were kept out of it although they belong to the target."""

    brief: Brief
    withheld: tuple[str, ...]


def survey(
    target: Target,
    confirmed: Run,
    files: Sequence[str],
    read: Read,
    protected: Sequence[str] = (),
    redactor: Redactor = SHAPES,
) -> Survey:
    """Gather a target's brief from the run that confirmed it (with detail and trace) and the repository's files.

    Excerpts come in this order: tests with the helpers they import, conftests from the root down, the modules under
    test, what those import, the modules that do not exist. Keys are redacted in tests and failures. A source file
    that holds one is withheld whole: patches are made from a source's text, so altered text must not pose as one.
    """
    repository = Files(files, read)
    layout = Layout(repository)
    results = tuple(confirmed.results.get(result.node_id, result) for result in target.results)
    tests = _test_files(results, repository)
    helpers, conftests = _helpers(tests, layout, repository), _conftests(tests, repository)
    test_code = (*tests, *helpers, *conftests)
    under_test = _under_test(test_code, results, confirmed, layout, repository)
    sources = _patchable(_with_first_hop(under_test, layout, repository), protected)
    absent = absent_modules(results, (*test_code, *sources), layout, repository)
    excerpts = (
        *_excerpts((*tests, *helpers), Role.TEST, repository, redactor),
        *_excerpts(conftests, Role.CONFTEST, repository, redactor),
        *_open(_excerpts(sources, Role.SOURCE, repository, redactor), redactor),
        *(Excerpt(path, "", Role.MISSING) for path in absent),
    )
    shown = replace(target, results=tuple(_shown(result, redactor) for result in results))
    brief = Brief(shown, excerpts, _red_lines(target.node_ids, confirmed), _green_lines(confirmed))
    return Survey(brief, tuple(_withheld(sources, repository, redactor)))


def _shown(result: Result, redactor: Redactor) -> Result:
    """The result with keys taken out first, since a key cut in two is no longer recognised."""
    failure = result.failure
    return result if failure is None else replace(result, failure=trimmed(redactor.redacted_failure(failure)))


def _test_files(results: Sequence[Result], files: Files) -> tuple[str, ...]:
    """The files of the tests, and of test code in their tracebacks: an inherited test lives with its base class."""
    found = dict.fromkeys(file_of(result.node_id) for result in results)
    for result in results:
        if result.failure:
            found.update(dict.fromkeys(frame.path for frame in project_frames(result.failure) if is_test(frame.path)))
    return tuple(path for path in found if path in files.paths and not _is_conftest(path))


def _conftests(tests: Sequence[str], files: Files) -> tuple[str, ...]:
    chains = (reversed(upwards(directory_of(path))) for path in tests)
    found = dict.fromkeys(join(directory, "conftest.py") for chain in chains for directory in chain)
    return tuple(path for path in found if path in files.paths)


def _helpers(tests: Sequence[str], layout: Layout, files: Files) -> tuple[str, ...]:
    """The test code that the tests import, also through one another, in the order in which it is reached."""
    found = dict.fromkeys(tests)
    waiting = list(tests)
    while waiting:
        for path in _imported(waiting.pop(0), layout, files):
            if path not in found and is_test(path):
                found[path] = None
                waiting.append(path)
    return tuple(path for path in found if path not in tests and not _is_conftest(path) and _holds_code(path, files))


def _under_test(
    test_code: Sequence[str], results: Sequence[Result], confirmed: Run, layout: Layout, files: Files
) -> tuple[str, ...]:
    """By the tests' imports, then by tracebacks from the inside out, then by the lines that ran, most first."""
    found = [path for test in test_code for path in _imported(test, layout, files)]
    for result in results:
        if result.failure:
            found += [frame.path for frame in reversed(source_frames(result.failure))]
    ran = _red_lines([result.node_id for result in results], confirmed)
    found += sorted(ran, key=lambda path: (-len(ran[path]), path))
    return tuple(path for path in dict.fromkeys(found) if path in files.paths and not is_test(path))


def _with_first_hop(paths: Sequence[str], layout: Layout, files: Files) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*paths, *(near for path in paths for near in _imported(path, layout, files)))))


def _imported(path: str, layout: Layout, files: Files) -> Iterator[str]:
    tree = files.tree(path)
    for wanted in imports(tree) if tree else ():
        yield from layout.resolve(wanted, path)


def _patchable(paths: Iterable[str], protected: Sequence[str]) -> tuple[str, ...]:
    return tuple(path for path in paths if protection.protected_as(path, protected) is None)


def _withheld(paths: Sequence[str], files: Files, redactor: Redactor) -> Iterator[str]:
    for path in paths:
        source = files.text(path)
        if source is None:
            yield f"{path} is not shown: it is no text or too large"
        elif held := redactor.kinds(source[0]):
            yield f"{path} is not shown: it seems to hold a secret ({held[0]})"


def _excerpts(paths: Sequence[str], role: Role, files: Files, redactor: Redactor) -> Iterator[Excerpt]:
    for path in paths:
        source = files.text(path)
        if source is not None:
            text = source[0] if role is Role.SOURCE else redactor.redacted(source[0])
            yield Excerpt(path, text, role, source[1])


def _open(excerpts: Iterable[Excerpt], redactor: Redactor) -> Iterator[Excerpt]:
    return (excerpt for excerpt in excerpts if not redactor.kinds(excerpt.text))


def _holds_code(path: str, files: Files) -> bool:
    source = files.text(path)
    return source is not None and bool(source[0].strip())


def _is_conftest(path: str) -> bool:
    return PurePosixPath(path).name == "conftest.py"


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
