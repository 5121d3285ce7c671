"""From free to dear: the default rungs, and the user's own."""

from tddbot.budget import Budget
from tddbot.generator.ladder import ladder
from tddbot.generator.prompt.plans import PLANS
from tddbot.generator.settings import Effort, ModelSettings, RungSettings
from tddbot.ports import Rung


def calls(rung: Rung) -> int:
    """The most calls of a rung whose answers can all be used."""
    return rung.width + (rung.rounds - 1) * min(rung.width, rung.repaired)


def test_without_a_model_the_ladder_is_the_offline_rung_alone() -> None:
    (only,) = ladder(False, ModelSettings(ladder=(RungSettings(),)))
    assert (only.generator, only.width, only.rounds) == ("offline", 300, 2)


def test_with_a_model_the_ladder_goes_from_free_to_dear() -> None:
    rungs = ladder(True, ModelSettings())
    assert [(rung.generator, rung.role, rung.effort, rung.rounds, rung.width) for rung in rungs] == [
        ("offline", "", "", 2, 300),
        ("model", "small", "low", 2, 1),
        ("model", "small", "high", 1, 1),
        ("model", "large", "medium", 3, 1),
        ("model", "large", "high", 2, 4),
    ]
    assert rungs[-1].repaired == 2
    assert [rung.name for rung in rungs] == [
        "offline",
        "small, low effort",
        "small, high effort, fresh",
        "large, medium effort, fresh",
        "large, high effort, 4 plans, fresh",
    ]


def test_the_default_ladder_stays_within_the_default_budget_and_has_plans_for_all() -> None:
    paid = ladder(True, ModelSettings())[1:]
    assert sum(map(calls, paid)) == 12
    assert sum(map(calls, paid)) < (Budget().calls or 0)
    assert max(rung.width for rung in paid) <= len(PLANS)


def test_an_own_ladder_takes_the_place_of_the_default_one() -> None:
    own = (RungSettings("large", rounds=5, repaired=1), RungSettings("small", Effort.NONE, width=2, name="mine"))
    _, first, second = ladder(True, ModelSettings(ladder=own))
    assert first == Rung("large, its own effort", "model", "large", "", rounds=5, width=1, repaired=1)
    assert second == Rung("mine", "model", "small", "none", rounds=1, width=2, repaired=2)
