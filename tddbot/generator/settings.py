"""What a user can set about the reasoning model, and whether there is one to ask. The key itself is no setting."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

_MOST_USD = 1_000_000
"""Per million tokens: whoever writes more has meant something else."""


class Effort(StrEnum):
    """How hard a reasoning model thinks before it answers; which of them a model takes differs."""

    NONE = "none"
    MINIMAL = "minimal"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    XHIGH = "xhigh"
    MAX = "max"


class RungSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[[tool.tddbot.model.ladder]]`: one rung of an own ladder."""

    role: Annotated[Literal["small", "large"], Meta(description="Which of the two models is asked.")] = "small"
    effort: Annotated[
        Effort | None, Meta(description="How hard it thinks; left out, that is the server's own choice.")
    ] = None
    rounds: Annotated[
        int, Meta(ge=1, le=20, description="The first answer and those to how it went; each rung starts afresh.")
    ] = 1
    width: Annotated[
        int, Meta(ge=1, le=20, description="Candidates side by side in the first round, each with a plan of its own.")
    ] = 1
    repaired: Annotated[int, Meta(ge=1, le=20, description="The candidates that each later round repairs.")] = 2
    name: Annotated[str, Meta(description="What the rung is called on the screen; else its role and effort.")] = ""


class ModelSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[tool.tddbot.model]`: which server and models are asked, and how long. Seconds are wall clock."""

    base_url: Annotated[
        str | None,
        Meta(description="The server's address, up to and with /v1; else OPENAI_BASE_URL, else OpenAI's own."),
    ] = None
    api_key_env: Annotated[
        str, Meta(min_length=1, description="The environment variable that holds the key, which is read from no file.")
    ] = "OPENAI_API_KEY"
    small: Annotated[str, Meta(min_length=1, description="The cheap and quick model, asked first.")] = "gpt-6-luna"
    large: Annotated[str, Meta(min_length=1, description="The model asked when the small one fails.")] = "gpt-6.2-sol"
    max_output_tokens: Annotated[
        int,
        Meta(
            ge=256, description="The most tokens of one answer, reasoning included; one cut short gets twice as many."
        ),
    ] = 32_000
    call_seconds: Annotated[
        float,
        Meta(gt=0, description="The longest that one call may take; a slower one is once given half as much again."),
    ] = 300.0
    retry_seconds: Annotated[
        float,
        Meta(gt=0, description="The first pause before a call is repeated; it doubles unless the server names one."),
    ] = 1.0
    prices: Annotated[
        dict[str, Annotated[tuple[Decimal, ...], Meta(min_length=3, max_length=4)]],
        Meta(
            description="By model name, US dollars per million tokens: input, cached input, output and, where it is not"
            " that of input, writing to the cache. A server on this machine has no other prices than these."
        ),
    ] = {}

    api: Annotated[
        Literal["auto", "responses", "chat"],
        Meta(
            description="The API that the server is asked by: auto finds out, Responses first, then Chat Completions."
        ),
    ] = "auto"
    context_tokens: Annotated[
        int,
        Meta(
            ge=4_096,
            description="What fits into the model's context, request and answer together; a smaller limit that the "
            "server names is learnt. What is too long for it is left out: first the map of the repository, then green "
            "tests, signatures and local variables.",
        ),
    ] = 200_000
    ladder: Annotated[
        tuple[RungSettings, ...],
        Meta(
            description="The rungs to climb, in order, each a table of its own; without any, small at low effort (2 "
            "rounds), small at high (1), large at medium (3), large at high (4 candidates, then a repair of 2)."
        ),
    ] = ()

    def __post_init__(self) -> None:
        """Refuse a price that would let a sum go down."""
        for model, price in self.prices.items():
            if not all(part.is_finite() and 0 <= part <= _MOST_USD for part in price):
                raise ValueError(f"the price of '{model}' must be numbers from 0 to {_MOST_USD:,}")

    def model(self, role: str) -> str:
        """Return the name of the model that a rung of this role asks."""
        return self.large if role == "large" else self.small


def has_model(settings: ModelSettings, environ: Mapping[str, str]) -> bool:
    """Whether there is a model to ask: a key, or a server of the user's own, which may need none."""
    return bool(environ.get(settings.api_key_env, "").strip() or server(settings, environ))


def server(settings: ModelSettings, environ: Mapping[str, str]) -> str | None:
    """Return the address that the user has set, in the settings or the environment, or None for OpenAI's own."""
    return settings.base_url or environ.get("OPENAI_BASE_URL", "").strip() or None
