"""What a run says to a model: what matters, once, and within a bound."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tddbot.domain import Attempt, Breach, Dud, Ending, Failure, Frame, Outcome, Result, Ruling, Run, Target, Verdict
from tddbot.generator.prompt.feedback import MAX_BYTES, of_attempt, of_target, steady
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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<A object at 0x7f00dead0000>", "<A object at 0x…>"),
        ("<_cffi.Handle 0x7f00dead0000>", "<_cffi.Handle 0x…>"),
        ("<Mock name='db' id='140234567890'>", "<Mock name='db' id='…'>"),
        ("<Thread(Thread-1, started daemon 140234567890)>", "<Thread(Thread-1, started daemon …)>"),
        ("assert '0xdeadbeef' == '0xdeadbeee'", "assert '0xdeadbeef' == '0xdeadbeee'"),
        ("<Colour value='0xdeadbeef'>", "<Colour value='0xdeadbeef'>"),
    ],
)
def test_addresses_go_and_hexadecimal_values_stay(text: str, told: str) -> None:
    assert steady(text) == told
    assert steady(told) == told


def told_of(expected: str, actual: str) -> str:
    failure = Failure("call", "AssertionError", "assert False", expected=expected, actual=actual)
    return of_target(Target("cause", (replace(samples.red(), failure=failure),)))


def test_two_long_lists_are_told_by_their_difference() -> None:
    numbers = list(range(300))
    said = told_of(repr(numbers), repr([*numbers[:150], -7, *numbers[151:]]))
    assert "difference (- expected, + actual):\n@@" in said
    assert "\n-150, \n+-7, \n" in said
    assert len(said.splitlines()) < 20


def test_two_long_texts_are_told_by_their_lines() -> None:
    lines = [f"line {number} of the report" for number in range(60)]
    said = told_of(repr("\n".join(lines)), repr("\n".join([*lines[:30], "another line", *lines[31:]])))
    assert "\n-line 30 of the report\\n\n+another line\\n\n" in said


def test_two_long_lines_are_told_from_where_they_differ() -> None:
    said = told_of(repr("a" * 900 + "b" * 900), repr("a" * 900 + "c" * 900))
    assert "they differ from character 901 on" in said
    assert "aaab" in said
    assert "aaac" in said


def test_short_or_equal_sides_need_no_difference() -> None:
    assert "differ" not in told_of("[1, 2]", "[1, 3]")
    assert "differ" not in told_of("x" * 900, "x" * 900)


def test_no_failure_takes_the_room_that_another_one_needs() -> None:
    frames = tuple(Frame(f"a{n}.py", n, f"f{n}", (("x", "y" * 900),) * 12) for n in range(9))
    huge = replace(samples.failure(), frames=frames)
    results = (
        Result("t::huge", Outcome.FAILED, 0, huge),
        Result("t::other", Outcome.FAILED, 0, replace(huge, message="another")),
        samples.red("t::small", "77"),
    )
    said = of_target(Target("cause", results))
    assert "t::other: failed" in said
    assert "tests/test_calc.py:5 in test_double" in said
    assert said.index("a8.py:8 in f8") < said.index("[shortened]")
    assert len(said.encode()) <= MAX_BYTES


def test_a_recursion_is_told_once_and_what_is_installed_in_the_repository_not_at_all() -> None:
    again = (Frame("a.py", 3, "f", (("n", "1"),)),) * 30
    frames = (Frame("tests/test_a.py", 9, "test_f"), *again, Frame(".venv/lib/python3.11/site-packages/x.py", 1, "g"))
    failure = Failure("call", "RecursionError", "too deep", frames)
    said = of_target(Target("cause", (replace(samples.red(), failure=failure),)))
    assert said.count("a.py:3 in f") == 1
    assert said.index("a.py:3 in f") < said.index("tests/test_a.py:9 in test_f")
    assert "site-packages" not in said


TEXTS = st.text(max_size=20) | st.builds(lambda part: part * 700, st.text(min_size=1, max_size=9))


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=5), TEXTS)
def test_whatever_a_run_says_stays_within_the_bound(texts: list[tuple[str, str, str]], reason: str) -> None:
    results = [
        Result(f"t::{name}", Outcome.FAILED, 0, Failure("call", name, one, (Frame(one, 1, other),), other, one, other))
        for name, one, other in texts
    ]
    run = Run("tree", {result.node_id: result for result in results}, Ending.INCOMPLETE, reason, reached=(reason,) * 9)
    verdict = Verdict(Ruling.REGRESSION, (reason,) * 9, lost=tuple(run.results))
    target = Target("cause", tuple(results))
    assert len(of_target(target).encode("utf-8", "replace")) <= MAX_BYTES
    assert len(of_attempt(Attempt(DUD, run, verdict), target).encode("utf-8", "replace")) <= MAX_BYTES
