"""Answers of Chat Completions, chunk by chunk and whole; over the wire they are in test_openai_model.py."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tddbot.generator.wire.chat_stream import of_completion, read_chat_stream
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.generator.wire.sse import DONE
from tests.generator.chat_server import BILLED, USAGE, chunk

LAST = {"choices": [], "usage": USAGE}


def read(*events: object) -> CallEnd:
    return read_chat_stream(events, 1_000)


def test_deltas_are_joined_and_the_usage_of_the_last_chunk_has_the_names_of_responses() -> None:
    ended = read(
        chunk({"role": "assistant", "content": ""}), chunk({"content": "a"}), chunk({"content": "b"}, "stop"), LAST
    )
    assert (ended.end, ended.text, ended.started) == (End.OK, "ab", True)
    assert ended.usage == BILLED
    assert ended.items == ({"role": "assistant", "content": "ab"},)


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_reasoning_beside_the_content_is_kept_and_is_no_answer(name: str) -> None:
    ended = read(chunk({name: "First "}), chunk({name: "this."}), chunk({"content": "b"}), chunk({}, "stop"), DONE)
    assert (ended.text, ended.reasoning) == ("b", "First this.")
    assert read(chunk({name: "only this"}), chunk({}, "stop"), DONE).end is End.EMPTY


@pytest.mark.parametrize(
    ("finish", "content", "end"),
    [
        ("stop", "x", End.OK),
        ("stop", " \n", End.EMPTY),
        ("stop", "<think>for ever", End.EMPTY),
        ("length", "x", End.TRUNCATED),
        ("length", "", End.EMPTY),
        ("content_filter", "x", End.FILTERED),
        ("tool_calls", "", End.EMPTY),
        ("tool_calls", "x", End.OK),
        ("eos", "x", End.OK),
        ("error", "x", End.TRANSIENT),
        ("insufficient_system_resource", "x", End.TRANSIENT),
    ],
)
def test_how_it_finishes_counts(finish: str, content: str, end: End) -> None:
    assert read(chunk({"content": content}), chunk({}, finish), DONE).end is end
    body = {"choices": [{"index": 0, "message": {"content": content}, "finish_reason": finish}]}
    assert of_completion(body, 1_000).end is end


def test_without_a_finish_reason_it_is_cut_off_even_with_done() -> None:
    assert read(chunk({"content": "x"}), DONE).end is End.CUT_OFF
    assert read(chunk({"content": "x"})).end is End.CUT_OFF
    assert read().end is End.CUT_OFF


def test_a_break_after_the_finish_reason_costs_only_the_usage() -> None:
    broken = CallEnd(End.CUT_OFF, "reset", started=True)
    ended = read(chunk({"content": "x"}), chunk({}, "stop"), broken)
    assert (ended.end, ended.usage) == (End.OK, None)
    assert read(chunk({"content": "x"}), broken) == broken


def test_a_refusal_is_no_empty_answer() -> None:
    ended = read(chunk({"refusal": "I will "}), chunk({"refusal": "not."}), chunk({}, "stop"), DONE)
    assert (ended.end, ended.detail) == (End.REFUSAL, "I will not.")


@pytest.mark.parametrize(
    ("error", "end"),
    [
        ({"message": "went down", "code": 502}, End.TRANSIENT),
        ({"message": "slow down", "code": "rate_limit_exceeded"}, End.RATE_LIMIT),
        ({"message": "maximum context length is 4096 tokens"}, End.OVERFLOW),
        ({"message": "slow down", "code": 429}, End.RATE_LIMIT),
        ("went down", End.TRANSIENT),
    ],
)
def test_an_error_within_the_stream_is_one(error: object, end: End) -> None:
    ended = read(chunk({"content": "x"}), {"error": error, "choices": []})
    assert ended.end is end
    assert ended.started


@pytest.mark.parametrize("choices", [None, "x", {}, [None], [7]])
def test_case_7_a_wrong_shape_is_a_protocol_ending(choices: object) -> None:
    assert read({"choices": choices}, DONE).end is End.PROTOCOL
    assert of_completion({"choices": choices}, 1_000).end is End.PROTOCOL


def test_output_that_fills_the_cap_counts_as_truncated() -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 1_000}
    assert read(chunk({"content": "x"}, "stop"), {"choices": [], "usage": usage}).end is End.TRUNCATED


def test_only_the_first_choice_is_read() -> None:
    assert read(chunk({"content": "a"}), chunk({"content": "b"}, index=1), chunk({}, "stop"), DONE).text == "a"


def test_it_reads_no_further_than_finish_and_usage() -> None:
    def events() -> Any:
        yield chunk({"content": "a"}, "stop")
        yield LAST
        raise AssertionError("read too far")

    assert read_chat_stream(events(), 1_000).end is End.OK


def test_content_in_parts_is_text() -> None:
    body = {"choices": [{"message": {"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}}]}
    assert of_completion(body, 1_000).text == "ab"


def test_deepseeks_cached_tokens_count() -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 1, "prompt_cache_hit_tokens": 4}
    ended = read(chunk({"content": "a"}, "stop"), {"choices": [], "usage": usage})
    assert ended.usage is not None
    assert ended.usage["input_tokens_details"]["cached_tokens"] == 4


NAMES = st.sampled_from(
    ["choices", "delta", "message", "content", "usage", "finish_reason", "error", "index", "reasoning", "refusal"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("stop"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.lists(JSON, max_size=4))
def test_no_shape_of_a_stream_crashes(events: list[object]) -> None:
    assert isinstance(read(*events), CallEnd)
    for event in events:
        if isinstance(event, dict):
            assert isinstance(of_completion(event, 100), CallEnd)
