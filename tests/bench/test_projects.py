"""What the benchmarks do with the registry's projects, short of asking the registry."""

import io
import tarfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from tddbot.bench import projects
from tddbot.bench.projects import UnfitProjectError, cache_directory, cached_python, prepared
from tddbot.bench.subjects import pairs
from tests.runner.tools import git

needs_pip = pytest.mark.skipif(find_spec("pip") is None, reason="this Python has no pip")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"XDG_CACHE_HOME": "/somewhere"}, Path("/somewhere/tddbot/bench")),
        ({"XDG_CACHE_HOME": "relative"}, Path.home() / ".cache/tddbot/bench"),
        ({"XDG_CACHE_HOME": ""}, Path.home() / ".cache/tddbot/bench"),
        ({}, Path.home() / ".cache/tddbot/bench"),
    ],
)
def test_what_is_fetched_is_kept_in_the_users_cache_directory(variables, expected):
    assert cache_directory(variables) == expected


def sdist(directory: Path, name: str, files: dict[str, str]) -> None:
    directory.mkdir(parents=True)
    with tarfile.open(directory / f"{name}.tar.gz", "w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))


def test_a_project_without_tests_is_unfit(tmp_path):
    sdist(tmp_path / "cache" / "thing==1.0", "thing-1.0", {"thing.py": ""})
    with pytest.raises(UnfitProjectError, match="ships tests"):
        prepared("thing==1.0", tmp_path / "cache", tmp_path / "place")


@needs_pip
def test_a_registry_that_cannot_be_asked_is_told_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    said: list[str] = []
    with pytest.raises(UnfitProjectError, match=r"`pip install` failed: .*nothing-of-this-name"):
        cached_python(["nothing-of-this-name"], tmp_path / "cache", said.append)
    assert said == []


def test_an_environment_that_is_whole_is_not_made_again(tmp_path):
    python = tmp_path / f"pytest-{projects._python_tag()}" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    (python.parents[2] / "whole").touch()
    assert cached_python(["pytest"], tmp_path, pytest.fail) == python


def test_a_test_file_goes_with_the_one_module_of_its_name_and_the_longest_comes_first(tmp_path):
    root = tmp_path / "project"
    files = {
        "kit/words.py": "", "tests/test_words.py": "a = 1\n",
        "kit/lines.py": "", "tests/test_lines.py": "a = 1\n" * 3,
        "kit/twice.py": "", "kit/more/twice.py": "", "tests/test_twice.py": "a = 1\n" * 9,
        "tests/test_nothing.py": "a = 1\n" * 9, "tests/helper.py": "",
    }  # fmt: skip
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    found = pairs(projects.Project("kit", "1", root))
    assert found == [("tests/test_lines.py", "kit/lines.py"), ("tests/test_words.py", "kit/words.py")]
