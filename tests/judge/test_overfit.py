"""Who wins only what was shown of a target."""

import pytest

from tddbot.domain import Ending, Failure, Outcome, Result, Ruling, Run, Target
from tddbot.judge.overfit import shown_and_withheld
from tddbot.proof import PartlyShown, Withheld
from tddbot.withholding import blanked

PATH = "tests/test_a.py"
NODES = [f"{PATH}::test_x[{number}]" for number in range(8)]
HELD = Withheld(
    frozenset(NODES[6:]),
    tests=(PartlyShown(PATH, "test_x", 2, shown=frozenset("012345"), hidden=frozenset("67")),),
)
LINES = Withheld(tests=(PartlyShown(PATH, "test_x", 3, lines=frozenset({9})),))


def result(node: str, is_green: bool) -> Result:
    if is_green:
        return Result(node, Outcome.PASSED)
    return blanked(Result(node, Outcome.FAILED, failure=Failure("call", "AssertionError", f"assert {node} == 1")), HELD)


def ran(*green: int, nodes: list[str] = NODES) -> Run:
    return Run("tree", {node: result(node, at in green) for at, node in enumerate(nodes)})


def target(*nodes: str) -> Target:
    return Target("cause", tuple(result(node, is_green=False) for node in nodes))


@pytest.mark.parametrize("nodes", [NODES, [PATH]])
def test_only_withheld_cases_are_red(nodes: list[str]) -> None:
    verdict = shown_and_withheld(target(*nodes), ran(0, 1, 2, 3, 4, 5, 7), HELD)
    assert verdict.ruling is Ruling.OVERFIT
    assert verdict.reasons == ("it passes what was shown, and 1 of 2 withheld cases fail",)
    assert NODES[7] in verdict.won


def test_what_is_shown_is_red_and_told_without_what_is_withheld() -> None:
    verdict = shown_and_withheld(target(*NODES), ran(0, 1, 2, 3, 4), HELD)
    assert verdict.ruling is Ruling.STILL_RED
    first, more = verdict.reasons
    assert NODES[5] in first
    assert not [node for node in NODES[6:] if node in first]
    assert more == "withheld cases that are red, too: 2"


def test_all_is_won() -> None:
    assert shown_and_withheld(target(*NODES), ran(*range(8)), HELD).ruling is Ruling.PLAUSIBLE


def test_nothing_is_withheld() -> None:
    verdict = shown_and_withheld(target(*NODES), ran(0, 1, 2, 3, 4, 5), Withheld())
    assert verdict.ruling is Ruling.STILL_RED
    assert NODES[6] in verdict.reasons[0]


def test_a_test_that_fails_at_a_withheld_line() -> None:
    node = f"{PATH}::test_x"
    failed = Result(node, Outcome.FAILED, failure=Failure("call", "Withheld", "the case that fails is withheld"))
    for each in (target(node), target(PATH)):
        verdict = shown_and_withheld(each, Run("tree", {node: failed}), LINES)
        assert verdict.ruling is Ruling.OVERFIT
        assert verdict.reasons == ("it passes what was shown, and fails at one of 3 withheld cases, if not at more",)


@pytest.mark.parametrize(
    ("ending", "ruling"), [(Ending.INCOMPLETE, Ruling.UNPROVEN), (Ending.CANCELLED, Ruling.CANCELLED)]
)
def test_a_run_that_did_not_end_is_no_overfit(ending: Ending, ruling: Ruling) -> None:
    run = Run("tree", ran(0, 1, 2, 3, 4, 5).results, ending)
    assert shown_and_withheld(target(*NODES), run, HELD).ruling is ruling
