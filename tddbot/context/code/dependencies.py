"""The distributions that a project says it depends on, so that a missing one is not taken for a module to write."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from tddbot.context.code.files import Files

_NAME = re.compile(r"\s*([A-Za-z0-9][\w.-]*)")
_REQUIREMENTS = re.compile(r"(?:.*/)?[\w.-]*requirements[\w.-]*\.(?:txt|in)|(?:.*/)?requirements/[\w.-]+\.(?:txt|in)")


def declared(files: Files) -> frozenset[str]:
    """Return the normal names that pyproject.toml and the requirements files list; an unreadable file lists none."""
    lines = list(_from_pyproject(pyproject(files)))
    for path in sorted(path for path in files.paths if _REQUIREMENTS.fullmatch(path)):
        source = files.text(path)
        lines += source[0].splitlines() if source else []
    return frozenset(normal(found[1]) for line in lines if (found := _NAME.match(line)))


def normal(name: str) -> str:
    """Return a distribution's name as package indexes compare it, with `_` for its separators."""
    return re.sub(r"[-_.]+", "_", name).lower()


def pyproject(files: Files) -> dict[str, Any]:
    """Return the project's pyproject.toml, empty where there is none that can be read."""
    source = files.text("pyproject.toml")
    try:
        return tomllib.loads(source[0]) if source else {}
    except tomllib.TOMLDecodeError:
        return {}


def table(of: Any, *keys: str) -> dict[str, Any]:
    """Return the nested table at `keys`, empty where something else stands in its place."""
    for key in keys:
        of = of.get(key) if isinstance(of, dict) else None
    return of if isinstance(of, dict) else {}


def _from_pyproject(data: dict[str, Any]) -> Iterator[str]:
    lists = [
        table(data, "project").get("dependencies"),
        *table(data, "project", "optional-dependencies").values(),
        *table(data, "dependency-groups").values(),
        list(table(data, "tool", "poetry", "dependencies")),
    ]
    for listed in lists:
        if isinstance(listed, list):
            yield from (line for line in listed if isinstance(line, str))
