"""A stream of the Responses API, event by event, to the ending of the call. Pure: events are plain JSON values.

Nothing of it is taken on trust: any field may be missing or of another type, and a stream that breaks off is no
success.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tddbot.generator.endings import CallEnd, End, Json, of_error, plain

_THINKING = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_FINISHES = {"response.completed", "response.incomplete", "response.done"}


def read_stream(events: Iterable[object], output_cap: int) -> CallEnd:
    """Return how the call ended; reads no further than the event that finishes it."""
    items: dict[int, Json] = {}
    deltas: list[str] = []
    for event in events:
        data = _object(event)
        kind = data.get("type")
        if kind == "response.output_item.done" and isinstance(data.get("item"), Mapping):
            index = data.get("output_index")
            items[index if isinstance(index, int) else len(items)] = data["item"]
        elif kind == "response.output_text.delta" and isinstance(data.get("delta"), str):
            deltas.append(data["delta"])
        elif kind in _FINISHES:
            return of_response(_object(data.get("response")), output_cap, _in_order(items), "".join(deltas))
        elif kind == "response.failed":
            response = _object(data.get("response"))
            return of_error(response.get("error"), _usage(response))
        elif kind == "error":
            return of_error(data)
    return CallEnd(End.CUT_OFF, started=True)


def of_response(response: Json, output_cap: int, items: Iterable[Json] = (), streamed: str = "") -> CallEnd:
    """Return the ending that a response object is; `items` and `streamed` are what the stream brought before it."""
    output = tuple(items) or tuple(_objects(response.get("output")))
    text = _THINKING.sub("", "".join(_texts(output)) or streamed)
    usage = _usage(response)
    refusal = "".join(_parts(output, "refusal", "refusal"))
    if refusal:
        return CallEnd(End.REFUSAL, plain(refusal), usage=usage, started=True)
    if response.get("status") == "failed":
        return of_error(response.get("error"), usage)
    if _was_cut(response, usage, output_cap):
        reason = _object(response.get("incomplete_details")).get("reason")
        end = End.FILTERED if reason == "content_filter" else End.TRUNCATED if text.strip() else End.EMPTY
        return CallEnd(end, plain(reason or "the output cap was reached"), usage=usage, started=True)
    if not text.strip():
        return CallEnd(End.EMPTY, usage=usage, started=True)
    return CallEnd(End.OK, text=text, items=_replayable(output) or _as_items(text), usage=usage, started=True)


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


def _as_items(text: str) -> tuple[Json, ...]:
    return (_sendable({"role": "assistant", "content": text}),)


def _texts(output: Iterable[Json]) -> Iterator[str]:
    return _parts(output, "output_text", "text")


def _parts(output: Iterable[Json], kind: str, field: str) -> Iterator[str]:
    """Yield one field of every content part of a kind, over all messages."""
    for item in output:
        if item.get("type") == "message":
            for part in _objects(item.get("content")):
                if part.get("type") == kind and isinstance(part.get(field), str):
                    yield part[field]


def _in_order(items: Mapping[int, Json]) -> tuple[Json, ...]:
    return tuple(items[index] for index in sorted(items))


def _usage(response: Json) -> Json | None:
    usage = response.get("usage")
    return usage if isinstance(usage, Mapping) else None


def _object(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}


def _objects(value: object) -> Iterator[Json]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, Mapping))
