"""Server-sent events, however they are cut."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tddbot.generator.wire.endings import CallEnd, End
from tddbot.generator.wire.sse import DONE, events

EVENTS = [{"text": "grüße 🙂"}, {"n": 2}]


def body(end: str = "\n") -> bytes:
    lines = [
        ": a comment",
        "",
        *(part for event in EVENTS for part in ("event: x", _data(event), "")),
        f"data: {DONE}",
        "",
    ]
    return "".join(line + end for line in lines).encode()


def _data(event: object) -> str:
    return f"data: {json.dumps(event, ensure_ascii=False)}"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_end_of_line_is_one(end: str) -> None:
    assert list(events([body(end)])) == [*EVENTS, DONE]


@settings(deadline=None)
@given(st.lists(st.integers(0, len(body("\r\n"))), max_size=12))
def test_it_makes_no_difference_where_the_chunks_are_cut(cuts: list[int]) -> None:
    whole, places = body("\r\n"), [0, *sorted(cuts), len(body("\r\n"))]
    chunks = [whole[start:end] for start, end in pairwise(places)]
    assert list(events(chunks)) == [*EVENTS, DONE]


def test_byte_by_byte() -> None:
    assert list(events([bytes([byte]) for byte in body("\r\n")])) == [*EVENTS, DONE]


def test_data_over_several_lines_is_one_event() -> None:
    assert list(events([b'data: {"a":\ndata: 1}\n\n'])) == [{"a": 1}]


def test_a_last_event_without_its_blank_line_counts_if_it_is_whole() -> None:
    assert list(events([b'data: {"a": 1}'])) == [{"a": 1}]
    assert list(events([b'data: {"a": 1}\n'])) == [{"a": 1}]
    assert list(events([b'data: {"a": '])) == []


def test_bytes_that_are_no_utf_8_are_replaced() -> None:
    assert list(events([b'data: {"a": "\xff"}\n\n'])) == [{"a": "�"}]


@pytest.mark.parametrize("data", ["{not json", "[" * 200_000, "9" * 10_000])
def test_what_is_no_json_ends_it_as_a_value(data: str) -> None:
    (ended,) = events([f"data: {data}\n\n".encode(), b'data: {"later": 1}\n\n'])
    assert isinstance(ended, CallEnd)
    assert ended.end is End.PROTOCOL
    assert len(ended.detail) <= 500


def test_nothing_is_read_after_the_end() -> None:
    broken = CallEnd(End.CUT_OFF)
    assert list(events([b"data: 1\n\n", broken, b"data: 2\n\n"])) == [1, broken]
    assert list(events([b"data: [DONE]\n\ndata: 2\n\n"])) == [DONE]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=30), max_size=6))
def test_no_bytes_crash_it(chunks: list[bytes]) -> None:
    list(events(chunks))


def test_a_carriage_return_at_a_chunks_end_ends_the_line_whatever_follows() -> None:
    assert list(events([b'data: {"n": 1}\r', b": a", b" comment"])) == [{"n": 1}]
