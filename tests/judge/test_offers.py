"""A scaffold is offered where names are missing no more, and nothing is worse."""

from dataclasses import replace

import pytest

from tddbot.domain import Ending, Failure, Result, Ruling, Run, Target, Verdict
from tddbot.judge.offers import rule_offer
from tests.judge.runs import WORDS, run

KINDS = {
    "import": "ImportError", "module": "ModuleNotFoundError", "name": "NameError", "attribute": "AttributeError",
    "todo": "NotImplementedError", "wrong": "AssertionError",
}  # fmt: skip


def told(outcomes: dict[str, str], ending: Ending = Ending.COMPLETE, tree: str = "tree", detail: str = "") -> Run:
    """A run in which tests are green or skipped, or red of a kind."""
    made = run({}, ending, tree, detail)
    return replace(made, results={node: _result(node, word) for node, word in outcomes.items()})


def _result(node: str, word: str) -> Result:
    if word not in KINDS:
        return Result(node, WORDS[word])
    failure = Failure("call" if "::" in node else "collect", KINDS[word], "it says so")
    return Result(node, WORDS["f" if "::" in node else "e"], failure=failure)


def offer(before: dict[str, str], after: dict[str, str], *target: str) -> Verdict:
    """The ruling on what makes one run of the other; the target is what misses a name, if none is named."""
    baseline = told(before)
    wanted = target or [node for node, word in before.items() if word in KINDS]
    return rule_offer(Target("a cause", tuple(baseline.results[node] for node in wanted)), baseline, told(after))


@pytest.mark.parametrize("missing", ["import", "module", "name", "attribute"])
@pytest.mark.parametrize("then", ["todo", "wrong", "p"])
def test_a_name_that_is_missing_no_more_is_offered(missing, then):
    verdict = offer({"t.py::a": missing, "t.py::b": "p"}, {"t.py::a": then, "t.py::b": "p"})
    assert (verdict.ruling, verdict.reasons, verdict.lost, verdict.kept) == (Ruling.OFFERED, (), (), 1)
    assert verdict.won == (("t.py::a",) if then == "p" else ())


def test_a_file_that_is_collected_again_has_several_reds_which_is_fine():
    after = {"t.py::a": "todo", "t.py::b": "wrong", "t.py::C::c": "p", "u.py::d": "p"}
    verdict = offer({"t.py": "module", "u.py::d": "p"}, after)
    assert (verdict.ruling, verdict.reasons, verdict.won) == (Ruling.OFFERED, (), ("t.py::C::c",))


def test_what_is_missing_yet_is_told():
    verdict = offer({"t.py": "import"}, {"t.py::a": "todo", "t.py::b": "attribute"})
    assert (verdict.ruling, verdict.reasons) == (Ruling.OFFERED, ("a name is missing yet: t.py::b",))
    many = {f"t.py::{number}": "attribute" for number in range(9)}
    [reason] = offer({"t.py": "import"}, {"t.py::a": "todo", **many}).reasons
    assert reason.endswith("t.py::4 and 4 more")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"t.py": "import"}, {"t.py": "import"}),
        ({"t.py": "import"}, {"t.py::a": "attribute", "t.py::b": "name"}),
        ({"t.py::a": "attribute"}, {"t.py::a": "attribute"}),
        ({"t.py::a": "wrong"}, {"t.py::a": "todo"}),
        ({"t.py::a": "wrong"}, {"t.py::a": "p"}),
    ],
)
def test_what_gives_no_name_is_no_offer(before, after):
    assert offer(before, after).ruling is Ruling.STILL_RED


def test_one_of_several_is_enough():
    before = {"t.py::a": "attribute", "t.py::b": "attribute"}
    assert offer(before, {"t.py::a": "todo", "t.py::b": "attribute"}).ruling is Ruling.OFFERED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"t.py::b": "p"}, {"t.py::b": "wrong"}),
        ({"t.py::b": "p"}, {"t.py::b": "s"}),
        ({"t.py::b": "p"}, {}),
        ({"t.py::b": "s"}, {}),
        ({"t.py::b": "s"}, {"t.py::b": "wrong"}),
        ({"t.py::b": "wrong"}, {}),
        ({}, {"u.py": "import"}),
    ],
)
def test_what_makes_anything_worse_is_no_offer(before, after):
    verdict = offer({"t.py::a": "attribute", **before}, {"t.py::a": "todo", **after}, "t.py::a")
    assert verdict.ruling is Ruling.REGRESSION
    assert verdict.reasons


def test_a_file_whose_tests_vanish_is_no_offer():
    assert offer({"t.py": "import", "u.py::b": "p"}, {"u.py::b": "p"}).ruling is Ruling.REGRESSION


@pytest.mark.parametrize(
    ("ending", "ruling"),
    [
        (Ending.CANCELLED, Ruling.CANCELLED),
        (Ending.INCOMPLETE, Ruling.UNPROVEN),
        (Ending.UNUSABLE, Ruling.UNPROVEN),
        (Ending.REGRESSED, Ruling.REGRESSION),
    ],
)
def test_a_run_that_is_not_whole_offers_nothing(ending, ruling):
    baseline = told({"t.py::a": "attribute", "t.py::b": "p"})
    proof = told({"t.py::a": "todo", "t.py::b": "wrong"}, ending, detail="so it is")
    verdict = rule_offer(Target("a cause", (baseline.results["t.py::a"],)), baseline, proof)
    assert (verdict.ruling, "so it is" in verdict.reasons[0] or ending is Ending.CANCELLED) == (ruling, True)


def test_a_run_of_another_tree_offers_nothing():
    baseline, proof = told({"t.py::a": "attribute"}), told({"t.py::a": "todo"}, tree="another")
    verdict = rule_offer(Target("a cause", (baseline.results["t.py::a"],)), baseline, proof)
    assert verdict.ruling is Ruling.UNPROVEN
