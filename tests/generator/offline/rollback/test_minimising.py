"""Delta debugging on plain numbers."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.generator.offline.rollback.minimising import smallest


class Oracle:
    """Says that a set is enough which holds all of `needed`, and none of `harmful` without its guard (one less)."""

    def __init__(self, needed: Iterable[int], harmful: Iterable[int] = (), most: int = 10_000) -> None:
        self.needed, self.harmful, self.most = set(needed), set(harmful), most
        self.asked: list[tuple[int, ...]] = []
        self.calls = 0

    def __call__(self, sets: Iterable[tuple[int, ...]]) -> int | None:
        self.calls += 1
        for number, each in enumerate(sets):
            if len(self.asked) == self.most:
                return None
            self.asked.append(each)
            if self.is_enough(each):
                return number
        return None

    def is_enough(self, each: Iterable[int]) -> bool:
        kept = set(each)
        return self.needed <= kept and all(bad not in kept or bad - 1 in kept for bad in self.harmful)


@pytest.mark.parametrize("needed", [[0], [7], [99], [0, 99], [3, 4, 5], [1, 30, 60, 90]])
def test_what_is_needed_is_found(needed):
    oracle = Oracle(needed)
    assert smallest(range(100), oracle) == needed
    assert len(oracle.asked) == len(set(oracle.asked))


def test_one_of_many_takes_a_few_trials_and_one_call_for_each_halving():
    oracle = Oracle([700])
    assert smallest(range(1024), oracle) == [700]
    assert len(oracle.asked) <= 20
    assert oracle.calls == 10


def test_one_part_needs_no_trial():
    oracle = Oracle([5])
    assert smallest([5], oracle) == [5]
    assert oracle.asked == []


@given(st.sets(st.integers(0, 24), min_size=1), st.sets(st.integers(1, 24)))
def test_none_of_what_is_left_can_be_left_out(needed, harmful):
    oracle = Oracle(needed, harmful)
    parts = range(25)
    left = smallest(parts, oracle)
    assert oracle.is_enough(left)
    assert not any(oracle.is_enough([part for part in left if part != out]) for out in left)
    assert len(oracle.asked) == len(set(oracle.asked))


@given(st.sets(st.integers(0, 24), min_size=1), st.integers(0, 60))
def test_where_trials_run_out_what_is_left_is_enough_yet(needed, most):
    oracle = Oracle(needed, most=most)
    left = smallest(range(25), oracle)
    assert oracle.is_enough(left)
    assert len(oracle.asked) <= most
