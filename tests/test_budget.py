import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.budget import Budget, Ledger
from tddbot.domain import Usage
from tests.fakes import ManualClock

WIDE = Budget(usd=None, tokens=None, calls=None, seconds=None)


def call(usd: str = "0", tokens: int = 0, calls: int = 1) -> Usage:
    return Usage(calls=calls, input_tokens=tokens, usd=Decimal(usd))


@pytest.mark.parametrize(
    ("budget", "fits", "refusal"),
    [
        (Budget(calls=2), call(calls=2), "2 model calls"),
        (Budget(tokens=100), call(tokens=100), "100 tokens"),
        (Budget(usd=Decimal("1.5")), call(usd="1.5"), "1.5 USD"),
    ],
)
def test_a_limit_may_be_reached_and_not_passed(budget, fits, refusal):
    ledger = Ledger(budget)
    assert ledger.reserve(fits) is None
    assert refusal in ledger.reserve(call(usd="0.01", tokens=1))
    ledger.settle(fits, fits)
    assert ledger.exhausted() is None
    assert refusal in ledger.reserve(call(usd="0.01", tokens=1))
    assert ledger.spent == fits


def test_tokens_count_both_ways():
    ledger = Ledger(Budget(tokens=100))
    assert ledger.reserve(Usage(calls=1, input_tokens=60, output_tokens=41))


def test_what_is_free_goes_on_where_no_call_is_allowed():
    ledger = Ledger(Budget(calls=0, usd=Decimal(0)))
    assert ledger.exhausted() is None
    assert ledger.reserve(Usage()) is None
    assert ledger.reserve(call())


def test_a_refused_reservation_reserves_nothing():
    ledger = Ledger(Budget(calls=2))
    assert ledger.reserve(call(calls=3))
    assert ledger.reserve(call(calls=2)) is None


def test_the_bill_takes_the_place_of_the_worst_case():
    ledger = Ledger(Budget(usd=Decimal(1)))
    assert ledger.reserve(call(usd="0.9")) is None
    assert ledger.reserve(call(usd="0.9"))
    ledger.settle(call(usd="0.9"), call(usd="0.1"))
    assert ledger.reserve(call(usd="0.9")) is None


def test_exhausted_is_said_of_what_is_spent_and_not_of_what_is_reserved():
    ledger = Ledger(Budget(calls=10))
    ledger.reserve(call(calls=4))
    ledger.reserve(call(calls=6))
    ledger.settle(call(calls=4), call(calls=5))
    assert ledger.exhausted() is None
    ledger.settle(call(calls=6), call(calls=6))
    assert "10 model calls" in ledger.exhausted()


def test_settling_what_was_never_reserved_is_a_bug():
    with pytest.raises(ValueError, match="not in list"):
        Ledger(WIDE).settle(call(), call())


UNPRICED = Usage(calls=1, input_tokens=10, unpriced_calls=1)


def test_a_call_of_unknown_price_does_not_switch_the_limit_off_for_the_others():
    ledger = Ledger(Budget(usd=Decimal(1)))
    assert ledger.reserve(UNPRICED) is None
    ledger.settle(UNPRICED, UNPRICED)
    assert ledger.reserve(call(usd="0.9")) is None
    assert "1 USD" in ledger.reserve(call(usd="0.2"))
    ledger.settle(call(usd="0.9"), call(usd="1.1"))
    assert "1 USD" in ledger.exhausted()
    assert (ledger.spent.usd, ledger.spent.unpriced_calls) == (Decimal("1.1"), 1)


def test_calls_of_unknown_price_are_held_by_the_other_limits():
    assert "2 model calls" in Ledger(Budget(calls=2)).reserve(UNPRICED + UNPRICED + UNPRICED)
    assert "29 tokens" in Ledger(Budget(tokens=29)).reserve(UNPRICED + UNPRICED + UNPRICED)


def test_time_runs_from_the_opening():
    clock = ManualClock()
    ledger = Ledger(Budget(seconds=60), clock)
    clock.advance(59)
    assert (ledger.elapsed(), ledger.seconds_left(), ledger.exhausted()) == (59, 1, None)
    clock.advance(5)
    assert ledger.seconds_left() == 0
    assert ledger.exhausted() == "the 60 s for one target are used up"
    assert ledger.reserve(Usage())


def test_without_limits_nothing_is_refused():
    ledger = Ledger(WIDE, ManualClock())
    assert ledger.reserve(call(usd="1000000", tokens=10**9, calls=10**6)) is None
    assert ledger.seconds_left() == float("inf")


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=20), st.integers(0, 100))
def test_calls_side_by_side_never_overspend_together(calls, limit):
    ledger = Ledger(Budget(tokens=limit, calls=None))
    reserved = []
    for worst, bill in calls:
        if ledger.reserve(call(tokens=worst)) is None:
            reserved.append((worst, min(worst, bill)))
    for worst, bill in reserved:
        ledger.settle(call(tokens=worst), call(tokens=bill))
    assert ledger.spent.input_tokens == sum(bill for _, bill in reserved) <= limit


usages = st.builds(
    Usage,
    calls=st.integers(0, 2),
    input_tokens=st.integers(0, 50),
    output_tokens=st.integers(0, 50),
    usd=st.decimals(0, 1, allow_nan=False, places=2),
    unpriced_calls=st.integers(0, 1),
)
steps = st.lists(st.tuples(usages, st.integers(0, 5), st.fractions(0, 1)), max_size=40)


@given(steps, st.integers(0, 10), st.integers(0, 300), st.decimals(0, 3, places=2))
def test_no_order_of_reserving_and_settling_passes_a_limit(steps, calls, tokens, usd):
    """Each step reserves a usage, and settles what was reserved so many steps ago at a part of its worst."""
    ledger, open_ = Ledger(Budget(usd, tokens, calls, None)), []
    for worst, which, part in steps:
        if ledger.reserve(worst) is None:
            open_.append(worst)
        if which < len(open_):
            settled = open_.pop(which)
            ledger.settle(settled, replace(settled, input_tokens=int(settled.input_tokens * part)))
        taken = sum(open_, ledger.spent)
        assert ledger.exhausted() is None
        assert taken.calls <= calls
        assert taken.input_tokens + taken.output_tokens <= tokens
        assert taken.usd <= usd


def test_threads_share_one_limit():
    ledger = Ledger(Budget(calls=100))
    granted = []

    def spend() -> None:
        for _ in range(50):
            if ledger.reserve(call()) is None:
                ledger.settle(call(), call())
                granted.append(1)

    threads = [threading.Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(granted), ledger.spent.calls) == (100, 100)
