import math

import pytest

from tddbot.ties.values import Opaque, behaviour, kind_of, read, written


@pytest.mark.parametrize(
    "text",
    ["1", "-2.5", "'a\\nb'", "[1, (2,), {'k': None}]", "set()", "{1, 10, 2}", "frozenset({1})", "b'x'", "True", "()"],
)
def test_what_is_read_is_written_again(text: str) -> None:
    value = read(text)
    assert read(written(value)) == value
    assert not isinstance(value, Opaque)


def test_numbers_that_are_no_numbers_are_values_too() -> None:
    assert math.isnan(read("float('nan')"))
    assert written(read("[-1.0, float('inf')]")) == "[-1.0, float('inf')]"
    assert read("complex(1.0, -2.0)") == complex(1, -2)


@pytest.mark.parametrize("text", ["Decimal('1.5')", "Point(1, 2)", "x", "f(", "[1, y]", "1 + 1"])
def test_what_is_no_plain_value_is_carried_as_it_is(text: str) -> None:
    assert read(text) == Opaque(text)
    assert written(read(text)) == text


def test_nothing_is_called_to_read_a_value() -> None:
    assert kind_of(read("exit()")) == "exit"


def test_equal_sets_have_one_text() -> None:
    assert written({"b", "a", "c"}) == written({"c", "b", "a"}) == "{'a', 'b', 'c'}"
    assert written({1, "a"}) == written({"a", 1})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1", "1.0"),
        ("[0.1, 2]", "[0.1, 2.0]"),
        ("0.3", "0.30000000000000004"),
        ("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}"),
    ],
)
def test_what_no_test_tells_apart_is_the_same_behaviour(one: str, other: str) -> None:
    assert behaviour(one) == behaviour(other)


@pytest.mark.parametrize(("one", "other"), [("1", "True"), ("[1]", "(1,)"), ("''", "None"), ("0.3", "0.31")])
def test_what_a_test_tells_apart_is_not(one: str, other: str) -> None:
    assert behaviour(one) != behaviour(other)


@pytest.mark.parametrize(
    "text",
    [
        "{frozenset({1.5}), frozenset()}",
        "{frozenset({1, 2}): {'a': (1.0,)}}",
        "{(frozenset({2.0}),)}",
        "{float('nan'), 1}",
    ],
)
def test_sets_may_hold_sets(text: str) -> None:
    assert behaviour(text) == behaviour(written(read(text)))


def test_a_set_is_the_same_frozen_or_not() -> None:
    assert behaviour("{1, 2.0}") == behaviour("frozenset({1, 2})")


@pytest.mark.parametrize(
    "text",
    [
        f"[{'1,' * 100_000}]",
        f"{'-' * 3_000}1",
        f"{'[' * 150}{']' * 150}",
        f"0x{'f' * 20_000}",
        "bytearray(300000000)",
        r"'\d' 1",
        "'\ud800'",
        "'\0'",
    ],
    ids=["long", "negated", "deep", "large", "of a size", "odd", "half a pair", "nul"],
)
def test_what_no_laboratory_writes_is_carried_as_it_is_and_takes_next_to_nothing(text: str) -> None:
    assert read(text) == Opaque(text)
    assert behaviour(text) == text
