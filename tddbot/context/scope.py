"""Which files of the repository belong to a target, by imports, tracebacks and traces, each kind nearest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from tddbot import protection
from tddbot.context.code.files import Files, directory_of, join, upwards
from tddbot.context.code.reach import Reach
from tddbot.context.frames import file_of, is_test, project_frames, source_frames
from tddbot.domain import Lines, Result


@dataclass(frozen=True, slots=True)
class Scope:
    """The files of a target: `tests` with red ones, the `helpers` they import and their `conftests`, root down.

    `under_test` are the modules that these reach and those that ran, `sources` these with what they import in turn,
    in as far as a patch may change them, and `further` what is one step away from those, or protected by the project.
    """

    tests: tuple[str, ...]
    helpers: tuple[str, ...]
    conftests: tuple[str, ...]
    under_test: tuple[str, ...]
    sources: tuple[str, ...]
    further: tuple[str, ...]
    evident: frozenset[str]


def scope(results: Sequence[Result], ran: Lines, protected: Sequence[str], reach: Reach, files: Files) -> Scope:
    """Return the files of a target; `ran` are the lines of the red tests."""
    tests = _test_files(results, files)
    conftests = _conftests(tests, files)
    helpers = _helpers((*tests, *conftests), reach, files)
    traced = [frame.path for result in results if result.failure for frame in reversed(source_frames(result.failure))]
    test_code = (*tests, *helpers, *conftests)
    under_test = _under_test(test_code, traced, ran, reach, files)
    first_hop = [near for path in under_test if not _is_facade(path, files) for near in reach.of(path)]
    # A project may have its tests in files whose names do not say so.
    around = [path for path in dict.fromkeys((*under_test, *first_hop)) if not is_test(path) and path not in test_code]
    sources = tuple(path for path in around if protection.protected_as(path, protected) is None)
    steps = (*(path for path in around if path not in sources), *(near for path in around for near in reach.of(path)))
    around_those = (path for path in dict.fromkeys(steps) if path not in sources and path not in test_code)
    further = (path for path in around_those if protection.protected_as(path) is None)
    return Scope(tests, helpers, conftests, under_test, sources, tuple(further), frozenset({*traced, *ran}))


def _is_facade(path: str, files: Files) -> bool:
    """Whether a package only hands on what it imports: what is used of that is under test by itself."""
    facts = files.facts(path)
    return facts is not None and facts.is_facade and path.endswith("__init__.py")


def _test_files(results: Sequence[Result], files: Files) -> tuple[str, ...]:
    """The files of the tests, and of test code in their tracebacks: an inherited test lives with its base class."""
    found = dict.fromkeys(file_of(result.node_id) for result in results)
    for result in results:
        if result.failure:
            found.update(dict.fromkeys(frame.path for frame in project_frames(result.failure) if is_test(frame.path)))
    return tuple(path for path in found if path in files.paths and not is_conftest(path))


def _conftests(tests: Sequence[str], files: Files) -> tuple[str, ...]:
    chains = (reversed(upwards(directory_of(path))) for path in tests)
    found = dict.fromkeys(join(directory, "conftest.py") for chain in chains for directory in chain)
    return tuple(path for path in found if path in files.paths)


def _helpers(test_code: Sequence[str], reach: Reach, files: Files) -> tuple[str, ...]:
    """The test code that the tests and their conftests import, also through one another, in that order."""
    found = dict.fromkeys(test_code)
    waiting = list(test_code)
    while waiting:
        for path in reach.of(waiting.pop(0)):
            if path not in found and is_test(path):
                found[path] = None
                waiting.append(path)
    return tuple(path for path in found if path not in test_code and not is_conftest(path) and _holds_code(path, files))


def _under_test(
    test_code: Iterable[str], traced: Sequence[str], ran: Lines, reach: Reach, files: Files
) -> tuple[str, ...]:
    """By the tests' imports, then by tracebacks from the inside out, then by the lines that ran, most first."""
    imported = (path for test in test_code for path in reach.of(test))
    most_lines = sorted(ran, key=lambda path: (-len(ran[path]), path))
    found = dict.fromkeys((*imported, *traced, *most_lines))
    return tuple(path for path in found if path in files.paths and not is_test(path))


def _holds_code(path: str, files: Files) -> bool:
    source = files.text(path)
    return source is not None and bool(source[0].strip())


def is_conftest(path: str) -> bool:
    """Whether a path is that of a conftest."""
    return PurePosixPath(path).name == "conftest.py"
