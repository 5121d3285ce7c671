from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.budget import Budget, Ledger
from tddbot.domain import Usage
from tddbot.generator.asking.billing import bill_of
from tddbot.generator.asking.pricing import price_list, price_of, priced, worst_case
from tddbot.generator.wire.chat_stream import of_completion
from tddbot.generator.wire.endings import CallEnd, End

PRICE = price_list().models["gpt-6.2-sol"]
WORST = worst_case(1_000, 500, PRICE)


def said(usage: Any, text: str = "x") -> CallEnd:
    return CallEnd(End.OK, text=text, usage=usage, started=True)


def test_the_worst_case_is_all_input_at_its_dearest_and_the_whole_output_cap():
    usage = {"input_tokens": 1_000, "output_tokens": 500, "input_tokens_details": {"cache_write_tokens": 1_000}}
    assert bill_of(said(usage), WORST, PRICE) == WORST
    odd = price_of("m", {"m": (Decimal(1), Decimal(3), Decimal(1), Decimal(2))})
    assert worst_case(1_000_000, 0, odd).usd == 3


def test_a_call_whose_end_is_not_known_costs_its_worst_and_a_refused_one_nothing():
    assert bill_of(CallEnd(End.TIMEOUT, started=True), WORST, PRICE) == WORST
    assert bill_of(CallEnd(End.RATE_LIMIT), WORST, PRICE) == Usage()


def test_a_bill_of_a_responses_server():
    usage = {
        "input_tokens": 900, "output_tokens": 300, "total_tokens": 1200,
        "input_tokens_details": {"cached_tokens": 800}, "output_tokens_details": {"reasoning_tokens": 250},
    }  # fmt: skip
    assert bill_of(said(usage), WORST, PRICE) == priced(Usage(1, 900, 800, 300, 250), PRICE)


@pytest.mark.parametrize("details", [{}, {"input_tokens_details": None}, {"input_tokens_details": [1]}])
def test_details_may_be_missing(details):
    bill = bill_of(said({"input_tokens": 900, "output_tokens": 300, **details}), WORST, PRICE)
    assert bill == priced(Usage(1, 900, 0, 300, 0), PRICE)


@pytest.mark.parametrize("nothing", [None, -1, True, "900", 900.5, 10**7 + 1, 10**400, [900], {}])
def test_what_a_server_does_not_say_or_cannot_mean_is_charged_at_the_estimate(nothing):
    assert bill_of(said({"output_tokens": 300, "input_tokens": nothing}), WORST, PRICE).input_tokens == 1_000
    assert bill_of(said({"output_tokens": nothing, "input_tokens": 900}), WORST, PRICE).output_tokens == 500
    assert bill_of(said({}), WORST, PRICE) == priced(Usage(1, 1_000, output_tokens=500), PRICE)
    assert bill_of(said(None), WORST, PRICE) == WORST


def test_nothing_read_and_nothing_written_for_an_answer_is_not_believed():
    assert bill_of(said({"input_tokens": 0, "output_tokens": 0}), WORST, PRICE).input_tokens == 1_000
    assert bill_of(said({"input_tokens": 0, "output_tokens": 0}), WORST, PRICE).output_tokens == 500
    assert bill_of(said({"input_tokens": 9, "output_tokens": 0}, text=""), WORST, PRICE).output_tokens == 0


def test_no_part_is_more_than_its_whole():
    usage = {
        "input_tokens": 100, "output_tokens": 50,
        "input_tokens_details": {"cached_tokens": 10**6, "cache_write_tokens": 10**6},
        "output_tokens_details": {"reasoning_tokens": 10**6},
    }  # fmt: skip
    assert bill_of(said(usage), WORST, PRICE) == priced(Usage(1, 100, 100, 50, 50), PRICE)


def test_a_call_of_unknown_price_keeps_its_tokens():
    worst = worst_case(1_000, 500, None)
    assert bill_of(said({"input_tokens": 900, "output_tokens": 3}), worst, None) == Usage(
        1, 900, output_tokens=3, unpriced_calls=1
    )


numbers = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.integers(0, 10**8)
counts = st.dictionaries(
    st.sampled_from(["cached_tokens", "cache_write_tokens", "reasoning_tokens", "input_tokens", "output_tokens"]),
    numbers,
)
usages = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "input_tokens": numbers,
        "output_tokens": numbers,
        "input_tokens_details": numbers | counts,
        "output_tokens_details": numbers | counts,
    },
)


@given(st.lists(usages, max_size=5), st.sampled_from([PRICE, None]))
def test_whatever_a_server_says_no_sum_goes_down_or_grows_beyond_measure(answers, price):
    ledger = Ledger(Budget(usd=None, tokens=None, calls=None, seconds=None))
    worst = worst_case(1_000, 500, price)
    for answer in answers:
        before = ledger.spent
        ledger.reserve(worst)
        ledger.settle(worst, bill_of(said(answer), worst, price))
        spent = ledger.spent
        assert spent.calls == before.calls + 1
        assert before.usd <= spent.usd <= before.usd + 300
        assert before.input_tokens <= spent.input_tokens <= before.input_tokens + 10**7
        assert before.output_tokens <= spent.output_tokens <= before.output_tokens + 10**7
        assert 0 <= spent.cached_tokens <= spent.input_tokens
        assert 0 <= spent.reasoning_tokens <= spent.output_tokens


CHAT = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 900, "completion_tokens": 300, "total_tokens": 1200,
        "prompt_tokens_details": {"cached_tokens": 800}, "completion_tokens_details": {"reasoning_tokens": 250},
    },
}  # fmt: skip


def test_a_bill_of_a_chat_server_is_read_in_the_same_way():
    assert bill_of(of_completion(CHAT, 500), WORST, PRICE) == priced(Usage(1, 900, 800, 300, 250), PRICE)


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": -5, "completion_tokens": 10**30}, "free of charge"])
def test_a_chat_server_that_says_nothing_of_use_is_charged_at_the_estimate(usage):
    bill = bill_of(of_completion({**CHAT, "usage": usage}, 500), WORST, PRICE)
    assert (bill.calls, bill.input_tokens, bill.output_tokens) == (1, 1_000, 500)
    assert 0 < bill.usd <= WORST.usd
