"""A scratch repository with a jail of its own."""

from pathlib import Path

import pytest

from tests.runner.tools import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "a project, größer")
