"""A scratch repository with a jail of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runner.tools import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project(tmp_path / "a project, größer") as project:
        yield project
