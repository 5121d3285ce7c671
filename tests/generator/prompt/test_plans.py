"""Plans for candidates side by side."""

import pytest

from tddbot.generator.prompt.plans import PLANS, plans


@pytest.mark.parametrize("count", [0, 1, 4, len(PLANS), 20])
def test_as_many_as_asked_for_and_distinct_while_there_are_enough(count: int) -> None:
    assert len(plans(count)) == count
    assert len(set(plans(count))) == min(count, len(PLANS))
    assert plans(count) == plans(count)


def test_there_are_six_and_none_names_a_format_or_a_test_to_change() -> None:
    assert len(PLANS) >= 6
    assert all(len(plan) < 300 and plan.endswith(".") and plan[0].islower() for plan in PLANS)
