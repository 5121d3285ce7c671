"""What a warm zygote depends on: while this stays the same, it holds what a fresh process would load."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tddbot.runner.interpreter import Interpreter

_CONFIGURATION = (
    "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "pyproject.toml", "tox.ini", "setup.cfg",
)  # fmt: skip


def fingerprint(interpreter: Interpreter, root: Path, environment: Mapping[str, str], more: Iterable[str] = ()) -> str:
    """Return a digest of the interpreter, the installed distributions, pytest's configuration and the environment.

    A distribution that is installed, removed or changed to another version changes the time of its directory. The
    repository's own code is in no zygote. `more` is whatever else the zygote is made from.
    """
    digest = hashlib.sha256()
    for part in (*_facts(interpreter, root), *(f"{name}={environment[name]}" for name in sorted(environment)), *more):
        digest.update(part.encode("utf-8", "surrogateescape") + b"\0")
    return digest.hexdigest()


def _facts(interpreter: Interpreter, root: Path) -> Iterator[str]:
    yield f"{interpreter.version} {interpreter.pytest}"
    elsewhere = (path for path in interpreter.extra if not path.startswith(f"{root}/"))
    for path in (interpreter.executable, *interpreter.startup_path(root), *interpreter.prefixes, *elsewhere):
        yield _stamp(path)
        yield _stamp(os.path.join(path, "pyvenv.cfg"))
    for name in _CONFIGURATION:
        yield _stamp(str(root / name))


def _stamp(path: str) -> str:
    try:
        status = os.stat(path)
    except OSError:
        return f"{path} is not there"
    return f"{path} {status.st_ino} {status.st_size} {status.st_mtime_ns}"
