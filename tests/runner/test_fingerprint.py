"""What makes a zygote stale, and what does not."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tddbot.runner.fingerprint import fingerprint
from tddbot.runner.interpreter import Interpreter


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("repository/src/package", "environment/site-packages", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "repository" / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    return tmp_path / "repository"


def interpreter(root: Path) -> Interpreter:
    top = root.parent
    environment = top / "environment"
    return Interpreter(
        executable=sys.executable,
        version="3.11.0",
        pytest="8.0",
        prefixes=(str(environment),),
        path=(str(root / "src"), str(environment / "site-packages"), str(top / "elsewhere")),
        extra=(str(root / "src" / "package"),),
    )


def mark(root: Path, more: tuple[str, ...] = (), **environment: str) -> str:
    return fingerprint(interpreter(root), root, environment, more)


CHANGES: dict[str, Callable[[Path], object]] = {
    "pytest's configuration": lambda root: (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\na = 1\n"),
    "new configuration": lambda root: (root / "pytest.ini").write_text(""),
    "a configuration gone": lambda root: (root / "pyproject.toml").unlink(),
    "installed": lambda root: (root.parent / "environment" / "site-packages" / "a-1.dist-info").mkdir(),
    "made anew": lambda root: (root.parent / "environment" / "pyvenv.cfg").write_text("home = /usr\n"),
    "on the path": lambda root: (root.parent / "elsewhere" / "module.py").write_text(""),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_it(root: Path, change: str) -> None:
    before = mark(root)
    assert before == mark(root)
    CHANGES[change](root)
    assert before != mark(root)


HARMLESS: dict[str, Callable[[Path], object]] = {
    "a module": lambda root: (root / "src" / "module.py").write_text(""),
    "a module of an editable package": lambda root: (root / "src" / "package" / "module.py").write_text(""),
    "a test": lambda root: (root / "test_a.py").write_text(""),
}


@pytest.mark.parametrize("change", HARMLESS)
def test_the_repositorys_own_code_does_not_change_it(root: Path, change: str) -> None:
    """It is in no zygote; a save is a new file in its directory with most editors."""
    before = mark(root)
    HARMLESS[change](root)
    assert before == mark(root)


def test_the_environment_changes_it() -> None:
    root = Path("/nowhere")
    python = interpreter(root)
    environments: list[dict[str, str]] = [{}, {"A": "1"}, {"A": "2"}, {"A": "1", "B": "2"}]
    marks = [fingerprint(python, root, environment) for environment in environments]
    assert len(set(marks)) == len(marks)
    assert fingerprint(python, root, {"A": "1", "B": "2"}) == fingerprint(python, root, {"B": "2", "A": "1"})
    assert fingerprint(python, root, {}, ("more",)) != marks[0]
