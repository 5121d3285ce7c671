"""The least of what was changed whose revert turns the target green, in a laboratory of functions of the tree."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import pytest

from tddbot.budget import Budget, Ledger
from tddbot.domain import Attempt, Brief, Candidate, Edit, Kind, Outcome, Patch, Result, Ruling, Target, Verdict
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.generator.offline.rollback import rollback as module
from tddbot.generator.offline.rollback.rollback import rollback
from tddbot.lab import Fate, Red, Screened
from tddbot.ports import Past, ProposalRequest, Rung
from tddbot.stop import Stop
from tests.fakes import ManualClock, NoLab, Tree, laid_over

RED, KEPT = "tests/test_a.py::test_red", "tests/test_a.py::test_kept"
LINES = [f"line {number}\n" for number in range(1, 41)]


@dataclass
class TreeLab(NoLab):
    """Screens by what tests say of the tree, the target's before those to keep."""

    tree: Tree
    tests: Mapping[str, Callable[[Tree], bool]]
    fault: str = ""
    screened: list[Patch] = field(default_factory=list)
    batches: int = 0
    now: Callable[[], None] = lambda: None
    red: Fate = Fate.RED

    def screen(self, patches: Iterable[Patch], stop: Stop, whole: bool = False) -> Iterator[Screened]:
        self.batches += 1
        for patch in patches:
            self.now()
            if stop.is_set():
                return
            self.screened.append(patch)
            over = laid_over(self.tree, patch)
            red = next((node for node, is_green in self.tests.items() if not is_green(over)), None)
            yield Screened(patch, Fate.PASSED) if red is None else Screened(patch, self.red, (Red(red),))


def story(
    then: Mapping[str, str], now: Mapping[str, str], target: Callable[[Tree], bool], kept: Callable[[Tree], bool]
) -> tuple[TreeLab, Inquiry]:
    """What was changed since the target was green, and the laboratory in which it is red."""
    paths = sorted(path for path in {*then, *now} if then.get(path) != now.get(path))
    past = Past(Patch(tuple(Edit(path, then.get(path), now.get(path)) for path in paths)), was_green=True)
    lab = TreeLab(now, {RED: target, KEPT: kept})
    brief = Brief(Target("a cause", (Result(RED, Outcome.FAILED),)), ())
    request = ProposalRequest(brief, Rung("offline", "offline", width=300), lab=lab, past=lambda: past)
    return lab, Inquiry(request, Ledger(Budget(), ManualClock()), Stop())


def always(tree: Tree) -> bool:
    return True


def changed(*numbers: int) -> str:
    """The lines, of which these are others now."""
    return "".join(line.upper() if number in numbers else line for number, line in enumerate(LINES, 1))


def has(*numbers: int, path: str = "a.py") -> Callable[[Tree], bool]:
    """A test that wants these lines as they were."""
    return lambda tree: all(LINES[number - 1] in tree.get(path, "") for number in numbers)


def only(inquiry: Inquiry) -> Candidate:
    [proposal] = rollback(inquiry)
    assert isinstance(proposal, Candidate)
    return proposal


def test_of_many_changes_the_one_that_did_it_is_taken_back_and_all_else_stays():
    lab, inquiry = story(
        {"a.py": "".join(LINES), "b.py": "b = 1\n"},
        {"a.py": changed(2, 9, 20, 21, 33), "b.py": "b = 2\n", "c.py": "c = 1\n"},
        has(20, 21), always,
    )  # fmt: skip
    found = only(inquiry)
    assert (found.kind, found.generator) == (Kind.ROLLBACK, "offline rollback")
    assert found.note == "takes back the change of a.py:20-21 since the tests were green"
    assert found.patch == Patch((Edit("a.py", changed(2, 9, 20, 21, 33), changed(2, 9, 33)),))
    assert inquiry.reasons == []
    assert len(lab.screened) == len(set(lab.screened)) <= 12


def test_what_did_it_only_together_is_taken_back_together():
    then = {"a.py": "".join(LINES), "gone.txt": "g\n"}
    now = {"a.py": changed(3, 30), "new.py": "n = 1\n"}
    _, inquiry = story(
        then, now, lambda tree: has(3)(tree) and "new.py" not in tree and "gone.txt" in tree, always
    )  # fmt: skip
    found = only(inquiry)
    assert found.note == (
        "takes back the change of a.py:3 and the removal of gone.txt, the new file new.py since the tests were green"
    )
    assert laid_over(now, found.patch) == {"a.py": changed(30), "gone.txt": "g\n"}


def test_at_most_four_places_are_named():
    _, inquiry = story({"a.py": "".join(LINES)}, {"a.py": changed(1, 3, 5, 7, 9, 11)}, has(1, 3, 5, 7, 9, 11), always)
    assert "a.py:1, a.py:3, a.py:5, a.py:7 and 2 more since" in only(inquiry).note


def test_where_the_tests_changed_too_nothing_is_offered():
    lab, inquiry = story({"a.py": "".join(LINES)}, {"a.py": changed(2, 9)}, lambda tree: False, always)
    assert list(rollback(inquiry)) == []
    [reason] = inquiry.reasons
    assert "the tests changed, too" in reason
    assert len(lab.screened) == 1


@pytest.mark.parametrize("fate", [Fate.TIMEOUT, Fate.DIED, Fate.UNFIT])
def test_what_does_not_come_to_an_end_says_nothing_of_the_tests(fate):
    lab, inquiry = story({"a.py": "".join(LINES)}, {"a.py": changed(2, 9)}, lambda tree: False, always)
    lab.red = fate
    assert list(rollback(inquiry)) == []
    assert inquiry.reasons == [
        f"with all taken back that has changed since it was green the tests do not come to an end ({fate.value})"
    ]


def test_what_another_test_needs_is_no_suggestion_but_a_reason():
    _, inquiry = story({"a.py": "".join(LINES)}, {"a.py": changed(2, 9)}, has(9), lambda tree: not has(9)(tree))
    assert list(rollback(inquiry)) == []
    assert inquiry.reasons == [f"what turned it red is the change of a.py:9, which {KEPT} needs"]


def test_that_all_taken_back_would_lose_a_green_is_no_obstacle_where_less_loses_none():
    _, inquiry = story({"a.py": "".join(LINES)}, {"a.py": changed(2, 9)}, has(9), lambda tree: not has(2)(tree))
    assert only(inquiry).note == "takes back the change of a.py:9 since the tests were green"


def test_where_nothing_need_be_lost_nothing_is():
    def kept(tree: Tree) -> bool:
        return has(2)(tree) == has(9)(tree)

    _, inquiry = story({"a.py": "".join(LINES)}, {"a.py": changed(2, 9, 20)}, has(9), kept)
    assert only(inquiry).note == "takes back the change of a.py:2, a.py:9 since the tests were green"


@pytest.mark.parametrize("node", ["tests/test_a.py", "tests/test_a.py::test_red"])
def test_a_file_that_can_be_collected_again_but_holds_reds_is_not_green(node):
    lab, inquiry = story({"a.py": "".join(LINES)}, {"a.py": changed(2)}, lambda tree: False, always)
    brief = Brief(Target("a cause", (Result(node, Outcome.ERROR),)), ())
    inquiry.request = replace(inquiry.request, brief=brief)
    assert list(rollback(inquiry)) == []
    assert len(lab.screened) == 1


@pytest.mark.parametrize("past", [None, Past(Patch((Edit("a.py", "a\n", "b\n"),)), was_green=False)])
def test_without_a_green_past_nothing_is_tried(past):
    lab, inquiry = story({"a.py": "a\n"}, {"a.py": "b\n"}, always, always)
    inquiry.request = replace(inquiry.request, past=lambda: past)
    assert list(rollback(inquiry)) == []
    assert lab.screened == inquiry.reasons == []


@pytest.mark.parametrize("fault", ["the zygote is gone", None])
def test_without_a_laboratory_nothing_is_tried(fault):
    lab, inquiry = story({"a.py": "a\n"}, {"a.py": "b\n"}, always, always)
    inquiry.request = replace(inquiry.request, lab=None if fault is None else replace(lab, fault=fault))
    assert list(rollback(inquiry)) == []
    assert lab.screened == []


def test_it_is_proposed_once_a_rung():
    lab, inquiry = story({"a.py": "".join(LINES)}, {"a.py": changed(2)}, has(2), always)
    attempt = Attempt(only(inquiry), None, Verdict(Ruling.OFFERED))
    lab.screened.clear()
    inquiry.request = replace(inquiry.request, history=(attempt,))
    assert list(rollback(inquiry)) == []
    assert lab.screened == []


def test_trials_are_bounded_and_what_is_known_by_then_is_offered(monkeypatch):
    monkeypatch.setattr(module, "_MOST_TRIALS", 3)
    lab, inquiry = story({"a.py": "".join(LINES)}, {"a.py": changed(*range(1, 40, 2))}, has(1, 39), always)
    found = only(inquiry)
    assert len(lab.screened) == 3
    assert laid_over(lab.tree, found.patch) == {"a.py": "".join(LINES)}


def test_time_is_bounded():
    lab, inquiry = story({"a.py": "".join(LINES)}, {"a.py": changed(*range(1, 40, 2))}, has(1, 39), always)
    clock = ManualClock()
    inquiry.ledger = Ledger(Budget(), clock)
    lab.now = lambda: clock.advance(6)
    assert len(lab.screened) == 0
    assert only(inquiry).kind is Kind.ROLLBACK
    assert len(lab.screened) == 2


def test_a_stop_ends_it_without_a_reason():
    lab, inquiry = story({"a.py": "".join(LINES)}, {"a.py": changed(*range(1, 40, 2))}, has(1, 39), always)
    lab.now = inquiry.stop.set
    assert list(rollback(inquiry)) == []
    assert inquiry.reasons == []
