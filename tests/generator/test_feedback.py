"""What a run says to a model: what matters, once, and within a bound."""

from dataclasses import replace

from tddbot.domain import Attempt, Breach, Dud, Ending, Failure, Frame, Outcome, Result, Ruling, Run, Target, Verdict
from tddbot.generator.feedback import MAX_BYTES, of_attempt, of_target, steady
from tests.generator import samples

DUD = Dud("why", "model:m")


def test_a_failure_is_told_with_both_sides_and_the_projects_frames() -> None:
    said = of_target(Target("cause", (samples.red(),)))
    for part in (
        "AssertionError: assert 4 == 6",
        "expected: 6",
        "actual: 4",
        "tests/test_calc.py:5 in test_double",
        "x = ",
    ):
        assert part in said
    assert "secret_of_a_library" not in said


def test_the_same_failure_is_told_once_and_at_most_three() -> None:
    same = of_target(Target("cause", tuple(samples.red(f"tests/test_a.py::t{i}") for i in range(9))))
    assert same.count("assert 4 == 6") == 1
    many = of_target(Target("cause", tuple(samples.red(f"tests/test_a.py::t{i}", str(i)) for i in range(9))))
    assert many.count("AssertionError:") == 3
    assert "tests/test_a.py::t8" in many


def test_thousands_of_red_tests_and_endless_values_stay_within_the_bound() -> None:
    huge = Failure(
        "call", "E" * 9_000, "ü" * 90_000, (Frame("a.py", 1, "f", (("x", "y" * 90_000),) * 90),) * 90, "", "z" * 9_000
    )
    results = tuple(Result(f"tests/test_a.py::t[{i}-{'n' * 5_000}]", Outcome.FAILED, 0, huge) for i in range(10_000))
    said = of_target(Target("cause", results))
    assert len(said.encode()) <= MAX_BYTES
    assert "and 9980 more" in said


def test_an_error_at_collection_without_a_message_shows_its_text() -> None:
    failure = Failure("collect", "CollectError", "", text="E   ModuleNotFoundError: No module named 'calc'")
    said = of_target(Target("cause", (Result("tests/test_calc.py", Outcome.ERROR, 0, failure),)))
    assert "No module named 'calc'" in said
    assert "during collect" in said


def test_an_attempt_is_told_with_its_verdict_and_what_it_broke() -> None:
    lost = "tests/test_b.py::test_kept"
    run = Run("tree", {samples.NODE: Result(samples.NODE, Outcome.PASSED), lost: samples.red(lost, "9")})
    verdict = Verdict(Ruling.REGRESSION, ("one green test was lost",), lost=(lost,))
    said = of_attempt(Attempt(DUD, run, verdict), Target("cause", (samples.red(),)))
    assert "Verdict: regression." in said
    assert "one green test was lost" in said
    assert f"- {lost}" in said
    assert "assert 9 == 6" in said
    assert "assert 4 == 6" not in said


def test_failures_that_were_red_before_and_are_not_the_targets_are_left_out() -> None:
    other = "tests/test_c.py::test_other"
    run = Run("tree", {other: samples.red(other, "77"), samples.NODE: samples.red(actual="5")})
    said = of_attempt(Attempt(DUD, run, Verdict(Ruling.STILL_RED)), Target("cause", (samples.red(),)))
    assert "77" not in said
    assert "assert 5 == 6" in said


def test_a_run_that_broke_off_says_so_and_a_dud_has_no_run() -> None:
    target = Target("cause", (samples.red(),))
    run = Run("tree", {}, Ending.INCOMPLETE, "the tests ended with signal 9")
    assert "signal 9" in of_attempt(Attempt(DUD, run, Verdict(Ruling.UNPROVEN)), target)
    assert "no path" in of_attempt(Attempt(DUD, None, Verdict(Ruling.DUD, ("no path",))), target)


def test_each_limit_that_was_reached_is_told_in_its_sentence() -> None:
    target = Target("cause", (samples.red(),))
    reached = ("The tests reached the memory limit of 4096 MB.", "A test gave no result within its limit of 10 s.")
    run = Run("tree", {}, breaches=(Breach.MEMORY, Breach.TIMEOUT), reached=reached)
    said = of_attempt(Attempt(DUD, run, Verdict(Ruling.STILL_RED)), target)
    assert said.splitlines()[-2:] == list(reached)


def test_a_test_without_a_failure_object_is_still_told() -> None:
    said = of_target(Target("cause", (replace(samples.red(), outcome=Outcome.CRASHED, failure=None),)))
    assert "crashed during call" in said


def test_ordinary_paths_and_numbers_are_left_alone() -> None:
    for text in (
        "/tmp/report.txt",
        "0xff",
        "2024-01-01T00:00:00",
        "/home/kim/tmpdir/x",
        "tests/tmp_paths.py",
        "/usr/templates1/x",
    ):
        assert steady(text) == text
