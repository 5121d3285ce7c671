"""What tokens cost: prices as data, with their date. Nothing here knows a budget."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from tddbot.domain import Usage

DATED = "2026-11-22"
"""The day on which the prices below were read off the model pages of OpenAI's documentation."""

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens.

    `cache_write` is what input costs when the server keeps it for later calls. A call with more than `long_above`
    input tokens pays twice for its input and half as much again for its output; None: no such surcharge.
    """

    input: Decimal
    cached: Decimal
    output: Decimal
    cache_write: Decimal
    long_above: int | None = None


def _price(input_: str, cached: str, cache_write: str, output: str) -> Price:
    return Price(Decimal(input_), Decimal(cached), Decimal(output), Decimal(cache_write), long_above=272_000)


PRICES: Mapping[str, Price] = {
    "gpt-6-luna": _price("0.10", "0.01", "0.125", "0.50"),
    "gpt-6-sol": _price("2", "0.20", "2.50", "10"),
    "gpt-6.2-sol": _price("2", "0.10", "2.50", "10"),
}
"""The prices that come with tddbot; `ModelSettings.prices` takes precedence."""


def price_of(model: str, own: Mapping[str, tuple[Decimal, Decimal, Decimal]]) -> Price | None:
    """Return the model's price, `own` prices (input, cached, output) first, or None where it is unknown."""
    if model in own:
        input_, cached, output = own[model]
        return Price(input_, cached, output, cache_write=input_)
    return PRICES.get(model)


def priced(usage: Usage, price: Price | None, cache_writes: int = 0) -> Usage:
    """Return `usage` with what it costs; `cache_writes` of its input tokens were written to the server's cache."""
    if price is None:
        return replace(usage, usd=Decimal(0), unpriced_calls=usage.calls)
    is_long = price.long_above is not None and usage.input_tokens > price.long_above
    cached = min(usage.cached_tokens, usage.input_tokens)
    written = min(cache_writes, usage.input_tokens - cached)
    plain = usage.input_tokens - cached - written
    taken = (plain * price.input + cached * price.cached + written * price.cache_write) * (2 if is_long else 1)
    given = usage.output_tokens * price.output * (Decimal("1.5") if is_long else 1)
    return replace(usage, usd=(taken + given) / _MILLION)


def worst_case(input_tokens: int, output_tokens: int, price: Price | None) -> Usage:
    """Return what one call costs at most: all input written to the cache, the whole output cap used."""
    usage = Usage(calls=1, input_tokens=input_tokens, output_tokens=output_tokens)
    return priced(usage, price, cache_writes=input_tokens)
