"""One project under measurement, in real jails: what is right is timed, and what is wrong is an error."""

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tddbot.bench.bed import COLD, PLAIN, WARM, Bed, Subject, WrongOutcomeError, bed_on
from tddbot.bench.generated import write_tiny
from tddbot.domain import Outcome
from tddbot.repository.create import create
from tests.runner.tools import require_namespaces

WAYS = [PLAIN, COLD, WARM]


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    require_namespaces()
    root = tmp_path_factory.mktemp("bench") / "project"
    test, module = write_tiny(root)
    create(root, "As made up")
    with closing(bed_on(Subject("tiny", "a tiny project", root, Path(sys.executable), test, module))) as made:
        yield made


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_a_verdict_is_timed_and_sees_its_candidate(bed, way):
    bed.refuse_blindness(way)
    assert bed.timed(way) > 0
    assert set(bed.expected.values()) == {Outcome.PASSED}


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_outcome_is_an_error_and_no_figure(bed, way):
    wrong = Bed(bed.subject, bed.runner, bed.snapshot, {**bed.baseline, f"{bed.subject.test}::none": Outcome.PASSED})
    with pytest.raises(WrongOutcomeError, match="a tiny project"):
        wrong.timed(way)


def test_a_test_file_that_is_red_from_the_start_is_refused(bed):
    node = next(iter(bed.expected))
    red = Bed(bed.subject, bed.runner, bed.snapshot, {**bed.baseline, node: Outcome.FAILED})
    with pytest.raises(WrongOutcomeError, match="not green"):
        red.timed(COLD)


def test_a_run_that_is_not_warm_is_not_taken_for_one(bed, monkeypatch):
    cold = bed.request
    monkeypatch.setattr(Bed, "request", lambda self, patch, way: cold(patch, COLD))
    with pytest.raises(WrongOutcomeError, match="was not warm"):
        bed.timed(WARM)


def test_plain_runs_leave_the_tree_as_it_was(bed):
    place = bed.subject.root / bed.subject.module
    before, stamp = place.read_bytes(), place.stat().st_mtime_ns
    bed.timed(PLAIN)
    assert (place.read_bytes(), place.stat().st_mtime_ns) == (before, stamp)


def test_no_two_candidates_are_alike(bed):
    assert len({bed.candidate().id for _ in range(10)}) == 10


def test_another_test_file_is_measured_with_the_same_runner(bed):
    other = bed.on("tests/test_none.py", bed.subject.module)
    assert other.runner is bed.runner
    with pytest.raises(WrongOutcomeError, match=r"tests/test_none\.py"):
        other.timed(COLD)
