"""What a fresh start is told of earlier rungs: little, and never code."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tddbot.domain import Attempt, Candidate, Dud, Edit, Ending, Failure, Patch, Result, Ruling, Run, Verdict
from tddbot.generator.asking.billing import estimated_tokens
from tddbot.generator.prompt.digest import MAX_TOKENS, digest
from tests.generator import samples
from tests.generator.samples import answered, dud

LONG = st.text(max_size=30) | st.builds(lambda part, times: part * times, st.text(min_size=1, max_size=4), st.just(900))


def test_each_approach_is_told_with_what_it_touched_and_why_it_failed() -> None:
    said = digest((answered("5", note="It adds one,\nit must multiply."),))
    assert said == "- It adds one, it must multiply. (calc.py): still red: AssertionError: assert 5 == 6"


def test_the_latest_comes_first_and_the_same_edit_once() -> None:
    first, second = answered("5", "a", "First."), answered("6", "b", "Second.")
    again = replace(first, rung="later")
    said = digest((first, second, again, dud("no path")))
    lines = said.splitlines()
    assert [line[:11] for line in lines] == ["- an answer", "- First. (c", "- Second. ("]


def test_a_regression_is_told_by_what_was_lost() -> None:
    lost = "tests/test_b.py::test_kept"
    run = Run("tree", {samples.NODE: samples.red(actual="1"), lost: samples.red(lost, "9")}, Ending.REGRESSED)
    tried = replace(answered(), run=run, verdict=Verdict(Ruling.REGRESSION, ("lost",), lost=(lost,)))
    assert digest((tried,)).endswith("regression: AssertionError: assert 9 == 6")


def test_without_a_run_the_verdicts_reason_is_told() -> None:
    tried = replace(answered(), run=None, verdict=Verdict(Ruling.FORBIDDEN, ("it edits a test\nmore",)))
    assert digest((tried,)).endswith("(calc.py): forbidden: it edits a test")


def test_no_code_and_nothing_volatile_is_told() -> None:
    note = "It reads <A at 0x7f00dead0000>.\n```python\nreturn x\n```\n"
    fault = dud("This SEARCH matches nothing in calc.py:\n    return x\nThe nearest lines are:\n    1 | return y")
    said = digest((answered(note=note), fault))
    assert "It reads <A at 0x…>." in said
    assert "return" not in said
    assert "This SEARCH matches nothing in calc.py:" in said


def test_nothing_of_use_makes_no_digest() -> None:
    offline = samples.attempt(Candidate(Patch((Edit("calc.py", "a", "b"),)), "offline", "replace < by <="))
    mute = Attempt(Dud("it took too long", "model:m"), None, Verdict(Ruling.DUD))
    cancelled = replace(answered(), verdict=Verdict(Ruling.CANCELLED))
    assert digest(()) == digest((offline, mute, cancelled)) == ""


@settings(deadline=None)
@given(st.lists(st.tuples(LONG, LONG, LONG, st.booleans()), max_size=12))
def test_any_attempts_make_at_most_so_many_tokens(given_: list[tuple[str, str, str, bool]]) -> None:
    attempts = []
    for number, (note, message, path, is_dud) in enumerate(given_):
        failure = Failure("call", message, note + message)
        result = Result(samples.NODE, samples.red().outcome, failure=failure)
        tried = dud(message + note) if is_dud else answered("5", str(number), note)
        if isinstance(tried.proposal, Candidate):
            patch = Patch((Edit(path, None, str(number)),))
            tried = replace(tried, proposal=replace(tried.proposal, patch=patch), run=Run("t", {samples.NODE: result}))
        attempts.append(tried)
    said = digest(attempts)
    assert estimated_tokens(len(said.encode())) <= MAX_TOKENS
    assert bool(said) == bool(attempts)
    assert all(line.startswith("- ") for line in said.split("\n") if said)


def test_the_bound_is_used_for_several_approaches() -> None:
    said = digest([answered("5", str(number), f"{number}{'語' * 500}") for number in range(9)])
    assert len(said.splitlines()) >= 3
    assert MAX_TOKENS / 2 < estimated_tokens(len(said.encode())) <= MAX_TOKENS
