"""Settings and ladder."""

from decimal import Decimal

import msgspec
import pytest

from tddbot.generator.billing import estimated_tokens
from tddbot.generator.ladder import ladder
from tddbot.generator.pricing import price_of
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


def test_tokens_are_estimated_upwards() -> None:
    assert [estimated_tokens(chars) for chars in (0, 1, 3, 4)] == [0, 1, 1, 2]
