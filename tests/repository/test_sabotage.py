"""Whatever happens at whichever system call of an apply, the tree is wholly before or wholly after the patch."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "strikes"),
    [("killed", 40), ("killed twice", 6), ("disk fails once", 40), ("disk fails on", 40), ("interrupted", 40)],
)
def test_wholly_before_or_wholly_after(tmp_path: Path, name: str, strikes: int) -> None:
    report = sabotage(tmp_path, name)
    assert report["breaches"] == []
    assert report["strikes"] >= strikes
    assert set(report["endings"]) == {"before", "after"}


@pytest.mark.parametrize(("name", "lost"), [("user edits", 1), ("user creates", 0)])
def test_the_users_save_survives(tmp_path: Path, name: str, lost: int) -> None:
    """The one that does not falls between the comparison and the rename, which no system call closes."""
    report = sabotage(tmp_path, name)
    assert report["breaches"] == []
    assert report["endings"].get("lost", 0) == lost
    assert report["endings"]["kept"] > 30


def sabotage(top: Path, name: str) -> dict:
    command = [sys.executable, "-m", "tests.repository.saboteur", name, str(top / "x")]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
