"""Making a repository: at its own path, whatever the environment and the path say."""

from pathlib import Path

import pytest

from tddbot.repository.create import create
from tddbot.repository.git_repository import GitRepository
from tests.repository.tools import fingerprint, git


def test_everything_is_committed(tmp_path: Path) -> None:
    (tmp_path / "ein $HOME").mkdir()
    (tmp_path / "ein $HOME" / "x.py").write_text("x = 1\n")
    create(tmp_path / "ein $HOME", "first")
    assert GitRepository.open(tmp_path / "ein $HOME").files() == ("x.py",)
    assert git(tmp_path / "ein $HOME", "status", "--porcelain") == ""
    assert [path.name for path in tmp_path.iterdir()] == ["ein $HOME"]


def test_below_another_repository_and_with_its_variables(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(top)
    new = top / "build" / "new"
    new.mkdir(parents=True)
    (new / "x.py").write_text("x = 1\n")
    monkeypatch.setenv("GIT_DIR", str(top / ".git"))
    create(new, "first")
    assert GitRepository.open(new).root == new.resolve()
    monkeypatch.delenv("GIT_DIR")
    assert fingerprint(top, "build") == before
