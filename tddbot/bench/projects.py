"""Real projects from the package registry, each a repository with an environment of its own; and bare environments.

A network that fails, or a project without tests, is an UnfitProjectError that says so in a sentence.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

KNOWN = {"more-itertools": "11.2.1", "boltons": "26.2.0", "sqlparse": "0.6.1"}
"""The projects, each with a version that is known to ship its tests, for when the newest one does not."""

_PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
_WHOLE = "whole"
_MEGABYTE = 1024 * 1024


class UnfitProjectError(Exception):
    """A project that cannot be used here, and why."""


@dataclass(frozen=True, slots=True)
class Project:
    """A repository with one commit, and an ignored `.venv` that the project, editable, and pytest are installed in."""

    name: str
    version: str
    root: Path

    @property
    def python(self) -> Path:
        """The Python of the project's environment."""
        return self.root / ".venv" / "bin" / "python"

    def git(self, *arguments: str) -> str:
        """Run git in the repository and return what it printed."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=environment(self.root), check=True, capture_output=True, text=True
        )
        return done.stdout

    def sources(self) -> list[str]:
        """The Python files that are neither tests nor about the project's documentation, examples and packaging."""
        paths = self.git("ls-files", "-z", "*.py").split("\0")
        aside = {"tests", "test", "docs", "doc", "examples", "benchmarks", "setup.py", "conftest.py"}
        return sorted(path for path in paths if path and not aside.intersection(path.split("/")))


def environment(root: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment without a key, a proxy or anybody's configuration; its home lies beside `root`.

    No compiled files are written: Python tells a stale one by whole seconds and size, and a slip changes neither.
    """
    home = root.parent / "home"
    home.mkdir(exist_ok=True)
    people = {
        f"GIT_{who}_{what}": "somebody@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    own = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    return {**own, **people, **(more or {})}


def prepared(name: str, cache: Path, directory: Path) -> Project:
    """Return the project as a repository in `directory`; its sdist is taken from `cache` or else put there.

    Raise UnfitProjectError where there is no sdist with tests, or its environment cannot be made.
    """
    for wanted in dict.fromkeys((name, f"{name}=={KNOWN[name]}" if name in KNOWN else name)):
        root = _unpacked(_sdist(wanted, cache / wanted), directory / wanted)
        if (root / "tests").is_dir() or (root / "test").is_dir():
            break
    else:
        raise UnfitProjectError("no sdist of it ships tests")
    project = Project(name, root.name.rpartition("-")[2], root)
    project.git("init", "--quiet", "--initial-branch=main")
    project.git("add", "--all", "--force")
    project.git("commit", "--quiet", "--message=As released")
    _install(project)
    return project


def cache_directory(variables: Mapping[str, str] = os.environ) -> Path:
    """Return where the benchmarks keep what they fetch: below the user's cache directory, never in a repository."""
    base = variables.get("XDG_CACHE_HOME") or ""
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "tddbot" / "bench"


def cached_project(name: str, cache: Path, say: Callable[[str], None]) -> Project:
    """Return the project in the version that is known, as it was released; fetch it only where `cache` lacks it.

    Raise UnfitProjectError where it cannot be had.
    """
    version = KNOWN[name]
    place = cache / f"{name}-{version}-{_python_tag()}"
    wanted = f"{name}=={version}"
    if not (place / _WHOLE).exists():
        _forget(place)
        project = prepared(wanted, place / "sdists", place)
        _keep(place, wanted, say)
    root = next(path.parent for path in place.glob(f"*/{name}-{version}/.git"))
    project = Project(name, version, root)
    project.git("checkout", "--force", "--quiet", "HEAD", "--", ".")
    return project


def cached_python(packages: Sequence[str], cache: Path, say: Callable[[str], None]) -> Path:
    """Return the Python of an environment with these packages alone; make it only where `cache` lacks it.

    Raise UnfitProjectError where they cannot be had.
    """
    place = cache / f"{'-'.join(packages)}-{_python_tag()}"
    python = place / ".venv" / "bin" / "python"
    if not (place / _WHOLE).exists():
        _forget(place)
        _make_environment(place / ".venv", packages)
        _keep(place, ", ".join(packages), say)
    return python


def _python_tag() -> str:
    """What an environment depends on: made anew where tddbot's own Python is another one."""
    return "py" + ".".join(map(str, sys.version_info[:3]))


def _keep(place: Path, what: str, say: Callable[[str], None]) -> None:
    size = sum(path.lstat().st_size for path in place.rglob("*")) / _MEGABYTE
    say(f"{what}: kept in {place} ({size:.0f} MB) for the next time")
    (place / _WHOLE).touch()


def _forget(place: Path) -> None:
    """Remove what an interrupted attempt left."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)


def _sdist(requirement: str, cache: Path) -> Path:
    if not any(cache.glob("*.tar.gz")):
        name = requirement.partition("==")[0]
        _checked(*_PIP, "download", "--no-deps", f"--no-binary={name}", f"--dest={cache}", requirement)
    return next(cache.glob("*.tar.gz"))


def _unpacked(sdist: Path, directory: Path) -> Path:
    directory.mkdir(parents=True)
    with tarfile.open(sdist) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(directory, filter="data")
        else:  # Python 3.11 before 3.11.4; what is unpacked here is run in any case
            archive.extractall(directory)
    return directory / sdist.name.removesuffix(".tar.gz")


def _install(project: Project) -> None:
    with (project.root / ".git" / "info" / "exclude").open("a", encoding="utf-8") as file:
        # Besides the environment, what an editable install and a run of the tests leave behind.
        file.write("/.venv/\n*.egg-info/\n/build/\n__pycache__/\n.pytest_cache/\n")
    _make_environment(project.root / ".venv", ["pytest", f"--editable={project.root}"])


def _make_environment(place: Path, packages: Sequence[str]) -> None:
    venv.create(place, with_pip=False, symlinks=True)
    _checked(*_PIP, f"--python={place / 'bin' / 'python'}", "install", *packages)


def _checked(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip() or "it said nothing").splitlines()[-1]
        verb = next(word for word in command[len(_PIP) :] if not word.startswith("-"))
        raise UnfitProjectError(f"`pip {verb}` failed: {last}")
