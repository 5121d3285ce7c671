"""What tokens cost: the dated prices of prices.json, and those that a user has set. Nothing here knows a budget."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

import msgspec

from tddbot.domain import Usage

_MILLION = Decimal(1_000_000)
_DATE = re.compile(r"-\d{4}-?\d{2}-?\d{2}$")

OwnPrices = Mapping[str, tuple[Decimal, ...]]
"""By model name: input, cached input, output and, where it is not that of input, what writing to the cache costs."""


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


class PriceList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The prices that come with tddbot: read off `source` on the day `dated` (ISO 8601)."""

    dated: str
    source: str
    models: dict[str, Price]


@cache
def price_list() -> PriceList:
    """Return the prices that come with tddbot."""
    return msgspec.json.decode(files("tddbot.generator.asking").joinpath("prices.json").read_bytes(), type=PriceList)


def price_of(model: str, own: OwnPrices, server: str | None = None) -> Price | None:
    """Return the model's price, `own` prices first, or None where it is unknown.

    A name with a vendor before it or a date behind it has the price of the name without. A `server` on this machine
    has only a user's own prices: it may call anything by any name, and what it costs is not what OpenAI asks.
    """
    known = {} if is_local(server) else price_list().models
    for name in _names(model):
        if name in own:
            input_, cached, output, *rest = own[name]
            return Price(input_, cached, output, cache_write=rest[0] if rest else input_)
        if name in known:
            return known[name]
    return None


def is_local(server: str | None) -> bool:
    """Whether the address of a server is one of this machine; None is OpenAI's own."""
    try:
        host = urlsplit(server or "").hostname or ""
    except ValueError:
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _names(model: str) -> Iterator[str]:
    """Yield what a model may be listed as, the exact name first: `openai/gpt-x-2026-08-07` is also `gpt-x`."""
    bare = model.rpartition("/")[2]
    yield from dict.fromkeys((model, _DATE.sub("", model), bare, _DATE.sub("", bare)))


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
    return replace(usage, usd=(taken + given) / _MILLION, unpriced_calls=0)


def worst_case(input_tokens: int, output_tokens: int, price: Price | None) -> Usage:
    """Return what one call costs at most: all input at its dearest, the whole output cap used."""
    dearest = price and replace(price, input=max(price.input, price.cached, price.cache_write))
    return priced(Usage(calls=1, input_tokens=input_tokens, output_tokens=output_tokens), dearest)
