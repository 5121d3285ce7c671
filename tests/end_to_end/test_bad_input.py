"""Bad input: each gets a clear sentence and the right exit code, and loses nothing."""

import sys
import venv
from pathlib import Path

import pytest

from tests.end_to_end.project import Project, last

GREEN = {"tests/test_ok.py": "def test_ok():\n    assert True\n"}


def test_no_tests_collected(tmp_path: Path) -> None:
    project = Project.make(tmp_path, {"module.py": "x = 1\n"})
    done = project.run("fix")
    assert done.returncode == 0
    assert "No tests were collected" in done.stdout


def test_a_test_file_with_a_syntax_error_is_left_to_its_author(tmp_path: Path) -> None:
    project = Project.make(tmp_path, {**GREEN, "tests/test_broken.py": "def test_x(:\n    pass\n"})
    before = project.digest()
    done = project.run("fix")
    assert done.returncode == 1
    assert "tests/test_broken.py:1 does not parse" in done.stdout
    assert project.digest() == before


def test_pytest_missing(tmp_path: Path) -> None:
    project = Project.make(tmp_path, GREEN)
    bare = tmp_path / "bare"
    venv.create(bare, with_pip=False)
    project.write({"pyproject.toml": f'[tool.tddbot]\npython = "{bare}/bin/python"\n'})
    done = project.run("fix")
    assert done.returncode == 3
    assert "has no pytest" in done.stderr


def test_a_test_that_hangs_is_red_and_named(tmp_path: Path) -> None:
    files = {**GREEN, "tests/test_hang.py": "def test_hang():\n    while True:\n        pass\n"}
    project = Project.make(tmp_path, files, settings="[tool.tddbot.runner]\ntest_seconds = 2\n")
    before = project.digest()
    code, events = project.events("fix")
    assert code == 1
    run = last(events, "baseline_taken")["run"]
    assert run["outcomes"] == {"passed": 1, "timeout": 1}
    assert run["reds"][0]["node_id"] == "tests/test_hang.py::test_hang"
    assert project.digest() == before


def test_odd_paths_and_node_ids(tmp_path: Path) -> None:
    test = (
        "import pytest\nfrom odd import double\n\n"
        "@pytest.mark.parametrize('x', [3, 5], ids=['a::b [c] \\U0001f40d', 'y' * 5000])\n"
        "def test_double(x):\n    assert double(x) == 2 * x\n"
    )
    files = {
        "odd.py": "def double(x):\n    return x + 2\n",
        "tests/test_odd.py": test,
        "data/line\nfeed ä.txt": "text",
    }
    project = Project.make(tmp_path, files, name="päth with blanks")
    code, events = project.events("fix")
    assert code == 0
    assert last(events, "patch_applied")["patch"]["edits"][0]["after"] == "def double(x):\n    return x * 2\n"
    names = last(events, "baseline_taken")["wanted"]
    again, _ = project.events("fix", *names)
    assert again == 0


def test_an_unknown_node_id_is_a_usage_error(tmp_path: Path) -> None:
    done = Project.make(tmp_path, GREEN).run("fix", "tests/test_ok.py::test_okay")
    assert done.returncode == 2
    assert "Did you mean tests/test_ok.py::test_ok?" in done.stderr


def test_a_wrong_setting_names_line_key_and_the_nearest_one(tmp_path: Path) -> None:
    project = Project.make(tmp_path, GREEN, settings="[tool.tddbot.runner]\ntest_second = 2\n")
    done = project.run("fix")
    assert done.returncode == 2
    assert "pyproject.toml:7" in done.stderr
    assert "test_seconds" in done.stderr


def test_outside_a_repository(tmp_path: Path) -> None:
    project = Project(tmp_path, tmp_path)
    done = project.run("fix")
    assert done.returncode == 3
    assert "git" in done.stderr


@pytest.mark.parametrize("state", ["MERGE_HEAD", "CHERRY_PICK_HEAD", "BISECT_LOG"])
def test_in_the_middle_of_something_it_refuses_and_changes_nothing(tmp_path: Path, state: str) -> None:
    project = Project.make(tmp_path, GREEN)
    (project.root / ".git" / state).write_text(project.git("rev-parse", "HEAD"))
    before = project.digest()
    done = project.run("fix")
    assert done.returncode == 3
    assert project.digest() == before


def test_ten_thousand_red_tests_are_looked_at_in_one_cheap_pass(tmp_path: Path) -> None:
    test = "import pytest\n\n@pytest.mark.parametrize('n', range(10_000))\ndef test_n(n):\n    assert n < 0\n"
    project = Project.make(tmp_path, {"tests/test_many.py": test})
    code, events = project.events("fix")
    assert code == 1
    assert last(events, "baseline_taken")["run"]["outcomes"] == {"failed": 10_000}


def test_a_candidate_never_sees_the_users_keys(tmp_path: Path) -> None:
    test = "import os\n\ndef test_keys():\n    assert not [name for name in os.environ if 'KEY' in name]\n"
    project = Project.make(tmp_path, {"tests/test_keys.py": test})
    assert project.run("fix", env={"OPENAI_API_KEY": "sk-x", "AWS_SECRET_ACCESS_KEY": "y"}).returncode == 0


def test_the_python_of_an_environment_in_the_project_is_found(tmp_path: Path) -> None:
    project = Project.make(tmp_path, {**GREEN, ".gitignore": ".venv\n"})
    project.write({"pyproject.toml": ""})
    (project.root / ".venv" / "bin").mkdir(parents=True)
    (project.root / ".venv" / "bin" / "python").symlink_to(sys.executable)
    done = project.run("doctor")
    assert ".venv/bin/python (.venv)" in done.stdout
