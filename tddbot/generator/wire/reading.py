"""The body of an answer with status 200 to the ending of the call, whichever API it is of and however it comes. Pure.

A body may come whole although a stream was asked for, and the other way round; it may be no answer at all.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from tddbot.generator.wire.calls import Accepted
from tddbot.generator.wire.chat_stream import of_completion, read_chat_stream
from tddbot.generator.wire.dialect import Api
from tddbot.generator.wire.endings import CallEnd, End, of_error, plain
from tddbot.generator.wire.sse import events
from tddbot.generator.wire.stream import objects, of_response, read_stream
from tddbot.generator.wire.values import value_of

Chunks = Iterator[bytes | CallEnd]
"""A body as it comes in; where it breaks off, the last one is that ending."""

_MOST_MODELS = 1_000
_BLANK = b"\xef\xbb\xbf \t\r\n"


def read_answer(kind: str, chunks: Chunks, api: Api, output_cap: int, accepted: Accepted) -> CallEnd:
    """Return how the call ended; `kind` is the content type, which is not always the truth."""
    first = next((chunk for chunk in chunks if isinstance(chunk, CallEnd) or chunk.strip()), b"")
    if isinstance(first, CallEnd):
        return first
    answer = chain([first], chunks)
    if "json" in kind.lower() or "html" in kind.lower() or first.lstrip(_BLANK)[:1] in (b"{", b"<"):
        return _whole(answer, api, output_cap, accepted)
    stream = _noticed(events(answer), accepted)
    return read_stream(stream, output_cap) if api is Api.RESPONSES else read_chat_stream(stream, output_cap)


def model_names(chunks: Chunks) -> tuple[str, ...]:
    """Return the models in a list of them, empty where it is none; Ollama's own list has other names."""
    text = _text(chunks)
    body = json_of(text) if isinstance(text, str) else None
    if not isinstance(body, dict):
        return ()
    found = [model.get("id") or model.get("name") for name in ("data", "models") for model in objects(body.get(name))]
    return tuple(plain(name) for name in found[:_MOST_MODELS] if isinstance(name, str))


def json_of(text: str) -> object:
    """Return the value, or None where the text is no JSON."""
    try:
        return value_of(text)
    except (ValueError, RecursionError):
        return None


def _noticed(stream: Iterable[object], accepted: Accepted) -> Iterator[object]:
    """Yield the events, and tell when the first one came that is no error."""
    is_told = False
    for event in stream:
        is_error = isinstance(event, Mapping) and (event.get("error") or event.get("type") == "error")
        if isinstance(event, Mapping) and not is_error and not is_told:
            is_told = True
            accepted()
        yield event


def _whole(chunks: Iterable[bytes | CallEnd], api: Api, output_cap: int, accepted: Accepted) -> CallEnd:
    """Read an answer that is no stream: a response or completion, an error, or something else altogether."""
    text = _text(chunks)
    if isinstance(text, CallEnd):
        return text
    body = json_of(text)
    if not isinstance(body, dict):
        return CallEnd(End.PROTOCOL, plain(text))
    if body.get("error"):
        return of_error(body)
    if api is Api.RESPONSES and isinstance(body.get("output"), list):
        accepted()
        return of_response(body, output_cap)
    if api is Api.CHAT and isinstance(body.get("choices"), list):
        accepted()
        return of_completion(body, output_cap)
    return CallEnd(End.PROTOCOL, plain(text), started=True)


def _text(chunks: Iterable[bytes | CallEnd]) -> str | CallEnd:
    parts: list[bytes] = []
    for chunk in chunks:
        if isinstance(chunk, CallEnd):
            return chunk
        parts.append(chunk)
    return b"".join(parts).decode("utf-8", "replace").removeprefix("\ufeff")
