from datetime import date
from decimal import Decimal

import msgspec
import pytest

from tddbot.domain import Usage
from tddbot.generator.asking.pricing import is_local, price_list, price_of, priced, worst_case
from tddbot.generator.settings import ModelSettings

PRICES = price_list().models
OWN = {"mine": (Decimal("0.25"), Decimal("0.025"), Decimal(2)), "gpt-6-luna": (Decimal(9), Decimal(8), Decimal(7))}


def test_the_list_is_dated_and_has_the_default_models():
    assert date.fromisoformat(price_list().dated) >= date(2026, 11, 22)
    assert {ModelSettings().small, ModelSettings().large} <= set(PRICES)
    assert all(0 < price.cached <= price.input < price.output for price in PRICES.values())


def test_an_unknown_model_costs_an_unknown_sum():
    assert price_of("nobody-knows", {}) is None
    assert worst_case(1_000, 1_000, None) == Usage(1, 1_000, output_tokens=1_000, unpriced_calls=1)
    assert priced(Usage(1, 10, usd=Decimal(5)), None) == Usage(1, 10, unpriced_calls=1)


def test_cached_written_and_plain_input_have_prices_of_their_own():
    usage = Usage(1, input_tokens=1_000_000, cached_tokens=500_000, output_tokens=1_000_000)
    large = PRICES["gpt-6.2-sol"]
    below = priced(Usage(1, 200_000, 100_000, 0), large, cache_writes=50_000).usd
    assert below == Decimal("0.05") * 2 + Decimal("0.1") * Decimal("0.10") + Decimal("0.05") * Decimal("2.5")
    assert priced(usage, large).usd == 2 * (Decimal(1) + Decimal("0.05")) + Decimal(15)


def test_own_prices_come_first_and_may_name_the_cache():
    price = price_of("gpt-6-luna", OWN)
    assert (price.input, price.cached, price.output, price.cache_write) == (9, 8, 7, 9)
    assert price_of("m", {"m": (Decimal(1), Decimal(2), Decimal(3), Decimal(4))}).cache_write == 4


@pytest.mark.parametrize(
    "name", ["gpt-6-sol-2026-08-07", "gpt-6-sol-20260807", "openai/gpt-6-sol", "a/b/gpt-6-sol-2026-08-07"]
)
def test_a_vendor_before_a_name_and_a_date_behind_it_change_no_price(name):
    assert price_of(name, {}) == PRICES["gpt-6-sol"]
    own = {"gpt-6-sol": (Decimal(1), Decimal(1), Decimal(1))}
    assert price_of(name, own).input == 1
    assert price_of(name, {**own, name: (Decimal(2), Decimal(2), Decimal(2))}).input == 2


@pytest.mark.parametrize("name", ["", "/", "gpt-6", "gpt-6-sol-mini", "gpt-6-sol:free", "gpt-6-sol-2026", "xgpt-6-sol"])
def test_a_name_that_is_only_like_a_known_one_has_no_price(name):
    assert price_of(name, {}) is None


@pytest.mark.parametrize(
    "server",
    ["http://localhost:1234/v1", "http://127.0.0.1/v1", "http://[::1]:8080", "http://a.localhost", "http://0.0.0.0/v1"],
)
def test_a_server_on_this_machine_has_only_prices_of_ones_own(server):
    assert is_local(server)
    assert price_of("gpt-6-sol", OWN, server) is None
    assert price_of("mine", OWN, server).output == 2


@pytest.mark.parametrize("server", [None, "", "https://openrouter.ai/api/v1", "http://10.0.0.7/v1", "http://[", "x"])
def test_any_other_server_has_the_known_prices(server):
    assert not is_local(server)
    assert price_of("gpt-6-sol", OWN, server) == PRICES["gpt-6-sol"]


@pytest.mark.parametrize("price", [[1, 2], [1, 2, 3, 4, 5], [1, 1, -1], [float("nan"), 1, 1], [1, float("inf"), 1]])
def test_a_price_that_is_none_is_refused(price):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"prices": {"m": price}}, ModelSettings)
