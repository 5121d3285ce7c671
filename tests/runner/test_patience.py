"""Importing is slow for good reasons: how long a run waits for it, and what the last run of everything says of that."""

import pytest

from tddbot.domain import Ending, Outcome
from tddbot.runner import patience
from tddbot.runner.patience import Patience
from tests.runner.tools import Project, outcomes


def limits(slowest: float | None, is_patched: bool, test_seconds: float = 60.0) -> tuple[float, float]:
    """The longest silence of a test and of an import."""
    waits = Patience(test_seconds, slowest, is_patched)
    return waits.limit(is_import=False), waits.limit(is_import=True)


@pytest.mark.parametrize(
    ("slowest", "is_patched", "seconds"),
    [(None, False, 120), (None, True, 120), (60.0, True, 130), (2.0, True, 30), (2.0, False, 120), (60.0, False, 130)],
)
def test_the_limit_of_an_import(slowest: float | None, is_patched: bool, seconds: float) -> None:
    assert limits(slowest, is_patched, test_seconds=5.0) == (5, seconds)
    assert limits(slowest, is_patched, test_seconds=600.0) == (600, 600)


def test_many_timeouts_make_it_shorter_but_not_that_of_an_import() -> None:
    waits = Patience(60.0, None, is_patched=True)
    waits.timeouts = 7
    assert (waits.limit(is_import=False), waits.limit(is_import=True)) == (20, 120)


def test_only_imports_are_measured() -> None:
    waits = Patience(60.0, 1.0, is_patched=True)
    waits.begin(100.0)
    waits.hear(103.0, is_import=True)
    waits.hear(104.0, is_import=True)
    waits.hear(150.0, is_import=False)
    assert waits.slowest_seen == 3
    assert not waits.is_over(209.0, is_import=True)
    assert waits.is_over(211.0, is_import=True)


def test_a_slow_import_is_waited_for_and_a_candidate_has_as_long(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if 60 s were 1: the tests themselves have less time than the import of what they test."""
    for name, seconds in (("LEAST", 0.2), ("SPARE", 0.5)):
        monkeypatch.setattr(patience, name, seconds)
    slow = "import time\ntime.sleep(1.0)\nx = 1\n"
    project.write({"slow.py": slow, "test_a.py": "import slow\ndef test_a(): assert slow.x == 2\n"})
    baseline = project.run(test_seconds=0.3)
    assert baseline.ending is Ending.COMPLETE
    assert outcomes(baseline) == {"test_a": Outcome.FAILED}
    repaired = project.run(patch=project.patch(slow=slow.replace("x = 1", "x = 2")), test_seconds=0.3)
    assert outcomes(repaired) == {"test_a": Outcome.PASSED}
    hanging = project.run(patch=project.patch(slow="import time\ntime.sleep(600)\n"), test_seconds=0.3)
    assert set(outcomes(hanging).values()) == {Outcome.TIMEOUT}
    failure = next(iter(hanging.results.values())).failure
    assert failure is not None
    assert failure.message.startswith("no result within ")
    assert 2.5 <= float(failure.message.split()[3]) < 60
