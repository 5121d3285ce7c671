import pytest

from tddbot.generator.offline.expressions.goal import near, same
from tddbot.generator.offline.expressions.kinds import FAULT


@pytest.mark.parametrize(
    ("value", "wanted", "expected"),
    [
        (0.1 + 0.2, 0.3, True),
        (3, 3.0, True),
        (0.31, 0.3, False),
        (1 << 4000, 0.3, False),
        ([0.1 + 0.2, 1], [0.3, 1.0], True),
        ([0.1 + 0.2], [0.3, 1.0], False),
        ((0.1 + 0.2,), [0.3], False),
        ("a", "a", True),
        (FAULT, 0.3, False),
    ],
)
def test_nearly_is_as_near_as_pytest_has_it(value, wanted, expected):
    assert near(value, wanted) is expected


def test_a_fault_is_no_value():
    assert same([1], [1])
    assert not same(FAULT, FAULT)
