"""Which Python the project's tests run in, and what that Python needs to be seen in a jail.

The project's Python is asked itself, outside the jail: it is the user's own and runs no code of a candidate.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct, convert
from msgspec.structs import replace

from tddbot.errors import UnfitError

_ASK = """
import json, os, sys
def version(name):
    try:
        from importlib.metadata import version
        return version(name)
    except Exception:
        return None
maps = [getattr(sys.modules.get(getattr(finder, "__module__", "")), "MAPPING", None) for finder in sys.meta_path]
extra = [path for found in maps if isinstance(found, dict) for path in found.values()]
print(json.dumps({
    "executable": sys.executable, "version": sys.version.split()[0], "pytest": version("pytest"),
    "prefixes": sorted({sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}),
    "path": [entry for entry in sys.path if entry], "extra": [path for path in extra if isinstance(path, str)],
}))
"""


_NEEDED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
"""All that the project's Python is told when it is asked: what its environment runs at start sees no key."""

_OLDEST_PYTHON = (3, 8)
_OLDEST_PYTEST = (6, 0)


class Interpreter(Struct, frozen=True):
    """A Python with pytest: its `path` is sys.path, `extra` the places that editable installs point to."""

    executable: str
    version: str
    pytest: str | None
    prefixes: tuple[str, ...]
    path: tuple[str, ...]
    extra: tuple[str, ...]
    why: str = ""

    def startup_path(self, root: Path) -> tuple[str, ...]:
        """sys.path without the code of the repository, which may not run outside a jail; environments in it stay."""
        own = str(root) + "/"
        environments = tuple(f"{prefix}/" for prefix in self.prefixes)
        return tuple(path for path in self.path if not f"{path}/".startswith(own) or path.startswith(environments))


def find(root: Path, configured: str | None, environment: Mapping[str, str]) -> Interpreter:
    """Return the project's Python, or raise UnfitError naming all that was tried.

    Order: `tool.tddbot.python`; VIRTUAL_ENV unless it is tddbot's own; `.venv`, `venv`; the one on PATH.
    """
    tried = []
    for path, why in _candidates(root, configured, environment):
        found = ask(path)
        reason = found if isinstance(found, str) else unfitness(found)
        if isinstance(found, Interpreter) and reason is None:
            return replace(found, why=why)
        if configured is not None:
            raise UnfitError(f"{why} is {path}, which {reason}", "Set tool.tddbot.python to a Python that has pytest.")
        tried.append(f"{path} ({why}) {reason}")
    raise UnfitError(
        "no Python with pytest was found for this project; tried: " + ("; ".join(tried) or "nothing was there"),
        "Install pytest in the project's environment (.venv), or set tool.tddbot.python in pyproject.toml.",
    )


def unfitness(python: Interpreter) -> str | None:
    """Say in a clause why tests cannot be run with this Python, or None where they can."""
    if _numbers(python.version) < _OLDEST_PYTHON:
        return f"is Python {python.version}; 3.8 is the oldest that works"
    if python.pytest is None:
        return "has no pytest"
    if _numbers(python.pytest) < _OLDEST_PYTEST:
        return f"has pytest {python.pytest}; 6.0 is the oldest that works"
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])


def _candidates(root: Path, configured: str | None, environment: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    if configured is not None:
        # Joined, not resolved: a virtual environment's Python is a link whose own place matters.
        yield root / Path(configured).expanduser(), "tool.tddbot.python"
        return
    active = environment.get("VIRTUAL_ENV")
    if active and Path(active).resolve() != Path(sys.prefix).resolve():
        yield Path(active) / "bin" / "python", "VIRTUAL_ENV"
    for name in (".venv", "venv"):
        if (root / name).is_dir():
            yield root / name / "bin" / "python", name
    for name in ("python", "python3"):
        if on_path := shutil.which(name, path=environment.get("PATH")):
            yield Path(on_path), f"`{name}` on PATH"


def ask(path: Path) -> Interpreter | str:
    """Return what the Python at `path` says of itself, or in a clause why it says nothing."""
    if not path.exists():
        return "does not exist"
    clean = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    try:
        done = subprocess.run(
            [str(path), "-c", _ASK], capture_output=True, cwd="/", env=clean, timeout=60, check=True, text=True
        )
        return convert(json.loads(done.stdout.splitlines()[-1]), Interpreter)
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        return f"does not run ({type(error).__name__})"
