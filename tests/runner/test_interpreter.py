"""Which Python is the project's: the order, and what is said where none is fit."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tddbot.errors import UnfitError
from tddbot.runner.interpreter import Interpreter, ask, find, unfitness


def environment(where: Path, *, with_pytest: bool = True) -> Path:
    """A virtual environment that borrows pytest from the Python that runs this test."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(where)], check=True)
    if with_pytest:
        packages = next((where / "lib").glob("python*")) / "site-packages"
        own = ask(Path(sys.executable))
        assert isinstance(own, Interpreter)
        (packages / "borrowed.pth").write_text("\n".join(own.path) + "\n")
    return where


def test_what_is_configured_goes_before_all_else(tmp_path: Path) -> None:
    environment(tmp_path / ".venv")
    environment(tmp_path / "other")
    found = find(tmp_path, "other/bin/python", {})
    assert (found.executable, found.why) == (str(tmp_path / "other/bin/python"), "tool.tddbot.python")


@pytest.mark.parametrize("python", ["nowhere/python", "file", "plain/bin/python"])
def test_what_is_configured_is_not_replaced_where_it_is_unfit(tmp_path: Path, python: str) -> None:
    environment(tmp_path / ".venv")
    environment(tmp_path / "plain", with_pytest=False)
    (tmp_path / "file").write_text("")
    with pytest.raises(UnfitError, match=r"tool\.tddbot\.python is .*, which ") as raised:
        find(tmp_path, python, {})
    assert "tool.tddbot.python" in raised.value.hint


def test_the_active_environment_goes_before_one_in_the_repository(tmp_path: Path) -> None:
    environment(tmp_path / ".venv")
    active = environment(tmp_path / "active")
    assert find(tmp_path, None, {"VIRTUAL_ENV": str(active)}).why == "VIRTUAL_ENV"


def test_tddbots_own_environment_is_not_the_projects(tmp_path: Path) -> None:
    environment(tmp_path / ".venv")
    assert find(tmp_path, None, {"VIRTUAL_ENV": sys.prefix}).why == ".venv"


def test_an_environment_without_pytest_is_passed_over(tmp_path: Path) -> None:
    environment(tmp_path / ".venv", with_pytest=False)
    environment(tmp_path / "venv")
    assert find(tmp_path, None, {}).why == "venv"


def test_the_one_on_path_comes_last(tmp_path: Path) -> None:
    there = environment(tmp_path / "elsewhere")
    assert find(tmp_path, None, {"PATH": str(there / "bin")}).why == "`python` on PATH"


def test_where_there_is_none_all_that_was_tried_is_named(tmp_path: Path) -> None:
    environment(tmp_path / ".venv", with_pytest=False)
    bare = environment(tmp_path / "bare", with_pytest=False)
    with pytest.raises(UnfitError) as raised:
        find(tmp_path, None, {"PATH": str(bare / "bin"), "VIRTUAL_ENV": str(tmp_path / "gone")})
    for word in ("gone/bin/python (VIRTUAL_ENV) does not exist", ".venv/bin/python (.venv) has no pytest", "on PATH"):
        assert word in raised.value.message
    with pytest.raises(UnfitError, match="tried: nothing was there"):
        find(tmp_path / "bare" / "lib", None, {"PATH": str(tmp_path)})


def test_a_python_is_asked_without_the_users_python_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "json.py").write_text("raise SystemError\n")
    found = ask(Path(sys.executable))
    assert isinstance(found, Interpreter)
    assert str(tmp_path) not in found.path


def test_a_python_is_asked_without_the_users_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = environment(tmp_path / "env") / "bin" / "python"
    (hook,) = (tmp_path / "env" / "lib").glob("python*/site-packages")
    (hook / "spy.pth").write_text(f"import os; open({str(tmp_path / 'seen')!r}, 'w').write(str(dict(os.environ)))\n")
    monkeypatch.setenv("OPENAI_API_KEY", "s3cr3t")
    assert isinstance(ask(python), Interpreter)
    assert "s3cr3t" not in (tmp_path / "seen").read_text()


def test_a_python_that_chats_or_fails(tmp_path: Path) -> None:
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\necho hello\nexec {sys.executable} "$@"\n')
    script.chmod(0o755)
    assert isinstance(ask(script), Interpreter)
    script.write_text("#!/bin/sh\nexit 3\n")
    assert ask(script) == "does not run (CalledProcessError)"


@pytest.mark.parametrize(
    ("version", "pytest_version", "reason"),
    [
        ("3.8.0", "6.0.2", None), ("3.13.0rc1", "9.2.0.dev1", None), ("3.12.1", None, "has no pytest"),
        ("3.7.16", "7.4.4", "is Python 3.7.16; 3.8 is the oldest that works"),
        ("3.8.1", "5.4.3", "has pytest 5.4.3; 6.0 is the oldest that works"),
    ],
)  # fmt: skip
def test_old_versions_are_refused(version: str, pytest_version: str | None, reason: str | None) -> None:
    assert unfitness(Interpreter("/usr/bin/python", version, pytest_version, (), (), ())) == reason


def test_the_guest_starts_without_the_code_of_the_repository(tmp_path: Path) -> None:
    prefix = str(tmp_path / ".venv")
    path = (str(tmp_path), str(tmp_path / "src"), f"{prefix}/lib/site-packages", "/usr/lib/python3", f"{tmp_path}2")
    python = Interpreter(f"{prefix}/bin/python", "3.11.1", "8.0", ("/usr", prefix), path, ())
    assert python.startup_path(tmp_path) == (f"{prefix}/lib/site-packages", "/usr/lib/python3", f"{tmp_path}2")


def test_which_python_of_this_machine_would_be_taken(tmp_path: Path) -> None:
    own = ask(Path(sys.executable))
    assert isinstance(own, Interpreter)
    assert os.path.isabs(own.executable)
    assert own.pytest == pytest.__version__
