import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.domain import (
    Attempt,
    Candidate,
    Conclusion,
    Dud,
    Edit,
    Ending,
    Evidence,
    Kind,
    Option,
    Outcome,
    Patch,
    Question,
    Resolution,
    Result,
    Ruling,
    Run,
    Target,
    Usage,
    Verdict,
)
from tddbot.errors import UnfitError, UsageError
from tddbot.ports import Store
from tddbot.store import sqlite_store
from tddbot.store.codec import from_json, to_json
from tddbot.store.records import PatchState, StoredEnding, StoredOption
from tddbot.store.sqlite_store import SqliteStore
from tests.store.conftest import NOON

ODD = os.fsdecode(b"src/n\xff \xf0\x9f\x90\xb1\n.py")


def run(tree: str, ending: Ending = Ending.COMPLETE, patch_id: str | None = None, **outcomes: str) -> Run:
    results = {node: Result(node, Outcome(outcome), 0.5) for node, outcome in outcomes.items()}
    return Run(tree, results, ending, patch_id=patch_id)


def patch(text: str, path: str = "a.py") -> Patch:
    return Patch((Edit(path, None, text),))


def evidence(of: Patch) -> Evidence:
    usage = Usage(2, 10, 5, 3, 1, Decimal("0.0123"))
    return Evidence(of.id, (f"{ODD}::t",), "cause", "tree", ("t",), 7, 2, "namespaces", "model", "note", usage, 1.5)


def test_it_is_a_store(store):
    port: Store = store
    assert port is store


def test_the_last_outcomes_are_those_of_the_last_baseline_that_saw_a_test(store):
    store.record_run(run("t1", a="passed", b="failed", gone="passed"))
    store.record_run(run("t2", b="passed", c="skipped"))
    store.record_run(run("t3", Ending.CANCELLED, c="failed", d="failed"))
    store.record_run(run("t3", patch_id="123", a="failed"))
    assert store.last_outcomes() == {
        "a": Outcome.PASSED, "b": Outcome.PASSED, "gone": Outcome.PASSED, "c": Outcome.SKIPPED,
    }  # fmt: skip


def test_forgotten_tests_were_never_seen_until_the_next_baseline(store):
    store.record_run(run("t1", **{"a": "failed", "b": "failed", ODD: "passed"}))
    store.forget({"a", ODD, "never there"})
    assert store.last_outcomes() == {"b": Outcome.FAILED}
    store.record_run(run("t2", a="failed"))
    assert store.last_outcomes() == {"a": Outcome.FAILED, "b": Outcome.FAILED}


def test_tests_that_flickered_are_known_for_a_week(state):
    moment = NOON
    with SqliteStore.open(state, lambda: moment) as store:
        store.record_flaky(["a", ODD])
        moment += timedelta(days=4)
        store.record_flaky(["a"])
        assert store.flaky() == {"a", ODD}
        moment += timedelta(days=4)
        assert store.flaky() == {"a"}
        assert store.last_outcomes() == {}
        store.record_run(run("t1", a="failed"))
        assert (store.flaky(), store.last_outcomes()) == ({"a"}, {"a": Outcome.FAILED})


def test_outcomes_by_tree(store):
    store.record_run(run("t1", a="failed"))
    store.record_run(run("t1", a="passed"))
    store.record_run(run("t1", Ending.INCOMPLETE, a="timeout"))
    assert store.outcomes_on("t1") == {"a": Outcome.PASSED}
    assert store.outcomes_on("t2") is None


def test_what_is_offered_stands_so_until_it_is_applied(store):
    for made, kind in ((patch("1"), Kind.SCAFFOLD), (patch("2"), Kind.ROLLBACK), (patch("3"), Kind.FIX)):
        store.save_patch(made, "note")
        store.record_evidence(replace(evidence(made), kind=kind))
    assert [stored.standing for stored in store.log()] == ["stored", "offered", "offered"]
    assert [stored.evidence.kind for stored in store.log()] == [Kind.FIX, Kind.ROLLBACK, Kind.SCAFFOLD]
    for state in ("applied", "undone", "proven"):
        store.mark(patch("1").id, state)
        assert store.patch(patch("1").id).standing == state


def question(*texts: str, call: str = "f(1)", path: str = "tests/test_a.py") -> Question:
    return Question(tuple(Option(patch(text), f"makes {text}", f"assert f(1) == {text}") for text in texts), call, path)


def test_patches_between_which_a_test_decides_are_kept_with_what_it_is(store):
    asks = Dud("a tie", "offline", question=question("1", "2", "3"))
    store.record_attempt("target", Attempt(asks, None, Verdict(Ruling.DUD)))
    first, second, third = (patch(text).id for text in "123")
    stored = store.patch(second)
    assert stored.option == StoredOption((first, third), "f(1)", "tests/test_a.py", "assert f(1) == 2")
    assert (stored.standing, stored.note, stored.evidence) == ("undecided", "makes 2", None)
    assert store.attempts_of("target")[0].patch_id is None
    again = Dud("a tie", "offline", question=question("1", "2", call=""))
    store.record_attempt("target", Attempt(again, None, Verdict(Ruling.DUD)))
    assert store.patch(second).option == StoredOption((first,), "", "tests/test_a.py", "assert f(1) == 2")


def test_what_is_proven_by_now_is_undecided_no_more(store):
    store.record_attempt(
        "target", Attempt(Dud("a tie", "offline", question=question("1", "2")), None, Verdict(Ruling.DUD))
    )
    store.record_evidence(evidence(patch("1")))
    store.mark(patch("1").id, "proven")
    assert (store.patch(patch("1").id).standing, store.patch(patch("1").id).option) == ("proven", None)
    assert store.patch(patch("2").id).standing == "undecided"


def test_the_attempt_that_is_offered_is_the_one_that_made_a_patch(store):
    made = Candidate(patch("1"), "offline", kind=Kind.SCAFFOLD)
    for ruling in (Ruling.OFFERED, Ruling.REGRESSION):
        store.record_attempt("target", Attempt(made, None, Verdict(ruling)))
    assert store.attempt_with(made.patch.id).ruling is Ruling.OFFERED


A, B = "tests/test_a.py::test_a", "tests/test_a.py::test_b"


def test_the_green_tree_is_that_of_the_newest_whole_run_in_which_all_were_green(store):
    store.record_run(run("t1", **{A: "passed", B: "passed"}))
    store.record_run(run("t2", **{A: "passed", B: "passed"}))
    store.record_run(run("t3", Ending.INCOMPLETE, **{A: "passed", B: "passed"}))
    store.record_run(run("t4", **{A: "passed", B: "failed"}))
    store.record_run(run("t5", **{A: "failed", B: "passed"}))
    store.record_run(run("t6", another="passed"))
    assert store.green_tree((A, B)) == "t2"
    assert store.green_tree((A,)) == "t4"
    assert store.green_tree(()) is None
    assert store.green_tree((A, "never seen")) is None


@pytest.mark.parametrize("outcome", ["failed", "error", "skipped", "xfailed", "xpassed", "timeout"])
def test_only_what_passed_was_green(store, outcome):
    store.record_run(run("t1", **{A: outcome}))
    assert store.green_tree((A,)) is None


def test_a_file_was_green_where_some_test_of_it_passed_and_none_was_red(store):
    file, beside = "tests/test_a.py", "tests/test_a.pyx::test_c"
    store.record_run(run("t1", **{A: "passed", B: "skipped", beside: "failed"}))
    store.record_run(run("t2", **{A: "passed", B: "failed"}))
    store.record_run(run("t3", **{B: "skipped", beside: "passed"}))
    store.record_run(run("t4", **{file: "error"}))
    assert store.green_tree((file,)) == "t1"
    assert store.green_tree((file, A)) == "t1"
    assert store.green_tree(("tests/test_b.py",)) is None


def test_odd_names_were_green_too(store):
    store.record_run(run("t1", **{f"{ODD}::test[🐱]": "passed", "tests/100%_a.py::test[\udc80]": "passed"}))
    assert store.green_tree((ODD,)) == store.green_tree((f"{ODD}::test[🐱]",)) == "t1"
    assert store.green_tree(("tests/100%_a.py",)) == "t1"
    assert store.green_tree(("tests/100__a.py",)) is None


def test_a_run_that_is_forgotten_was_green_no_more(store, monkeypatch):
    monkeypatch.setattr(sqlite_store, "KEPT_RUNS", 1)
    store.record_run(run("t1", **{A: "passed"}))
    store.record_run(run("t2", **{A: "failed"}))
    assert store.green_tree((A,)) is None


def test_odd_node_ids_survive(store):
    odd = {"x" * 5000: "passed", f"{ODD}::test[🐱-\udc80]": "failed", "'; DROP TABLE runs; --": "passed", "": "error"}
    store.record_run(run("t", **odd))
    store.record_run(run("t", **odd))
    assert store.last_outcomes() == store.outcomes_on("t") == {key: Outcome(value) for key, value in odd.items()}


def test_old_runs_are_forgotten_and_last_outcomes_are_not(store, monkeypatch):
    monkeypatch.setattr(sqlite_store, "KEPT_RUNS", 3)
    for number in range(6):
        store.record_run(run(f"t{number}", **{f"only{number}": "passed"}))
    assert [store.outcomes_on(f"t{number}") is not None for number in range(6)] == [False] * 3 + [True] * 3
    assert len(store.last_outcomes()) == 6


def test_ten_thousand_outcomes(store):
    many = {f"tests/test_{n % 100}.py::test_{n}": "failed" if n % 2 else "passed" for n in range(10_000)}
    for _ in range(3):
        store.record_run(run("t", **many))
    assert len(store.last_outcomes()) == 10_000


paths = st.binary(min_size=1).map(os.fsdecode)
edits = st.one_of(
    st.builds(Edit, paths, st.none() | st.text(), st.none() | st.text()),
    st.builds(
        Edit, paths, st.binary().map(lambda data: data.decode("latin-1")), st.just("é\r\n"), st.just("iso-8859-1")
    ),
)


@given(st.builds(Patch, st.lists(edits).map(tuple)))
def test_every_patch_survives_its_json(made):
    again = from_json(to_json(made), Patch)
    assert again == made
    assert isinstance(again.edits, tuple)


def test_a_patch_from_saved_to_undone(store, state):
    made = Patch(
        (
            Edit("é 🐱\n.py", "a\r\nb\x00ÿ", "é\r\n", "iso-8859-1"),
            Edit("new.py", None, ""),
            Edit("old.py", "", None),
        )
    )
    store.save_patch(made, "what it does \udcff")
    store.record_evidence(evidence(made))
    store.mark(made.id, "proven")
    store.save_patch(made, "another note")
    with SqliteStore.open(state) as again:
        stored = again.patch(made.id)
        assert stored is not None
        assert (stored.patch, stored.state, stored.note) == (made, PatchState.PROVEN, "what it does \udcff")
        assert (stored.created, stored.evidence) == (NOON, evidence(made))
        assert stored.patch.id == made.id


def test_a_patch_by_the_beginning_of_its_id(store):
    made = [patch(str(number)) for number in range(40)]
    for one in made:
        store.save_patch(one, "")
    for one in made:
        assert store.patch(one.id).patch == one
        assert store.patch(one.id.upper()[:11]).patch == one
    assert store.patch("zz") is None
    assert store.patch("%") is None
    with pytest.raises(UsageError, match="40 patches begin"):
        store.patch("")


def test_the_log_is_newest_first(store):
    made = [patch(str(number)) for number in range(4)]
    for one in made:
        store.save_patch(one, "")
    store.save_patch(made[0], "")
    assert [stored.patch for stored in store.log(3)] == [made[3], made[2], made[1]]
    assert len(store.log()) == 4


def test_the_last_applied_goes_by_when_it_was_applied(store):
    one, two = patch("1"), patch("2")
    assert store.last_applied() is None
    store.save_patch(one, "")
    store.save_patch(two, "")
    store.mark(two.id, "applied")
    store.mark(one.id, "applied")
    assert store.last_applied().patch == one
    store.mark(one.id, "undone")
    assert store.last_applied().patch == two
    store.mark(two.id, "undone")
    assert store.last_applied() is None


def test_a_patch_is_applied_in_one_worktree_and_undone_in_another(store, state):
    made, later = patch("1"), patch("2")
    for one in (made, later):
        store.save_patch(one, "")
        store.mark(one.id, "proven")
    with SqliteStore.open(state, worktree=ODD) as other:
        store.mark(made.id, "applied")
        assert (store.patch(made.id).state, other.patch(made.id).state) == (PatchState.APPLIED, PatchState.PROVEN)
        assert other.last_applied() is None
        other.mark(made.id, "applied")
        other.mark(later.id, "applied")
        assert [stored.patch for stored in other.applied()] == [later, made]
        assert store.last_applied().patch == made
        store.mark(made.id, "undone")
        assert [stored.state for stored in store.log()] == [PatchState.PROVEN, PatchState.UNDONE]
        assert [stored.state for stored in other.log()] == [PatchState.APPLIED, PatchState.APPLIED]
        store.mark(made.id, "proven")
        assert (store.patch(made.id).state, other.patch(made.id).state) == (PatchState.PROVEN, PatchState.APPLIED)


def test_marking_what_is_not_there_or_with_no_state_is_a_bug(store):
    with pytest.raises(LookupError):
        store.mark("feed", "applied")
    store.save_patch(patch("1"), "")
    with pytest.raises(ValueError, match="splendid"):
        store.mark(patch("1").id, "splendid")


def test_attempts_and_what_they_cost(store):
    won = Attempt(
        Candidate(patch("1"), "model", "adds one", Usage(1, 10, 2, 5, 3, Decimal("0.10")), replay=({"a": object()},)),
        run("t", a="passed"),
        Verdict(Ruling.ACCEPTED, ("because",), ("a",), (ODD,), 3),
    )
    dud = Attempt(Dud("no answer", "model", Usage(1, 10, usd=Decimal("0.20"))), None, Verdict(Ruling.DUD))
    free = Attempt(Candidate(patch("2"), "offline"), None, Verdict(Ruling.FORBIDDEN))
    for attempt in (dud, won, free):
        store.record_attempt("target", attempt)
    store.record_attempt("other", dud)
    first, second, third = store.attempts_of("target")
    assert (first.note, first.patch_id, first.ruling) == ("no answer", None, Ruling.DUD)
    assert (second.note, second.patch_id, second.verdict) == ("adds one", patch("1").id, won.verdict)
    assert (second.usage, third.generator) == (won.proposal.usage, "offline")
    assert store.patch(patch("1").id).state is PatchState.STORED
    assert store.purse(None).in_all() == ()


def test_an_attempt_is_kept_with_its_rung_and_what_the_model_thought(store):
    thought = Candidate(patch("1"), "model", "adds \udcff", reasoning="first\nthen \udcff")
    store.record_attempt("t", Attempt(thought, None, Verdict(Ruling.STILL_RED), "small, low effort"))
    (stored,) = store.attempts_of("t")
    assert (stored.rung, stored.reasoning) == ("small, low effort", "first\nthen \udcff")


def test_the_attempt_behind_a_patch_is_the_accepted_one_or_else_the_last(store):
    for rung, ruling in (("1", Ruling.STILL_RED), ("2", Ruling.ACCEPTED), ("3", Ruling.UNPROVEN)):
        store.record_attempt("t", Attempt(Candidate(patch("a"), "model"), None, Verdict(ruling), rung))
    for rung in ("1", "2"):
        store.record_attempt("t", Attempt(Candidate(patch("b"), "model"), None, Verdict(Ruling.STILL_RED), rung))
    assert [store.attempt_with(patch(text).id).rung for text in "ab"] == ["2", "2"]
    assert store.attempt_with("feed") is None


def test_how_targets_ended_and_what_each_rung_cost_by_then(store):
    target, other = Target("", (Result("a", Outcome.FAILED),)), Target("", (Result("b", Outcome.FAILED),))
    once, twice = Usage(1, usd=Decimal("0.1")), Usage(2, usd=Decimal("0.2"))

    def record(of: Target, rung: str, usage: Usage) -> None:
        store.record_attempt(of.id, Attempt(Dud("", "m", usage), None, Verdict(Ruling.DUD), rung))

    record(target, "low", once)
    record(target, "low", once)
    record(other, "high", once)
    record(target, "high", twice)
    store.record_resolution(Resolution(target, Conclusion.GAVE_UP, usage=twice + twice, seconds=9.5))
    record(target, "low", once)
    store.record_resolution(Resolution(target, Conclusion.FIXED, usage=once, seconds=2.5))
    store.record_resolution(Resolution(other, Conclusion.CANCELLED))
    store.record_resolution(Resolution(other, Conclusion.FLAKY))
    first, second, third, fourth = store.endings()
    assert first == StoredEnding(Conclusion.GAVE_UP, twice + twice, 9.5, (("low", twice), ("high", twice)))
    assert second == StoredEnding(Conclusion.FIXED, once, 2.5, (("low", once),))
    assert (third.rungs, fourth.rungs) == ((("high", once),), ())


def test_a_resolution_with_its_attempt(store):
    attempt = Attempt(Candidate(patch("1"), "model"), None, Verdict(Ruling.ACCEPTED))
    target = Target("cause \udcff", (Result("🐱", Outcome.FAILED),))
    store.record_resolution(Resolution(target, Conclusion.FIXED, attempt=attempt, attempts=1))
    store.record_resolution(Resolution(target, Conclusion.GAVE_UP, "too hard", out_of_means=True))
    assert store.patch(patch("1").id) is not None


def test_threads_side_by_side(store):
    def work(number: int) -> None:
        made = patch(str(number))
        store.save_patch(made, "")
        attempt = Attempt(Candidate(made, "model", usage=Usage(1)), None, Verdict(Ruling.STILL_RED))
        store.record_attempt("target", attempt)
        store.record_run(run("t", **{f"n{number}": "passed"}))
        assert store.patch(made.id).patch == made

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(40)))
    assert len(store.attempts_of("target")) == len(store.log(100)) == len(store.last_outcomes()) == 40


SAVER = """
import sys
from pathlib import Path
from tddbot.domain import Edit, Patch
from tddbot.store.sqlite_store import SqliteStore
with SqliteStore.open(Path(sys.argv[1])) as store:
    for number in range(20):
        store.save_patch(Patch((Edit("a.py", None, f"{sys.argv[2]} {number}"),)), "")
    print("saved", flush=True)
    sys.stdin.read()
"""


def saver(state: Path, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SAVER, state, name],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip


def test_processes_that_start_together_and_are_killed_lose_nothing(state):
    savers = [saver(state, str(number)) for number in range(4)]
    try:
        assert [one.stdout.readline() for one in savers] == ["saved\n"] * 4
    finally:
        for one in savers:
            one.kill()
            one.communicate()
    with SqliteStore.open(state) as store:
        assert len(store.log(1000)) == 80


def test_a_damaged_file_is_named_and_left_alone(state):
    with SqliteStore.open(state) as store:
        store.save_patch(patch("1"), "")
    file = state / "store.sqlite3"
    for wreck in (b"this is no database at all" * 100, file.read_bytes()[:4096] + b"\xff" * 40_000):
        file.write_bytes(wreck)
        with pytest.raises(UnfitError, match=r"store\.sqlite3") as caught, SqliteStore.open(state) as store:
            store.log()
        assert "Move the file away" in caught.value.hint
        assert file.read_bytes() == wreck


def test_a_column_that_makes_no_sense_is_damage(store, state):
    store.save_patch(patch("1"), "")
    with store._database.writing() as connection:
        connection.execute("UPDATE patches SET content = '{\"edits\": 3}'")
    with pytest.raises(UnfitError, match="damaged"):
        store.log()


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UnfitError, match="cannot be used"):
        SqliteStore.open(tmp_path / "file" / "tddbot")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_store(state):
    SqliteStore.open(state).close()
    (state / "store.sqlite3").chmod(0o400)
    state.chmod(0o500)
    try:
        with pytest.raises(UnfitError, match="cannot be used"), SqliteStore.open(state) as store:
            store.save_patch(patch("1"), "")
    finally:
        state.chmod(0o700)


FILLER = """
import resource, sys
from pathlib import Path
from tddbot.domain import Edit, Patch
from tddbot.errors import UnfitError
from tddbot.store.sqlite_store import SqliteStore
with SqliteStore.open(Path(sys.argv[1])) as store:
    store.save_patch(Patch((Edit("a.py", None, "first"),)), "")
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
    try:
        store.save_patch(Patch((Edit("a.py", None, "second" * 200_000),)), "")
    except UnfitError as error:
        print(error.message)
    assert len(store.log()) == 1
"""


def test_a_disk_that_takes_no_more(state):
    done = subprocess.run(
        [sys.executable, "-c", FILLER, state], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert "cannot be used: the disk" in done.stdout, done.stderr
    with SqliteStore.open(state) as store:
        assert [stored.patch for stored in store.log()] == [patch("first")]
