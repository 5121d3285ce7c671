import os
from pathlib import Path

import pytest

from tddbot.repository.git_repository import GitRepository
from tests.repository.tools import make_repository


@pytest.fixture(autouse=True)
def _own_git_configuration(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    (home / "config").write_text("[user]\n\tname = Somebody\n\temail = somebody@example.org\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "config"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A repository of three files with one commit, at a path with a blank, an umlaut and a dollar sign."""
    return make_repository(tmp_path / "ein höfliches $HOME")


@pytest.fixture
def repository(top: Path) -> GitRepository:
    return GitRepository.open(top)
