"""How the records of a test's phases become its one result."""

import pytest

from tddbot.domain import Outcome
from tddbot.runner import records
from tddbot.runner.records import Collected, Collecting, FailureRecord, Finish, Report, Start
from tddbot.runner.transcript import Transcript

NODE = "test_a.py::test_a"
CALL, SETUP, TEARDOWN = "call", "setup", "teardown"


def transcript(*taken: records.Record) -> Transcript:
    grown = Transcript()
    for record in taken:
        grown.take(record)
    return grown


def report(when: str, outcome: str, **more: object) -> Report:
    return Report(NODE, when, outcome, 1.0, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reports", "outcome"),
    [
        ([report(CALL, "passed")], Outcome.PASSED),
        ([report(CALL, "passed"), report(TEARDOWN, "failed")], Outcome.ERROR),
        ([report(CALL, "failed"), report(TEARDOWN, "failed")], Outcome.FAILED),
        ([report(CALL, "failed"), report(CALL, "passed")], Outcome.FAILED),
        ([report(CALL, "passed"), report(TEARDOWN, "skipped")], Outcome.PASSED),
        ([report(CALL, "rerun"), report(CALL, "passed")], Outcome.PASSED),
        ([report(CALL, "rerun"), report(CALL, "failed")], Outcome.FAILED),
        ([report(SETUP, "skipped")], Outcome.SKIPPED),
        ([report(CALL, "skipped", xfail=True)], Outcome.XFAILED),
        ([report(CALL, "passed", xfail=True)], Outcome.XPASSED),
        ([report(SETUP, "failed", failure=FailureRecord("setup", "E", "m"))], Outcome.ERROR),
    ],
)
def test_phases_become_a_result(reports: list[Report], outcome: Outcome) -> None:
    assert transcript(*reports).results[NODE].outcome is outcome


def test_only_what_is_under_way_can_be_blamed() -> None:
    grown = transcript(Collecting("test_a.py"), Collected((NODE,)))
    assert grown.blame(Outcome.CRASHED, "") is None
    grown.take(Start(NODE))
    assert grown.blame(Outcome.TIMEOUT, "too long") == NODE
    assert grown.results[NODE].outcome is Outcome.TIMEOUT
    grown = transcript(Start(NODE), Finish(NODE))
    assert grown.blame(Outcome.CRASHED, "") is None


def test_a_file_that_is_imported_can_be_blamed() -> None:
    grown = transcript(Collecting("test_a.py"))
    assert grown.blame(Outcome.CRASHED, "gone") == "test_a.py"
    failure = grown.results["test_a.py"].failure
    assert failure is not None
    assert (failure.phase, failure.message) == ("collect", "gone")


def test_what_was_collected_has_no_result_yet() -> None:
    grown = transcript(Collected((NODE, "test_a.py::test_b")), report(CALL, "passed"))
    assert grown.unfinished() == ("test_a.py::test_b",)
