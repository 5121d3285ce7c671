"""Slips are one change each, of every kind, and the same for the same seed."""

import ast

import pytest

from tddbot.bench.slip_kinds import KINDS
from tddbot.bench.slips import in_random_order, slips

SOURCE = '''
def other(a):
    return a + 1


def shop(prices, most=None, mask=3):
    """Say 1 + 1 == 2."""
    if most is None:
        most = []
    total: int = 0
    for at, price in enumerate(prices[1:5]):
        if not price or price < 0:
            raise ValueError("ä < 1")
        if at > len(prices) and True:
            total += min(price, at) * 2
    for step in range(total):
        most.append(step & mask)
    return f"{total - 1}", most
'''


def after(kind: str) -> list[str]:
    return [slip.injected(SOURCE) for slip in slips(SOURCE, "shop") if slip.kind == kind]


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("comparison", "if not price or price > 0:"),
        ("boundary", "if at >= len(prices) and True:"),
        ("identity", "if most == None:"),
        ("arithmetic", "total += min(price, at) + 2"),
        ("bitwise", "most.append(step | mask)"),
        ("boolean", "if not price and price < 0:"),
        ("boolean", "if at > len(prices) and False:"),
        ("constant", "total += min(price, at) * 3"),
        ("arguments", "total += min(at, price) * 2"),
        ("callee", "total += max(price, at) * 2"),
        ("lost_return", '    f"{total - 1}", most'),
        ("negated_condition", "if not (most is None):"),
        ("bounds", "enumerate(prices[1:5 - 1])"),
        ("bounds", "for step in range(total + 1):"),
        ("variable", "for step in range(mask):"),
        ("exception", 'raise TypeError("ä < 1")'),
        ("mutable_default", "def shop(prices, most=[], mask=3):"),
    ],
)
def test_each_kind_of_slip_is_made(kind, line):
    assert any(line in source for source in after(kind))


def test_every_kind_has_a_slip_here():
    assert {slip.kind for slip in slips(SOURCE, "shop")} == set(KINDS)


def test_each_slip_is_another_program_and_only_in_the_one_function():
    found = [slip.injected(SOURCE) for slip in slips(SOURCE, "shop")]
    assert len({ast.dump(ast.parse(source)) for source in found}) == len(found)
    for source in found:
        assert source.startswith("\ndef other(a):\n    return a + 1\n")
        assert "Say 1 + 1 == 2." in source
        assert 'f"{total - 1}"' in source


def test_the_order_follows_from_the_seed_and_takes_the_kinds_in_turn():
    found = slips(SOURCE, "shop")
    order = list(in_random_order(found, "a"))
    assert order == list(in_random_order(slips(SOURCE, "shop"), "a"))
    assert order != list(in_random_order(found, "b"))
    assert sorted(order, key=found.index) == found
    assert len({slip.kind for slip in order[: len(KINDS)]}) == len(KINDS)


def test_a_function_that_is_not_there_has_no_slips():
    assert slips(SOURCE, "none") == []
