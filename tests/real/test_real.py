"""The main job on a real project, taken from the package registry: a slip is repaired and nothing is lost."""

import os
from pathlib import Path

import pytest

from tests.real.__main__ import examined

pytestmark = [
    pytest.mark.registry,
    pytest.mark.skipif(
        os.environ.get("TDDBOT_REAL") != "1", reason="takes a project from the package registry: set TDDBOT_REAL=1"
    ),
]


def test_slips_in_a_real_project_are_repaired(tmp_path: Path) -> None:
    (trials,) = examined(["boltons"], tmp_path / "sdists", tmp_path, count=2, seed=1).values()
    assert not isinstance(trials, str), trials
    assert [trial.right for trial in trials if trial.right not in ("identical", "same code", "green")] == []
    assert len(trials) == 2
