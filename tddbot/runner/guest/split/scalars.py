"""Plain values without parts, as tagged JSON: `[tag, text or number, …]`. Exact types only, and back again strictly."""

from __future__ import annotations

import base64
import datetime
import decimal
import fractions
import math
import re
import struct
from typing import Any, Callable

MOST_DIGITS = 250_000
"""Hexadecimal digits of an integer, which is a million bits; reading them takes linear time."""

_MOST_FRACTION_DIGITS = 16_000
_NATIVE = 1 << 53
_HEX = re.compile(r"-?[0-9a-f]+\Z")
_DECIMAL = re.compile(r"-?([0-9]+(\.[0-9]+)?(E[+-][0-9]+)?|Infinity|s?NaN[0-9]*)\Z")


class NotPlainError(Exception):
    """What is to be passed over is no plain data; the argument says in one clause why."""


class NonsenseError(Exception):
    """What came in is not what an honest other side sends."""


def from_int(value: int) -> Any:
    """Small integers are JSON's own; others are hexadecimal, since decimal takes quadratic time."""
    if -_NATIVE < value < _NATIVE:
        return value
    if value.bit_length() > 4 * MOST_DIGITS:
        raise NotPlainError("an integer of %d bits" % value.bit_length())
    return ["i", "%x" % value]


def to_int(text: Any, most: int = MOST_DIGITS) -> int:
    """Return the integer; raise NonsenseError where it is none."""
    if type(text) is int:
        return int(text)
    if type(text) is not str or len(text) > most + 1 or not _HEX.match(text):
        raise NonsenseError("no integer")
    return int(text, 16)


def from_str(value: str) -> Any:
    """Text is JSON's own, unless it holds half a surrogate pair."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return ["s", value.encode("utf-32-be", "surrogatepass").hex()]
    return value


def from_bytes(value: bytes) -> str:
    """Return base 64."""
    return base64.b64encode(value).decode("ascii")


def to_bytes(text: Any) -> bytes:
    """Return the bytes; raise NonsenseError where `text` is not base 64."""
    if type(text) is not str:
        raise NonsenseError("no bytes")
    return base64.b64decode(text, validate=True)


def _float(value: float) -> str:
    return struct.pack(">d", value).hex()  # exact, a not-a-number's bits included


def _to_float(text: str) -> float:
    return float(struct.unpack(">d", bytes.fromhex(text))[0])


def _part(value: Any) -> Any:
    """An integer as a part of something else."""
    tree = from_int(value)
    return tree if type(tree) is int else tree[1]


def _optional(value: Any) -> Any:
    if value is not None and type(value) is not int:
        raise NotPlainError("a slice of %s" % type(value).__name__)
    return None if value is None else _part(value)


def _to_optional(part: Any) -> Any:
    return None if part is None else to_int(part)


def _zone(value: Any) -> Any:
    """A fixed offset as its parts: (days, seconds, microseconds) or with a name."""
    if value is None:
        return None
    if type(value) is not datetime.timezone:
        raise NotPlainError("a time zone of %s" % type(value).__name__)
    offset, *name = value.__getinitargs__()  # type: ignore[attr-defined]
    return [offset.days, offset.seconds, offset.microseconds, *map(from_str, name)]


def _to_zone(parts: Any) -> Any:
    if parts is None:
        return None
    days, seconds, microseconds, *name = parts
    if len(name) > 1 or not all(type(part) is str for part in name):
        raise NonsenseError("no time zone")
    return datetime.timezone(datetime.timedelta(days, seconds, microseconds), *name)


def _clock(value: Any) -> list[Any]:
    return [value.hour, value.minute, value.second, value.microsecond, _zone(value.tzinfo), value.fold]


def _to_clock(parts: Any) -> Any:
    hour, minute, second, microsecond, zone, fold = parts
    return datetime.time(hour, minute, second, microsecond, _to_zone(zone), fold=fold)


def _fraction(numerator: Any, denominator: Any) -> fractions.Fraction:
    above, below = (to_int(part, _MOST_FRACTION_DIGITS) for part in (numerator, denominator))
    if below < 1 or math.gcd(above, below) != 1:
        raise NonsenseError("no fraction in lowest terms")
    return fractions.Fraction(above, below)


def _from_fraction(value: fractions.Fraction) -> list[Any]:
    parts = value.numerator, value.denominator
    if max(part.bit_length() for part in parts) > 4 * _MOST_FRACTION_DIGITS:
        raise NotPlainError("a fraction of too many digits")
    return [_part(part) for part in parts]


def _decimal(text: str) -> decimal.Decimal:
    if not _DECIMAL.match(text):
        raise NonsenseError("no decimal number")
    return decimal.Decimal(text)


FROM: dict[type, tuple[str, Callable[[Any], list[Any]]]] = {
    float: ("f", lambda value: [_float(value)]),
    complex: ("c", lambda value: [_float(value.real), _float(value.imag)]),
    bytes: ("y", lambda value: [from_bytes(value)]),
    decimal.Decimal: ("D", lambda value: [str(value)]),
    fractions.Fraction: ("Q", _from_fraction),
    datetime.datetime: ("dt", lambda value: [value.year, value.month, value.day, *_clock(value)]),
    datetime.date: ("da", lambda value: [value.year, value.month, value.day]),
    datetime.time: ("ti", _clock),
    datetime.timedelta: ("td", lambda value: [value.days, value.seconds, value.microseconds]),
    range: ("r", lambda value: [_part(value.start), _part(value.stop), _part(value.step)]),
    slice: ("sl", lambda value: [_optional(value.start), _optional(value.stop), _optional(value.step)]),
    type(Ellipsis): ("e", lambda _: []),
}
"""By exact type: the tag, and the parts that follow it."""

TO: dict[str, Callable[..., Any]] = {
    "i": to_int,
    "s": lambda text: bytes.fromhex(text).decode("utf-32-be", "surrogatepass"),
    "f": _to_float,
    "c": lambda real, imaginary: complex(_to_float(real), _to_float(imaginary)),
    "y": to_bytes,
    "D": _decimal,
    "Q": _fraction,
    "dt": lambda year, month, day, *clock: datetime.datetime.combine(datetime.date(year, month, day), _to_clock(clock)),
    "da": lambda year, month, day: datetime.date(year, month, day),
    "ti": lambda *clock: _to_clock(clock),
    "td": lambda days, seconds, micro: datetime.timedelta(to_int(days), to_int(seconds), to_int(micro)),
    "r": lambda start, stop, step: range(to_int(start), to_int(stop), to_int(step)),
    "sl": lambda start, stop, step: slice(_to_optional(start), _to_optional(stop), _to_optional(step)),
    "e": lambda: Ellipsis,
}
"""By tag: what makes the value of the parts. Parts of a wrong kind raise one of REFUSALS."""

REFUSALS = (NonsenseError, ValueError, TypeError, OverflowError, ArithmeticError, AttributeError, struct.error)
