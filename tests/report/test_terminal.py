import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from rich.console import Console

from tddbot import events
from tddbot.domain import Candidate, Conclusion, Edit, Ending, Frame, Kind, Option, Patch, Question, Ruling, Run
from tddbot.proof import Gate, Objection, Unpinned
from tddbot.report.terminal import Terminal, console, show_patch
from tests.report.samples import (
    ACCEPTED,
    DUD,
    EVERY,
    EVIDENCE,
    FAILURE,
    FIXED,
    GAVE_UP,
    LEFT_OPEN,
    PATCH,
    QUESTION,
    RED,
    REFUSED,
    ROLLBACK,
    RUN,
    SCAFFOLD,
    SCAFFOLDED,
    TARGET,
    USAGE,
    WAYS,
)

HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"
"""What a terminal is told about its cursor while a status moves, and afterwards."""


def told(*happened: events.Event, verbose: bool = False, terminal: bool = False) -> str:
    """What is written to an output in strict UTF-8."""
    written = io.BytesIO()
    screen = Console(
        file=io.TextIOWrapper(written, "utf-8", write_through=True), highlight=False, soft_wrap=True,
        force_terminal=terminal, width=80,
    )  # fmt: skip
    sink = Terminal(screen, verbose)
    for event in happened:
        sink(event)
    sink.close()
    return written.getvalue().decode()


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_every_event_can_be_shown(event, verbose, terminal):
    told(event, verbose=verbose, terminal=terminal)


def test_a_fix_in_few_lines():
    assert told(*EVERY[:4], *EVERY[4:8], EVERY[9]).splitlines() == [
        "● 3 tests in 1.2 s: 1 failed, 1 passed, 1 skipped",
        "  tests/test_a.py::test_a[ü]",
        "▸ `f` does not do what tests/test_a.py expects (1 red test)",
        "     1  dud          small, low effort: it refused (2 calls, 0.0125 USD)",
        "     3  accepted     small, low effort: a.py: 41 becomes 42 (2 calls, 0.0125 USD)",
        "✔ fixed after 3 attempts in 4.2 s: a.py: 41 becomes 42",
        "  diff --git a/a.py b/a.py",
        "  --- a/a.py",
        "  +++ b/a.py",
        "  @@ -1 +1 @@",
        "  -x = 41",
        "  +x = 42",
        f"  patch  {PATCH.id}",
        "  won    tests/test_a.py::test_a[ü]",
        "  kept   1 green test",
        "  proof  1 cold run of the whole suite, on tree tree01234567",
        "  jail   namespaces",
        "  guard  clean",
        "  by     model: a.py: 41 becomes 42",
        "  cost   4.2 s, 2 calls, 1,234 tokens, 0.0125 USD",
        "  applied; `tddbot undo` takes it back",
    ]


def test_verbose_shows_every_attempt_with_its_reasons():
    lines = told(*EVERY[3:7], verbose=True).splitlines()
    assert lines == [
        "  small, low effort, round 1 (model)",
        "     1  dud          small, low effort: it refused (2 calls, 0.0125 USD)",
        "     2  forbidden    a.py: 41 becomes 42",
        "        conftest.py is a test",
        "     3  accepted     small, low effort: a.py: 41 becomes 42 (2 calls, 0.0125 USD)",
        "        The test wants 42.",
        "        So 41 is one too few.",
    ]


def test_what_a_model_thought_is_a_few_lines_however_much_it_is():
    proposal = replace(ACCEPTED.proposal, reasoning="first it reads. " * 100_000, note="one\ntwo " + "x" * 500)
    lines = told(events.AttemptJudged(3, replace(ACCEPTED, proposal=proposal)), verbose=True).splitlines()
    assert len(lines) == 11
    assert lines[0].startswith("     3  accepted     small, low effort: one two xxx")
    assert lines[0].endswith("xxx… (2 calls, 0.0125 USD)")
    assert all(len(line) <= 80 for line in lines[1:])
    assert lines[-1] == "        …"


@pytest.mark.parametrize(
    ("usage", "paid"),
    [
        (replace(USAGE, usd=Decimal(0), unpriced_calls=2), "2 calls, 1,234 tokens"),
        (replace(USAGE, calls=1, usd=Decimal(0), unpriced_calls=1), "1,234 tokens"),
        (replace(USAGE, calls=1), "0.0125 USD"),
        (replace(USAGE, unpriced_calls=1), "2 calls, at least 0.0125 USD"),
    ],
)
def test_what_is_known_of_an_attempts_price_is_said(usage, paid):
    attempt = replace(ACCEPTED, proposal=replace(ACCEPTED.proposal, usage=usage))
    assert told(events.AttemptJudged(1, attempt)).endswith(f"41 becomes 42 ({paid})\n")


def test_a_rung_says_why_the_one_before_ended_unless_the_attempt_just_did():
    dud = replace(REFUSED, proposal=replace(DUD, reason="no source"), rung="offline")
    rung = events.RungStarted("small, low effort", "model", 1, "no source")
    assert told(events.RungStarted("offline", "offline", 1), verbose=True) == "  offline, round 1\n"
    assert told(rung, verbose=True) == "  small, low effort, round 1 (model), since no source\n"
    assert told(events.AttemptJudged(1, dud), rung, verbose=True).count("no source") == 1
    assert told(events.AttemptJudged(1, dud), events.TargetStarted(TARGET), rung, verbose=True).count("no source") == 2


def test_a_heading_in_what_a_model_thought_is_shown_without_its_marks():
    proposal = replace(ACCEPTED.proposal, reasoning="**Looking at it**\n\nx ** 2 ** 3\n**")
    lines = told(events.AttemptJudged(3, replace(ACCEPTED, proposal=proposal)), verbose=True).splitlines()
    assert lines[1:] == ["        Looking at it", "        x ** 2 ** 3", "        **"]


def test_tests_that_contradict_each_other_are_named_with_what_is_known_of_them():
    said = replace(REFUSED, proposal=replace(DUD, reason="one wants 1, one 2", contradiction=(RED, "t.py::test_b")))
    ended = replace(GAVE_UP, conclusion=Conclusion.CONTRADICTORY, reason="no implementation can satisfy both")
    lines = told(events.TargetStarted(TARGET), events.AttemptJudged(1, said), events.TargetResolved(ended)).splitlines()
    assert "small, low effort: two tests contradict each other: one wants 1, one 2 (" in lines[1]
    assert lines[2:] == [
        "≠ contradictory tests after 3 attempts in 4.2 s: no implementation can satisfy both",
        "  tests/test_a.py::test_a[ü]",
        "    assert 41 == 42",
        "    a.py:3: AssertionError",
        "  t.py::test_b",
        "  one of the two has to be changed, and no patch may touch a test",
    ]
    assert len(told(events.AttemptJudged(1, said), *EVERY[2:3], events.TargetResolved(ended)).splitlines()) == 3


@pytest.mark.parametrize("conclusion", Conclusion)
def test_every_conclusion_has_a_mark_and_its_reason(conclusion):
    line = told(events.TargetResolved(replace(GAVE_UP, conclusion=conclusion)))
    assert f"{conclusion.value} after 3 attempts in 4.2 s: none of 3 candidates was accepted" in line
    assert line[0] in "✔≠✘~–"


@pytest.mark.parametrize("conclusion", [Conclusion.GAVE_UP, Conclusion.FLAKY])
def test_what_is_left_red_shows_its_failure(conclusion):
    assert told(events.TargetResolved(replace(GAVE_UP, conclusion=conclusion))).splitlines()[1:] == [
        "  tests/test_a.py::test_a[ü]",
        "    assert 41 == 42",
        "    a.py:3: AssertionError",
    ]


@pytest.mark.parametrize("conclusion", [Conclusion.FIXED, Conclusion.CANCELLED])
def test_what_is_fixed_or_cancelled_shows_no_failure(conclusion):
    assert len(told(events.TargetResolved(replace(GAVE_UP, conclusion=conclusion))).splitlines()) == 1


def test_what_is_offered_is_shown_with_its_difference_and_is_never_called_fixed():
    lines = told(events.TargetResolved(replace(LEFT_OPEN, question=None))).splitlines()
    assert lines[0].endswith("none of 3 candidates was accepted; a scaffold is offered; a rollback is offered")
    assert lines[4:] == [
        "  makes b.py with g()",
        "  diff --git a/b.py b/b.py",
        "  new file mode 100644",
        "  --- /dev/null",
        "  +++ b/b.py",
        "  @@ -0,0 +1,2 @@",
        "  +def g():",
        "  +    raise NotImplementedError",
        f"  scaffolded, not applied: `tddbot apply {SCAFFOLD.patch.id}` writes it",
        "  takes back the change of a.py:1",
        "  diff --git a/a.py b/a.py",
        "  --- a/a.py",
        "  +++ b/a.py",
        "  @@ -1 +1 @@",
        "  -x = 42",
        "  +x = 41",
        f"  suggestion, not applied: `tddbot apply {ROLLBACK.patch.id}` takes this change back",
    ]
    assert not any("fixed" in line for line in lines)


def test_one_more_test_decides_it_and_its_lines_are_there_to_be_pasted():
    lines = told(events.TargetResolved(replace(LEFT_OPEN, offers=()))).splitlines()
    assert lines[0].endswith("none of 3 candidates was accepted; one more test decides it")
    assert lines[4:] == [
        "? one more test decides it: 2 patches pass all tests and differ on f('ä')",
        "    assert f('ä') == 42",
        f"      a.py:1: 41 becomes 42 (`tddbot show {WAYS[0].id}`)",
        "    with pytest.raises(ValueError):",
        "        f('ä')",
        f"      a.py:1: 41 becomes 43 (`tddbot show {WAYS[1].id}`)",
        "  add the line that is right to tests/test_a.py, then run `tddbot fix` again",
    ]


def test_an_end_that_says_already_that_a_test_decides_does_not_say_it_twice():
    line = told(events.TargetResolved(replace(LEFT_OPEN, reason="one more test decides it"))).splitlines()[0]
    assert line.count("one more test decides it") == 1


@pytest.mark.parametrize("conclusion", [each for each in Conclusion if each is not Conclusion.FIXED])
def test_however_a_target_ended_what_is_left_open_is_shown(conclusion):
    text = told(events.TargetResolved(replace(LEFT_OPEN, conclusion=conclusion)))
    assert f"tddbot apply {ROLLBACK.patch.id}" in text
    assert f"tddbot show {WAYS[0].id}" in text


def test_what_was_offered_on_the_way_to_a_fix_is_not_shown():
    assert len(told(events.TargetResolved(replace(FIXED, offers=(SCAFFOLDED,), question=QUESTION))).splitlines()) == 1


def test_after_a_fix_comes_what_the_tests_leave_open():
    unpinned = (Unpinned("a.py", 1, "`42` is `43`", "def test_f():\n    ..."),)
    shown = events.PatchApplied(WAYS[0], replace(EVIDENCE, patch_id=WAYS[0].id, question=QUESTION, unpinned=unpinned))
    lines = told(shown).splitlines()
    assert "? the tests leave it open: 2 patches pass all tests and differ on f('ä')" in lines
    assert "      a.py:1: 41 becomes 42 (this one was taken)" in lines
    assert lines[-4:] == [
        "  no test notices if `42` is `43` (a.py:1)",
        "      def test_f():",
        "          ...",
        "  applied; `tddbot undo` takes it back",
    ]


@pytest.mark.parametrize("ruling", [Ruling.OVERFIT, Ruling.GATED, Ruling.FORBIDDEN, Ruling.REGRESSION, Ruling.UNPROVEN])
def test_verbose_says_why_what_looked_good_was_not_accepted(ruling):
    attempt = replace(ACCEPTED, verdict=replace(ACCEPTED.verdict, ruling=ruling, reasons=("ruff: a.py:1: F401",)))
    assert "        ruff: a.py:1: F401" in told(events.AttemptJudged(1, attempt), verbose=True).splitlines()
    assert "F401" not in told(events.AttemptJudged(1, attempt))


def test_an_offered_attempt_is_a_line_with_what_is_open_in_verbose_mode_only():
    assert told(events.AttemptJudged(5, SCAFFOLDED)) == ""
    assert told(events.AttemptJudged(5, SCAFFOLDED), verbose=True).splitlines() == [
        "     5  offered      makes b.py with g()",
        "        a name is missing yet: t.py::b",
    ]


def test_a_baseline_that_was_interrupted_counts_nothing():
    assert told(events.BaselineTaken(Run("tree", {}, Ending.CANCELLED), ())) == ""


def test_a_stored_patch_says_why_and_what_to_do():
    assert told(EVERY[10]).splitlines()[-1] == (
        f"  not applied: the working tree changed; `tddbot apply {PATCH.id}` does it"
    )


def test_a_commit_says_how_to_take_it_back_and_what_was_not_committed_why():
    assert told(events.PatchCommitted("abc", "0123456789abcdef", "the index is locked")).splitlines() == [
        "  committed as 0123456789ab; `tddbot undo` takes the patch back in the working tree",
        "  the index is locked",
    ]
    assert told(events.PatchCommitted("abc", "", "a.py had changes before")) == (
        "  not committed, and applied all the same: a.py had changes before\n"
    )


def test_ten_thousand_reds_are_not_ten_thousand_lines():
    many = tuple(f"tests/test_a.py::test_{number}" for number in range(10_000))
    assert len(told(events.BaselineTaken(RUN, many)).splitlines()) == 12


def test_square_brackets_are_no_markup():
    assert "test_a[red]" in told(events.BaselineTaken(RUN, ("test_a[red]",)), terminal=True)
    assert "[bold]" in told(events.Notice("[bold]"), terminal=True)


HOSTILE = "a\x1b[2J\x07\u202eb\udcff"


def test_nothing_that_tests_models_or_file_names_say_moves_the_cursor():
    attempt = replace(ACCEPTED, proposal=replace(ACCEPTED.proposal, note=HOSTILE, reasoning=HOSTILE), rung=HOSTILE)
    assert isinstance(attempt.proposal, Candidate)
    dud = replace(REFUSED, proposal=replace(DUD, reason=HOSTILE, contradiction=(HOSTILE, HOSTILE)))
    failure = replace(FAILURE, kind=HOSTILE, message=HOSTILE, frames=(Frame(HOSTILE, 1, "f"),))
    target = replace(TARGET, results=(replace(TARGET.results[0], node_id=HOSTILE, failure=failure),))
    patch = Patch((Edit(HOSTILE, "a\n", "b\x1b[2J\x07\u202e\n"),))
    scaffold = Candidate(patch, HOSTILE, HOSTILE, kind=Kind.SCAFFOLD)
    question = Question((Option(patch, HOSTILE, HOSTILE), Option(patch, HOSTILE)), HOSTILE, HOSTILE)
    text = told(
        events.BaselineTaken(RUN, (HOSTILE,)),
        events.TargetStarted(replace(TARGET, cause=HOSTILE)),
        events.AttemptJudged(1, attempt),
        events.AttemptJudged(2, dud),
        events.TargetResolved(replace(GAVE_UP, conclusion=Conclusion.CONTRADICTORY, target=target)),
        events.TargetResolved(replace(FIXED, attempt=attempt)),
        events.TargetResolved(replace(GAVE_UP, reason=HOSTILE, target=target)),
        events.PatchApplied(patch, replace(EVIDENCE, cause=HOSTILE, note=HOSTILE, won=(HOSTILE,))),
        events.PatchStored(patch, EVIDENCE, HOSTILE),
        events.PatchApplied(
            patch,
            replace(
                EVIDENCE,
                seeds=(HOSTILE,),
                flaky=(HOSTILE,),
                lacks=(HOSTILE,),
                held=(HOSTILE,),
                model=HOSTILE,
                guard=(Objection("T", HOSTILE, 1, HOSTILE),),
                gates=(Gate("ruff", (HOSTILE,)), Gate("x", (), HOSTILE)),
                uncovered=(HOSTILE,),
                unpinned=(Unpinned(HOSTILE, 1, HOSTILE, HOSTILE),),
                question=question,
                digests={HOSTILE: HOSTILE},
            ),
        ),
        events.TargetResolved(replace(LEFT_OPEN, offers=(replace(SCAFFOLDED, proposal=scaffold),), question=question)),
        events.FilesChanged((HOSTILE,)),
        events.Notice(HOSTILE),
        verbose=True,
    )
    assert not {"\x1b", "\x07", "\u202e"}.intersection(text)
    assert r"\x1b[2J" in text


def test_a_file_name_with_a_newline_stays_on_its_line():
    assert told(events.FilesChanged(("a\nb.py",))) == "● saved: a\\nb.py\n"


def test_a_difference_keeps_its_lines_and_its_tabs():
    written = io.StringIO()
    patch = Patch((Edit("a.py", "if x:\r\n\ty\f\n", "if x:\r\n\tz\f\n"),))
    show_patch(Console(file=written, soft_wrap=True), patch)
    lines = written.getvalue().splitlines()
    assert lines[4:] == ["   if x:", *lines[5:]]
    assert [line[2] for line in lines[5:]] == ["-", "+"]
    assert lines[5].endswith(r"y\x0c")


def test_no_colour_where_none_is_wanted(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert console().no_color
    assert console(stderr=True).stderr


def test_the_moving_status_names_the_rung_and_counts_the_seconds():
    shown = told(events.RungStarted("small [red]", "model", 2), terminal=True)
    assert re.search(r"small \[red\], round 2, \d+ s", shown)
    assert re.search(r"small, low effort: 3 attempts, the last one accepted, \d+ s", told(EVERY[6], terminal=True))


def test_the_moving_status_is_gone_at_the_end():
    shown = told(events.BaselineStarted("tree"), events.BaselineTaken(RUN, ()), terminal=True)
    assert shown.count(HIDDEN) == shown.count(SHOWN)


ENDS = (EVERY[7], EVERY[8], EVERY[9], EVERY[10], events.BaselineTaken(RUN, ()))


@pytest.mark.parametrize("end", ENDS, ids=lambda event: type(event).__name__)
def test_the_moving_status_rests_when_work_has_ended_and_moves_again_with_the_next(end):
    written = io.StringIO()
    sink = Terminal(Console(file=written, soft_wrap=True, force_terminal=True, width=80))
    for _ in range(2):
        sink(events.BaselineStarted("tree"))
        assert written.getvalue().count(HIDDEN) == written.getvalue().count(SHOWN) + 1
        sink(end)
        assert written.getvalue().count(HIDDEN) == written.getvalue().count(SHOWN)
    assert written.getvalue().count(HIDDEN) == 2
    sink.close()
