"""Settings, and the estimate of tokens."""

from decimal import Decimal

import msgspec
import pytest

from tddbot.generator.asking.billing import estimated_tokens
from tddbot.generator.asking.pricing import price_of
from tddbot.generator.settings import Effort, ModelSettings, RungSettings, has_model


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


def test_tokens_are_estimated_upwards_from_bytes() -> None:
    assert [estimated_tokens(size) for size in (0, 1, 3, 4)] == [0, 1, 1, 2]


def test_an_own_ladder_comes_from_toml() -> None:
    given = {"api": "chat", "context_tokens": 8192, "ladder": [{"role": "large", "effort": "xhigh", "width": 3}, {}]}
    chosen = msgspec.convert(given, ModelSettings)
    assert chosen.ladder == (RungSettings("large", Effort.XHIGH, width=3), RungSettings("small", None))
    assert (chosen.api, chosen.context_tokens) == ("chat", 8192)


@pytest.mark.parametrize(
    "wrong",
    [{"api": "rest"}, {"context_tokens": 100}, {"ladder": [{"role": "tiny"}]}, {"ladder": [{"rounds": 0}]}],
)
def test_wrong_rungs_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, ModelSettings)
