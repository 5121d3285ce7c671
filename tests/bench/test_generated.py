import ast
import subprocess
import sys

import pytest

from tddbot.bench.generated import write_frames, write_many, write_tiny
from tddbot.protection import is_test


@pytest.mark.parametrize("write", [write_tiny, write_frames])
def test_a_made_up_project_holds_the_two_files_that_it_names(tmp_path, write):
    for path in write(tmp_path):
        ast.parse((tmp_path / path).read_text(encoding="utf-8"))


def test_the_tests_of_the_tiny_project_are_green(tmp_path):
    test, _ = write_tiny(tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("count", [100, 1234])
def test_a_tree_of_many_files_has_a_tenth_of_tests(tmp_path, count):
    files = write_many(tmp_path, count)
    there = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert list(files) == there
    assert len(files) == count
    assert sum(map(is_test, files)) == pytest.approx(count / 10, abs=2)
