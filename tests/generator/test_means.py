"""Settings, ladder, prices and bills."""

from decimal import Decimal

import msgspec
import pytest

from tddbot.domain import Usage
from tddbot.generator.billing import bill_of, estimated_tokens
from tddbot.generator.endings import CallEnd, End
from tddbot.generator.ladder import ladder
from tddbot.generator.pricing import PRICES, price_of, priced, worst_case
from tddbot.generator.settings import ModelSettings, has_model


def test_without_a_model_the_ladder_is_the_offline_rung_alone() -> None:
    (only,) = ladder(has_model=False)
    assert (only.generator, only.width, only.rounds) == ("offline", 300, 1)


def test_with_a_model_the_ladder_goes_from_free_to_dear() -> None:
    rungs = ladder(has_model=True)
    assert [(rung.generator, rung.role, rung.effort, rung.rounds) for rung in rungs] == [
        ("offline", "", "", 1),
        ("model", "small", "low", 2),
        ("model", "small", "high", 1),
        ("model", "large", "medium", 3),
    ]
    assert len({rung.name for rung in rungs}) == len(rungs)


def test_a_key_or_a_server_of_ones_own_makes_a_model() -> None:
    assert not has_model(ModelSettings(), {})
    assert not has_model(ModelSettings(), {"OPENAI_API_KEY": " "})
    assert has_model(ModelSettings(), {"OPENAI_API_KEY": "sk"})
    assert has_model(ModelSettings(api_key_env="MINE"), {"MINE": "sk"})
    assert has_model(ModelSettings(base_url="http://localhost/v1"), {})
    assert has_model(ModelSettings(), {"OPENAI_BASE_URL": "http://localhost/v1"})


def test_settings_come_from_toml() -> None:
    given = {"small": "mine", "max_output_tokens": 4096, "prices": {"mine": [0.25, 0.025, 2]}}
    chosen = msgspec.convert(given, ModelSettings)
    assert chosen.model("small") == chosen.model("") == "mine"
    assert chosen.model("large") == ModelSettings().large
    assert price_of("mine", chosen.prices).input == Decimal("0.25")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "wrong", [{"smal": "x"}, {"call_seconds": 0}, {"max_output_tokens": 1}, {"prices": {"m": [1, 2]}}, {"small": ""}]
)
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, ModelSettings)


def test_the_default_models_have_prices() -> None:
    assert {ModelSettings().small, ModelSettings().large} <= set(PRICES)


def test_an_unknown_model_costs_an_unknown_sum() -> None:
    assert price_of("nobody-knows", {}) is None
    assert worst_case(1_000, 1_000, None) == Usage(1, 1_000, output_tokens=1_000, unpriced_calls=1)


def test_cached_written_and_plain_input_have_prices_of_their_own() -> None:
    usage = Usage(1, input_tokens=1_000_000, cached_tokens=500_000, output_tokens=1_000_000)
    large = PRICES["gpt-6.2-sol"]
    below = priced(Usage(1, 200_000, 100_000, 0), large, cache_writes=50_000).usd
    assert below == Decimal("0.05") * 2 + Decimal("0.1") * Decimal("0.10") + Decimal("0.05") * Decimal("2.5")
    assert priced(usage, large).usd == 2 * (Decimal(1) + Decimal("0.05")) + Decimal(15)


def test_own_prices_come_first() -> None:
    own = {"gpt-6-luna": (Decimal(9), Decimal(8), Decimal(7))}
    assert price_of("gpt-6-luna", own) != PRICES["gpt-6-luna"]


def test_no_bill_passes_the_worst_case_that_was_reserved_for_it() -> None:
    price = PRICES["gpt-6.2-sol"]
    worst = worst_case(1_000, 500, price)
    said = {"input_tokens": 1_000, "output_tokens": 500, "input_tokens_details": {"cache_write_tokens": 1_000}}
    assert bill_of(CallEnd(End.OK, text="x", usage=said, started=True), worst, price) == worst
    assert bill_of(CallEnd(End.TIMEOUT, started=True), worst, price) == worst
    assert bill_of(CallEnd(End.RATE_LIMIT), worst, price) == Usage()


def test_tokens_are_estimated_upwards() -> None:
    assert [estimated_tokens(chars) for chars in (0, 1, 3, 4)] == [0, 1, 1, 2]
