"""The codec between the jails: exact to the bit and to the type, and hard on whatever no encoder makes."""

import contextlib
import datetime
import json
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tddbot.runner.guest.split.faults import describe, rebuild
from tddbot.runner.guest.split.plain import MOST_DEPTH, Decoder, Encoder, from_text, to_text
from tddbot.runner.guest.split.scalars import NonsenseError, NotPlainError

HASHABLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.complex_numbers(allow_nan=False),
    st.text(st.characters()),
    st.binary(),
    st.decimals(allow_nan=False),
    st.fractions(),
    st.dates(),
    st.times(),
    st.datetimes(timezones=st.sampled_from([None, datetime.UTC, datetime.timezone(datetime.timedelta(hours=-3), "x")])),
    st.timedeltas(),
    st.builds(range, st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 9)),
    st.just(...),
)
VALUES = st.recursive(
    st.one_of(HASHABLE, st.binary().map(bytearray)),
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.sets(HASHABLE),
        st.frozensets(HASHABLE),
        st.dictionaries(HASHABLE, inner),
    ),
    max_leaves=20,
)


def there(value: Any) -> Any:
    return Decoder().decode(from_text(to_text(Encoder().encode(value))))


def same(one: Any, other: Any) -> bool:
    if type(one) is not type(other) or one != other:
        return False
    if isinstance(one, list | tuple):
        return all(map(same, one, other))
    if isinstance(one, dict):
        return all(map(same, one, other)) and all(map(same, one.values(), other.values()))
    return repr(one) == repr(other) or isinstance(one, set | frozenset)


@settings(deadline=None, max_examples=200)
@given(VALUES)
def test_what_goes_over_is_what_arrives(value: Any) -> None:
    assert same(there(value), value)


EDGES = ["\ud800", "\ud83d\ude00", "\U0001f600", -0.0, 2**3000, -(2**53), slice(1, None, 2)]


@pytest.mark.parametrize("value", EDGES, ids=range(len(EDGES)))
def test_edges_arrive(value: Any) -> None:
    assert repr(there(value)) == repr(value)


def test_no_number_arrives_as_none() -> None:
    assert math.isnan(there(math.nan))
    assert str(there(Decimal("-sNaN12"))) == "-sNaN12"
    assert there(Fraction(2, 4)) == Fraction(1, 2)


def test_what_is_shared_stays_shared() -> None:
    inner = [1]
    first, (second, _) = there([inner, (inner, {"a": inner})])
    assert first is second


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (Text("x"), "Text"),
        ([object()], "object"),
        (print, "builtin"),
        (int, "type"),
        (2**2_000_000, "bits"),
        ([0] * 600_000, "too many"),
        (datetime.datetime(2020, 1, 1, tzinfo=type("Zone", (datetime.tzinfo,), {})()), "Zone"),
    ],
    ids=["subclass", "object", "function", "class", "integer", "list", "zone"],
)
def test_anything_else_is_refused_by_name(value: Any, what: str) -> None:
    with pytest.raises(NotPlainError, match=what):
        Encoder().encode(value)


def test_data_that_holds_itself_or_nests_too_deeply_is_refused() -> None:
    loop: list[Any] = []
    loop.append((loop,))
    deep: list[Any] = []
    for _ in range(MOST_DEPTH + 1):
        deep = [deep]
    for value, what in ((loop, "itself"), (deep, "deeply")):
        with pytest.raises(NotPlainError, match=what):
            Encoder().encode(value)


HOSTILE = [
    "{}", "1.5", "NaN", "[1.0]", '{"a": 1}', "12345678901234567890", "[[]]", '["no such"]', '["l"]',
    '["l", 1, []]', '["l", 0, 5]', '["l", 0, [["@", 0]]]', '["@", 0]', '["@", -1]', '["@", true]',
    '["d", 0, [[["l", 1, []], 1]]]', '["d", 0, [[1, 2], [1, 3]]]', '["d", 0, [1]]', '["S", 0, [1, true]]',
    '["F", [1, 1]]', '["i", "1_0"]', '["i", " 1"]', '["i", "zz"]', '["f", "00"]', '["f", 1]', '["Q", 2, 4]',
    '["Q", 1, 0]', '["Q", 1, -1]', '["D", "x"]', '["D", " 1"]', '["dt", 1]', '["da", 0, 0, 0]',
    '["ti", 1, 1, 1, 1, ["a"], 0]', '["td", 1e9]', '["r", 1, 2, 0]', '["y", "*"]', '["y", 1]', '["s", "d8"]',
    '["c", 1]', '["e", 1]', '["sl", "x", 1, 1]', "[" * 100_000, '["t", [' * 5000, '["t",[' * 150 + "]]" * 150,
    "\ufeff1", "", "1 2",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_message_that_no_encoder_makes_is_nonsense(text: str) -> None:
    with pytest.raises(NonsenseError):
        Decoder().decode(from_text(text.encode()))


@settings(deadline=None, max_examples=300)
@given(
    st.recursive(
        st.one_of(st.none(), st.integers(), st.text(), st.sampled_from(["l", "d", "S", "t", "@", "dt", "D", "Q", "r"])),
        st.lists,
    )
)
def test_any_message_is_either_plain_data_or_nonsense(tree: Any) -> None:
    with contextlib.suppress(NonsenseError):
        Decoder().decode(from_text(json.dumps(tree).encode()))


def no_class(module: str, name: str) -> Any:
    raise NotPlainError(name)


def test_an_exception_arrives_with_its_causes_and_attributes() -> None:
    error = OSError(2, "No", "name")
    error.__cause__ = KeyError("k")
    error.extra = [1]  # type: ignore[attr-defined]
    seen = rebuild(there(describe(error)), no_class)

    assert type(seen) is FileNotFoundError
    assert (seen.filename, seen.errno, seen.extra) == ("name", 2, [1])  # type: ignore[attr-defined]
    assert seen.__cause__ is not None
    assert seen.__cause__.args == ("k",)


@pytest.mark.parametrize("name", ["KeyboardInterrupt", "GeneratorExit", "BaseException", "print", "__import__"])
def test_nothing_is_raised_that_would_end_pytest(name: str) -> None:
    told = {**describe(ValueError()), "name": name}
    with pytest.raises(NotPlainError):
        rebuild(told, no_class)


@pytest.mark.parametrize(
    "change",
    [
        {"args": []},
        {"name": "UnicodeDecodeError"},
        {"extra": {"__class__": 1}},
        {"own": {1: 2}},
        {"causes": []},
        {"causes": [1, None]},
        {"suppressed": 1},
        {"more": 1},
    ],
)
def test_an_exception_that_cannot_be_is_nonsense(change: dict[str, Any]) -> None:
    with pytest.raises(NonsenseError):
        rebuild({**describe(ValueError()), **change}, no_class)
