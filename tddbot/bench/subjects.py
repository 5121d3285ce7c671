"""The projects that the runner is measured on: two from the registry and two made up."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tddbot.bench import generated
from tddbot.bench.bed import Subject
from tddbot.bench.projects import Project, cached_project, cached_python
from tddbot.repository.create import create

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where things lie: what is kept in `cache`, what goes in `scratch`. `python` None: an environment is made."""

    cache: Path
    scratch: Path
    say: Say
    python: Path | None = None


def bare_python(place: Place) -> Path:
    """Return a Python with pytest and nothing else, or the one that was given. Raise UnfitProjectError without."""
    return place.python or cached_python(["pytest"], place.cache, place.say)


def tiny(place: Place) -> tuple[Subject, ...]:
    """Return the small project."""
    root = place.scratch / "tiny" / "project"
    test, module = generated.write_tiny(root)
    create(root, "As made up")
    return (Subject("tiny", "a tiny project", root, bare_python(place), test, module),)


def numpy_pandas(place: Place) -> tuple[Subject, ...]:
    """Return the project that imports numpy and pandas."""
    python = cached_python(["pytest", "numpy", "pandas"], place.cache, place.say)
    root = place.scratch / "numpy_pandas" / "project"
    test, module = generated.write_frames(root)
    create(root, "As made up")
    return (Subject("numpy_pandas", "a project that imports numpy and pandas", root, python, test, module),)


def boltons(place: Place) -> tuple[Subject, ...]:
    """Return boltons."""
    return _of_project(cached_project("boltons", place.cache, place.say))


def sqlparse(place: Place) -> tuple[Subject, ...]:
    """Return sqlparse."""
    return _of_project(cached_project("sqlparse", place.cache, place.say))


def _of_project(project: Project) -> tuple[Subject, ...]:
    title = f"{project.name} {project.version}"
    return tuple(
        Subject(project.name, title, project.root, project.python, test, module) for test, module in pairs(project)
    )


def pairs(project: Project) -> list[tuple[str, str]]:
    """Return each `tests/test_X.py` with the one module X.py that it tests, that of the most lines first."""
    modules: dict[str, list[str]] = {}
    for path in project.sources():
        modules.setdefault(Path(path).stem, []).append(path)
    found = []
    for test in project.git("ls-files", "-z", "tests/test_*.py").split("\0"):
        named = modules.get(Path(test).stem.removeprefix("test_"), [])
        if len(named) == 1:
            found.append((test, named[0]))
    return sorted(found, key=lambda pair: (-_lines(project.root / pair[0]), pair[0]))


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")
