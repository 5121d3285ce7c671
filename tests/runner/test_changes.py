"""Which changes on its own disk speak against a run, and whether the jail tells them all."""

import os
from pathlib import Path
from typing import Any

import pytest

from tddbot.runner.changes import objection
from tddbot.runner.guest import changes

FILES = tuple(sorted(["a.py", "src/b.py", "tests/data/x.json", "tests/data.json", "tests/test_a.py", "pyproject.toml"]))


@pytest.mark.parametrize(
    "path",
    [
        "a.py", "out.txt", "src/new.py", "tests/data/new.json", "tests/report.xml", "build", ".coverage",
        "src/__pycache__/b.cpython-311.pyc", "tests/data/new", "tests/dat", "../x", "/x", "",
    ],
)  # fmt: skip
def test_innocent(path: str) -> None:
    assert objection([path], FILES) is None


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("tests/data/x.json", "tests/data/x.json was rewritten or removed"),
        ("tests/data", "tests/data/x.json was rewritten or removed"),
        ("tests", "tests/data.json was rewritten or removed"),
        ("pyproject.toml", "pyproject.toml was rewritten or removed"),
        ("conftest.py", "conftest.py, which the tests would load"),
        ("src/conftest.py", "src/conftest.py, which the tests would load"),
        ("pytest.ini", "pytest.ini, which the tests would load"),
        ("tests/json.py", "tests/json.py, which the tests would load"),
        ("tests/json.so", "tests/json.so, which the tests would load"),
        ("evil.pth", "evil.pth, which the tests would load"),
        ("__pycache__/test_b.cpython-311.pyc", "which the tests would load"),
        ("tests/__pycache__/helper.cpython-311.pyc", "which the tests would load"),
    ],
)
def test_not_innocent(path: str, named: str) -> None:
    said = objection(["out.txt", path], FILES)
    assert said is not None
    assert named in said


def test_what_the_tests_do_without_a_patch_is_nothing_that_a_patch_did() -> None:
    assert objection(["tests/data/x.json"], FILES, {"tests/data/x.json"}) is None
    assert objection(["tests/data/x.json"], FILES, {"tests/data"}) is None
    assert objection(["tests/data/x.json"], FILES, {"tests/data.json"}) is not None


def test_what_the_project_protects_counts_too() -> None:
    assert objection(["src/b.py"], FILES, (), ("src/*",)) is not None
    assert objection(["src/b.py"], FILES, (), ("lib/*",)) is None


def told(upper: Path, *own: str) -> list[str]:
    records: list[dict[str, Any]] = []
    top = os.open(upper, os.O_RDONLY | os.O_DIRECTORY)
    try:
        changes.tell(lambda kind, **fields: records.append(fields), top, own)
    finally:
        os.close(top)
    assert [record["last"] for record in records] == [*[False] * (len(records) - 1), True]
    assert not any(record["more"] for record in records)
    return sorted(path for record in records for path in record["paths"])


def test_the_upper_layer_is_told_whole(tmp_path: Path) -> None:
    assert told(tmp_path) == []
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.txt").write_text("")
    (tmp_path / "a" / "edit.py").write_text("")
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "to").symlink_to(tmp_path / "a")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / os.fsdecode(b"\xff")).write_text("")
    assert told(tmp_path, "a/edit.py") == ["a/b/c.txt", "fifo", "link", "to", "\ufffd"]


def test_a_directory_that_was_made_anew_hides_all_that_was_there(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    try:
        os.setxattr(tmp_path / "tests", "user.overlay.opaque", b"y")
    except OSError:
        pytest.skip("no extended attributes of users here")
    assert told(tmp_path) == ["tests"]


def test_a_closed_directory_is_opened(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("")
    (tmp_path / "a").chmod(0)
    assert told(tmp_path) == ["a/x"]


def test_what_lies_very_deep_is_told_by_where_it_starts(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 60)
    deep.mkdir(parents=True)
    [path] = told(tmp_path)
    assert path == "/".join(["d"] * 41)


def test_many_are_told_in_parts(tmp_path: Path) -> None:
    for number in range(1200):
        (tmp_path / str(number)).write_text("")
    assert len(told(tmp_path)) == 1200
