"""The commands around the main job."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.project import Project

GREEN = {"tests/test_ok.py": "def test_ok():\n    assert True\n"}


def require_readable_python() -> None:
    """Skip where the tests' user, who is not root, could not read the Python that runs these tests."""
    places = [Path(os.path.realpath(sys.executable)), *Path(os.path.realpath(sys.executable)).parents]
    if os.geteuid() == 0 and not all(place.stat().st_mode & 0o005 for place in places):
        pytest.skip("as root, a Python is needed that everybody can read")


def test_the_demonstration_shows_each_layer_of_the_offline_generator(tmp_path: Path) -> None:
    project = Project(tmp_path, tmp_path)
    done = project.run("demo", env={"TMPDIR": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    slip, unwritten, tie, missing, regression = done.stdout.partition("\n1. ")[2].split("\n\n")
    assert "+    if len(text) <= width:" in slip
    assert "applied; `tddbot undo` takes it back" in slip
    assert "-    raise NotImplementedError" in unwritten
    assert "applied; `tddbot undo` takes it back" in unwritten
    assert "\n? one more test decides it: " in tie
    assert "assert fits(" in tie
    assert "✘ gave up" in missing
    assert "+def to_roman(" in missing
    assert "+    if len(text) >= 2 and text[0] == MARKS[0] and text[-1] == MARKS[1]:" in regression
    assert "quotation marks, and without them" not in regression
    for offered in (missing, regression):
        assert "tddbot apply" in offered
        assert "applied; `tddbot undo`" not in offered
        assert "OPENAI_API_KEY" in offered
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_tries_every_part(tmp_path: Path) -> None:
    project = Project.make(tmp_path, GREEN)
    before = project.digest()
    code, findings = project.events("doctor")
    assert code == 0, findings
    fit = {finding["part"]: finding["fit"] for finding in findings}
    assert list(fit)[:5] == ["repository", "git", "python", "jail", "model"]
    assert [fit[part] for part in list(fit)[:5]] == [True, True, True, True, None]
    assert {
        "user namespace",
        "network namespace",
        "overlay",
        "fresh /proc",
        "seccomp",
        "Landlock",
        "bubblewrap",
    } <= set(fit)
    assert all(finding["remedy"] for finding in findings if finding["fit"] is False)
    assert project.digest() == before


def test_without_a_jail_it_is_said_on_the_screen(tmp_path: Path) -> None:
    require_readable_python()
    done = Project.make(tmp_path, GREEN).run("fix", "--unsafe-no-sandbox")
    assert done.returncode == 0, done.stderr
    assert "NO JAIL" in done.stdout
    assert "Nothing is red" in done.stdout


def test_where_no_jail_is_possible_nothing_runs_and_the_remedy_is_told(tmp_path: Path) -> None:
    project = Project.make(tmp_path, {"test_a.py": "open('ran', 'w')\ndef test_a(): pass\n"})
    command = [sys.executable, "-m", "tests.runner.denied", "all", *project.command("fix")]
    environment = project.environment({"PYTHONPATH": str(Path(__file__).parents[2])})
    done = subprocess.run(command, cwd=project.root, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 3
    assert "no jail is possible here: user namespace failed" in done.stderr
    assert "tddbot doctor" in done.stderr
    assert not (project.root / "ran").exists()


def test_the_doctor_tells_people_in_lines(tmp_path: Path) -> None:
    done = Project.make(tmp_path, GREEN).run("doctor")
    assert done.returncode == 0, done.stdout
    parts = [line.split()[:2] for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert parts[:5] == [["ok", "repository"], ["ok", "git"], ["ok", "python"], ["ok", "jail"], ["--", "model"]]


def test_the_doctor_calls_a_wrong_setting_a_wrong_setting(tmp_path: Path) -> None:
    done = Project.make(tmp_path, GREEN, settings="[tool.tddbot.runner]\njobs = -1\n").run("doctor")
    assert done.returncode == 2
    assert done.stdout.split()[:2] == ["NO", "settings"]


def test_the_doctor_without_a_repository(tmp_path: Path) -> None:
    done = Project(tmp_path, tmp_path).run("doctor")
    assert done.returncode == 3
    assert done.stdout.split()[:2] == ["NO", "repository"]


def test_the_version_costs_no_heavy_import(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "tddbot", "--version"], capture_output=True, text=True, check=True
    )
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.stdout.startswith("tddbot ")
    assert not modules & {"openai", "git", "libcst", "rich", "watchdog"}


def test_no_colour_and_no_cursor_movement_in_a_pipe(tmp_path: Path) -> None:
    done = Project.make(tmp_path, GREEN).run("fix", "-v")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr


def test_an_empty_store_is_no_error(tmp_path: Path) -> None:
    project = Project.make(tmp_path, GREEN)
    assert project.run("log").stdout == "No patch is in the store yet.\n"
    assert project.run("undo").returncode == 2
    assert project.run("show", "abc").returncode == 2


def test_a_repository_without_a_commit_works(tmp_path: Path) -> None:
    project = Project.make(tmp_path, GREEN)
    project.git("update-ref", "-d", "HEAD")
    assert project.run("fix").returncode == 0


def test_from_a_directory_below_the_root(tmp_path: Path) -> None:
    project = Project.make(tmp_path, GREEN)
    below = Project(project.root / "tests", project.home)
    assert below.run("fix").returncode == 0


def test_names_from_a_directory_below_the_root(tmp_path: Path) -> None:
    red = {"tests/test_red.py": "def test_red():\n    assert 1 == 2\n"}
    project = Project.make(tmp_path, {**GREEN, **red})
    below = Project(project.root / "tests", project.home)
    for name in ("test_ok.py", "../tests/test_ok.py::test_ok", "tests/test_ok.py"):
        assert below.run("fix", name).returncode == 0
    assert below.run("fix", "test_red.py::test_red").returncode == 1
    assert below.run("fix", "test_none.py").returncode == 2


def test_no_key_is_asked_for_where_no_patch_can_help(tmp_path: Path) -> None:
    done = Project.make(tmp_path, {**GREEN, "tests/test_broken.py": "def test_x(:\n    pass\n"}).run("fix")
    assert done.returncode == 1
    assert done.stdout.endswith("\n1 red test left.\n")


def test_a_dry_run_counts_what_is_proven(tmp_path: Path) -> None:
    test = "from double import double\n\ndef test_double():\n    assert double(5) == 10\n"
    slip = {"double.py": "def double(x):\n    return 2 + x\n", "tests/test_double.py": test}
    done = Project.make(tmp_path, slip).run("fix", "--dry-run")
    assert done.returncode == 1
    assert done.stdout.endswith("\n1 red test left; for 1 target a proven patch is stored.\n")


def test_what_is_given_up_shows_its_failure(tmp_path: Path) -> None:
    done = Project.make(tmp_path, {"tests/test_red.py": "def test_red():\n    assert 1 == 2\n"}).run("fix")
    assert (
        "\n  tests/test_red.py::test_red\n    assert 1 == 2\n    tests/test_red.py:2: AssertionError\n" in done.stdout
    )
