"""An answer of the Responses API, event by event or whole, to the ending of the call. Pure: events are JSON values.

Nothing of it is taken on trust: any field may be missing or of another type, and a stream that breaks off is no
success.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tddbot.generator.wire.endings import CallEnd, End, Json, of_error, plain
from tddbot.generator.wire.thinking import answer_and_thinking, readable

_FINISHES = {"response.completed", "response.incomplete", "response.done"}


def read_stream(events: Iterable[object], output_cap: int) -> CallEnd:
    """Return how the call ended; reads no further than the event that finishes it.

    A `CallEnd` among the events is how the stream itself ended.
    """
    items: dict[int, Json] = {}
    deltas: list[str] = []
    for event in events:
        if isinstance(event, CallEnd):
            return event
        data = as_object(event)
        kind = data.get("type")
        if kind == "response.output_item.done" and isinstance(data.get("item"), Mapping):
            index = data.get("output_index")
            items[index if isinstance(index, int) else len(items)] = data["item"]
        elif kind == "response.output_text.delta" and isinstance(data.get("delta"), str):
            deltas.append(data["delta"])
        elif isinstance(kind, str) and kind in _FINISHES:
            return of_response(as_object(data.get("response")), output_cap, _in_order(items), "".join(deltas))
        elif kind == "response.failed":
            response = as_object(data.get("response"))
            return of_error(response.get("error"), _usage(response))
        elif kind == "error" or data.get("error"):
            failed = of_error(data)
            return replace(failed, started=failed.started or bool(deltas))
    return CallEnd(End.CUT_OFF, started=True)


def of_response(response: Json, output_cap: int, items: Iterable[Json] = (), streamed: str = "") -> CallEnd:
    """Return the ending that a response object is; `items` and `streamed` are what the stream brought before it."""
    output = tuple(items) or tuple(objects(response.get("output")))
    text, thought = answer_and_thinking("".join(_texts(output)) or streamed)
    usage, reasoning = _usage(response), readable(*_reasoning(output), thought)
    refusal = "".join(_parts(output, "refusal", "refusal"))
    if refusal:
        return CallEnd(End.REFUSAL, plain(refusal), usage=usage, started=True, reasoning=reasoning)
    if response.get("status") == "failed":
        return of_error(response.get("error"), usage)
    if _was_cut(response, usage, output_cap):
        reason = as_object(response.get("incomplete_details")).get("reason")
        end = End.FILTERED if reason == "content_filter" else End.TRUNCATED if text.strip() else End.EMPTY
        words = plain(reason or "the output cap was reached")
        return CallEnd(end, words, usage=usage, started=True, reasoning=reasoning)
    if not text.strip():
        return CallEnd(End.EMPTY, usage=usage, started=True, reasoning=reasoning)
    replay = _replayable(output) or as_items(text)
    return CallEnd(End.OK, text=text, items=replay, usage=usage, started=True, reasoning=reasoning)


def _was_cut(response: Json, usage: Json | None, output_cap: int) -> bool:
    """Whether the answer is incomplete, be it that the server says so or that its output fills the cap."""
    if response.get("status") == "incomplete" or response.get("incomplete_details"):
        return True
    used = (usage or {}).get("output_tokens")
    return isinstance(used, int) and used >= output_cap


def _replayable(output: Iterable[Json]) -> tuple[Json, ...]:
    """Return the items that a server without memory takes back: reasoning only with its encrypted content."""
    kept = (item for item in output if item.get("type") != "reasoning" or item.get("encrypted_content"))
    return tuple(_sendable(item) for item in kept)


def _sendable(item: Json) -> Json:
    """Return the item without nulls, which servers write but do not take, and without lone surrogates."""
    bare = {name: value for name, value in item.items() if value is not None}
    text = json.dumps(bare, ensure_ascii=False).encode("utf-8", "replace")
    sendable: dict[str, Any] = json.loads(text)
    return sendable


def as_items(text: str) -> tuple[Json, ...]:
    """Return an answer that came as nothing but text as the items to replay."""
    return (_sendable({"role": "assistant", "content": text}),)


def _reasoning(output: Iterable[Json]) -> Iterator[str]:
    """Yield the summaries of the reasoning items, and where one has none its text, which only open models give."""
    for item in output:
        if item.get("type") == "reasoning":
            said = [*objects(item.get("summary"))] or [*objects(item.get("content"))]
            yield from (part["text"] for part in said if isinstance(part.get("text"), str))


def _texts(output: Iterable[Json]) -> Iterator[str]:
    return _parts(output, "output_text", "text")


def _parts(output: Iterable[Json], kind: str, field: str) -> Iterator[str]:
    """Yield one field of every content part of a kind, over all messages."""
    for item in output:
        if item.get("type") == "message":
            for part in objects(item.get("content")):
                if part.get("type") == kind and isinstance(part.get(field), str):
                    yield part[field]


def _in_order(items: Mapping[int, Json]) -> tuple[Json, ...]:
    return tuple(items[index] for index in sorted(items))


def _usage(response: Json) -> Json | None:
    usage = response.get("usage")
    return usage if isinstance(usage, Mapping) else None


def as_object(value: object) -> Json:
    """Return a JSON object, empty where it is none."""
    return value if isinstance(value, Mapping) else {}


def objects(value: object) -> Iterator[Json]:
    """Yield the objects of a JSON array, none where it is none."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, Mapping))
