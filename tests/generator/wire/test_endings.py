"""What status codes, headers and policies come to; the wire itself is in test_openai_model.py."""

import pytest

from tddbot.generator.asking.retry import Again, again
from tddbot.generator.wire.endings import CallEnd, End, of_status, plain
from tddbot.generator.wire.stream import read_stream


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:30 GMT", "date": "Wed, 21 Oct 2015 07:28:00 GMT"}, 30.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", "date": "Wed, 21 Oct 2015 07:28:30 GMT"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
        ({"retry-after": "soon", "date": "now"}, None),
        ({"retry-after": f"Wed, {10**20} Oct 2015 07:28:30 GMT", "date": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
        ({"retry-after-ms": "x"}, None),
        ({}, None),
    ],
)
def test_when_a_server_wants_to_be_asked_again(headers: dict[str, str], seconds: float | None) -> None:
    assert of_status(429, {}, headers).retry_after == seconds


@pytest.mark.parametrize(
    "body", [None, "", "words", [], 7, {"error": None}, {"error": "words"}, {"error": {"code": 7}}]
)
@pytest.mark.parametrize(
    ("status", "end"),
    [
        (302, End.PROTOCOL),
        (400, End.CAPABILITY),
        (401, End.AUTHENTICATION),
        (402, End.QUOTA),
        (408, End.TRANSIENT),
        (409, End.TRANSIENT),
        (413, End.OVERFLOW),
        (418, End.CAPABILITY),
        (429, End.RATE_LIMIT),
        (501, End.CAPABILITY),
        (529, End.TRANSIENT),
    ],
)
def test_a_status_counts_whatever_the_body(status: int, end: End, body: object) -> None:
    assert of_status(status, body, {}).end is end


def test_words_of_a_page_are_freed_of_markup_and_cut() -> None:
    assert plain("<html><style>p {}</style><p>Bad\n\n<b>Gateway</b></p>") == "Bad Gateway"
    assert len(plain("x" * 9_999)) == 500


def ends(*ended: CallEnd) -> Again | None:
    return again(ended, pause=1.0, jitter=0.0)


def test_each_ending_has_tries_of_its_own() -> None:
    slow, down, cut = CallEnd(End.RATE_LIMIT), CallEnd(End.TRANSIENT), CallEnd(End.TRUNCATED)
    assert [ends(*[slow] * n) and ends(*[slow] * n).wait for n in range(1, 5)] == [1.0, 2.0, 4.0, None]  # type: ignore[union-attr]
    assert ends(down, down) == Again(wait=2.0)
    assert ends(down, down, down) is None
    assert ends(down, down, cut) == Again(output=2)
    assert ends(cut, cut) is None
    assert ends(CallEnd(End.RATE_LIMIT, retry_after=9.0)) == Again(wait=9.0)
    assert ends(CallEnd(End.TIMEOUT)) == Again(time=1.5)
    assert ends(CallEnd(End.TIMEOUT), CallEnd(End.TIMEOUT)) == Again(easier=True)
    assert ends(CallEnd(End.EMPTY)) == Again()
    assert ends(CallEnd(End.EMPTY, "max_output_tokens")) == Again(output=2)
    assert again([down], pause=1.0, jitter=1.0) == Again(wait=1.5)


@pytest.mark.parametrize("end", [End.OK, End.REFUSAL, End.FILTERED, End.AUTHENTICATION, End.QUOTA, End.CAPABILITY])
def test_some_calls_are_never_made_again(end: End) -> None:
    assert ends(CallEnd(end)) is None


def test_thinking_within_the_text_is_no_answer() -> None:
    def said(text: str) -> CallEnd:
        return read_stream([{"type": "response.output_text.delta", "delta": text}, {"type": "response.completed"}], 100)

    assert said("<think>a.py\n```\nx\n```</think>b").text == "b"
    assert said("<think>for ever").end is End.EMPTY


def test_a_stream_without_items_is_replayed_as_its_text() -> None:
    call = read_stream(
        [{"type": "response.output_text.delta", "delta": "a\ud800"}, {"type": "response.completed"}], 100
    )
    assert call.items == ({"role": "assistant", "content": "a?"},)


def test_reasoning_without_its_sealed_content_is_not_replayed() -> None:
    output = [
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "message", "content": [{"type": "output_text", "text": "x", "annotations": []}], "phase": None},
    ]
    call = read_stream([{"type": "response.completed", "response": {"output": output}}], 100)
    assert [item["type"] for item in call.items] == ["message"]
    assert "phase" not in call.items[0]


@pytest.mark.parametrize(
    "junk", [None, 7, "x", [], [[]], {}, {"content": 7}, {"type": "message", "content": [None, {}]}]
)
def test_no_shape_of_a_response_crashes(junk: object) -> None:
    for response in (junk, {"output": junk}, {"output": [junk]}, {"usage": junk}, {"incomplete_details": junk}):
        for kind in ("response.completed", "response.incomplete", "response.failed", "error"):
            events = [{"type": "response.output_item.done", "item": junk}, {"type": kind, "response": response}]
            assert read_stream(events, 100).end is not End.OK
