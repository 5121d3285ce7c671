"""The project's own checks: which of them it configures for a file, and how each is asked. Pure but for the reader."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as BadConfigurationError
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

Read = Callable[[str], bytes | None]
"""Returns a file of the repository, or None."""

_RUFF = (
    "check", "--output-format=json", "--no-cache", "--force-exclude", "--no-fix", "--no-fix-only", "--quiet", "--",
)  # fmt: skip
_MYPY = (
    "--no-error-summary", "--show-error-codes", "--no-color-output", "--no-pretty", "--hide-column-numbers",
    "--hide-error-context", "--cache-dir=/dev/null",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One call of a tool: `python -m module options files`; `name` is that of the setting."""

    name: str
    module: str
    options: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def arguments(self) -> tuple[str, ...]:
        """What follows the module."""
        return (*self.options, *self.files)

    def of(self, files: Iterable[str]) -> "Check":
        """The same call for other files."""
        return replace(self, files=tuple(files))


def checks(paths: Iterable[str], read: Read, modes: Mapping[str, str]) -> tuple[Check, ...]:
    """Return the calls for these files: of each tool that is not "off" in `modes`, where its configuration is found.

    Files are Python's; each goes with the nearest configuration above it. Ruff finds that by itself, so that it is
    called once; the others are called once a configuration.
    """
    # What begins with a dash or an @ would be read as an option.
    files = [path for path in paths if PurePosixPath(path).suffix in (".py", ".pyi") and path[:1] not in "-@"]
    wanted = [name for name in ("ruff", "mypy", "pyright") if modes.get(name, "warn") != "off"]
    return tuple(check for name in wanted for check in _CHECKS[name](files, _Configuration(read)))


@dataclass(frozen=True, slots=True)
class _Configuration:
    """What the repository's configuration files say."""

    read: Read

    def tools(self, directory: PurePosixPath) -> Mapping[str, Any]:
        """The tables below `tool` of the pyproject.toml in a directory; none where it cannot be read."""
        try:
            tables = tomllib.loads((self.read(str(directory / "pyproject.toml")) or b"").decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            return {}
        found = tables.get("tool", {})
        return found if isinstance(found, dict) else {}

    def has(self, directory: PurePosixPath, *names: str) -> str:
        """The first of these files that is in a directory, as a path, or ""."""
        paths = (str(directory / name) for name in names)
        return next((path for path in paths if self.read(path) is not None), "")

    def has_mypy_section(self, directory: PurePosixPath) -> bool:
        parser = ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string((self.read(str(directory / "setup.cfg")) or b"").decode())
        except (BadConfigurationError, UnicodeDecodeError):
            return False
        return parser.has_section("mypy")


def _ruff(files: Iterable[str], configuration: _Configuration) -> Iterator[Check]:
    def place(directory: PurePosixPath) -> str:
        named = configuration.has(directory, ".ruff.toml", "ruff.toml")
        return named or ("pyproject.toml" if "ruff" in configuration.tools(directory) else "")

    if found := [path for path in files if _nearest(path, place)]:
        yield Check("ruff", "ruff", _RUFF, tuple(found))


def _mypy(files: Iterable[str], configuration: _Configuration) -> Iterator[Check]:
    def place(directory: PurePosixPath) -> str:
        if named := configuration.has(directory, "mypy.ini", ".mypy.ini"):
            return named
        if "mypy" in configuration.tools(directory):
            return str(directory / "pyproject.toml")
        return str(directory / "setup.cfg") if configuration.has_mypy_section(directory) else ""

    for path, together in _by_place(files, place).items():
        kept = [file for file in together if not _is_excluded(file, path, configuration)]
        if kept:
            yield Check("mypy", "mypy", (*_MYPY, f"--config-file={path}", "--"), tuple(kept))


def _is_excluded(file: str, path: str, configuration: _Configuration) -> bool:
    """Whether mypy's `exclude` names a file, which only counts for files that mypy looks for itself."""
    if not path.endswith("pyproject.toml"):
        return False
    settings = configuration.tools(PurePosixPath(path).parent).get("mypy", {})
    said = settings.get("exclude", ()) if isinstance(settings, dict) else ()
    patterns = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return any(isinstance(pattern, str) and _matches(pattern, file) for pattern in patterns)


def _matches(pattern: str, file: str) -> bool:
    try:
        return re.search(pattern, file) is not None
    except re.error:
        return False


def _pyright(files: Iterable[str], configuration: _Configuration) -> Iterator[Check]:
    def place(directory: PurePosixPath) -> str:
        tools = configuration.tools(directory)
        if named := configuration.has(directory, "pyrightconfig.json"):
            return named
        name = next((name for name in ("basedpyright", "pyright") if name in tools), "")
        return f"{directory / 'pyproject.toml'} {name}" if name else ""

    for path, together in _by_place(files, place).items():
        config, _, name = path.partition(" ")
        below = PurePosixPath(config).parent
        project = () if below == PurePosixPath() else (f"--project={below}",)
        yield Check("pyright", name or "pyright", ("--outputjson", *project), tuple(together))


def _nearest(path: str, place: Callable[[PurePosixPath], str]) -> str:
    """The first thing that `place` says of the directories above a path, the nearest first, or ""."""
    return next(filter(None, map(place, PurePosixPath(path).parents)), "")


def _by_place(files: Iterable[str], place: Callable[[PurePosixPath], str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in files:
        if where := _nearest(file, place):
            found.setdefault(where, []).append(file)
    return found


_CHECKS: Mapping[str, Callable[[Iterable[str], _Configuration], Iterator[Check]]] = {
    "ruff": _ruff, "mypy": _mypy, "pyright": _pyright,
}  # fmt: skip
