"""A model's server on loopback that speaks the Responses API with streaming, as a queue of what it will answer."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

Json = dict[str, Any]
Reply = Callable[[Request], Response]

USAGE: Json = {
    "input_tokens": 1200,
    "input_tokens_details": {"cached_tokens": 200, "cache_write_tokens": 0},
    "output_tokens": 300,
    "output_tokens_details": {"reasoning_tokens": 250},
    "total_tokens": 1500,
}


class Held(Protocol):
    """A server whose replies can hold a request until `released`; `arrived` and `hung_up` tell of its start and end."""

    released: threading.Event
    arrived: threading.Event
    hung_up: threading.Event


class ResponsesServer:
    """Answers POST /v1/responses with what was queued, in order, and keeps every request.

    Give its `base_url` to the settings. With nothing queued it answers 500, so that a request too many is seen.
    `released` ends the replies that hold a request; `arrived` and `hung_up` tell of such a request's start and end.
    """

    def __init__(self, httpserver: HTTPServer) -> None:
        self.requests: list[Json] = []
        self.bodies: list[bytes] = []
        self.headers: list[Mapping[str, str]] = []
        self.base_url = httpserver.url_for("/v1")
        self.released = threading.Event()
        self.arrived = threading.Event()
        self.hung_up = threading.Event()
        self._replies: list[Reply] = []
        httpserver.expect_request("/v1/responses", method="POST").respond_with_handler(self._handle)

    def queue(self, replies: Iterable[Reply]) -> None:
        """Answer with these next, one a request."""
        self._replies.extend(replies)

    def answer(self, text: str, usage: Json | None = USAGE) -> None:
        """Answer with this text next, after a reasoning item."""
        self.queue([answered(text, usage)])

    def _handle(self, request: Request) -> Response:
        self.bodies.append(request.get_data())
        self.requests.append(request.get_json())
        self.headers.append(dict(request.headers))
        reply = self._replies.pop(0) if self._replies else status(500, "nothing queued")
        return reply(request)


def answered(text: str, usage: Json | None = USAGE, number: int = 1) -> Reply:
    """A stream that ends well: one reasoning item with encrypted content, one message."""
    return streamed(answer_events(text, usage, number))


def answer_events(text: str, usage: Json | None = USAGE, number: int = 1) -> list[Json]:
    reasoning = {
        "id": f"rs_{number}",
        "type": "reasoning",
        "summary": [],
        "encrypted_content": f"sealed-{number}",
        "status": None,
    }
    message = message_item([{"type": "output_text", "text": text, "annotations": []}], number)
    half = len(text) // 2
    return [
        created(),
        {"type": "response.output_item.added", "output_index": 0, "item": {**reasoning, "encrypted_content": "part"}},
        {"type": "response.output_item.done", "output_index": 0, "item": reasoning},
        {"type": "response.output_item.added", "output_index": 1, "item": {**message, "content": []}},
        *(
            {"type": "response.output_text.delta", "output_index": 1, "delta": part}
            for part in (text[:half], text[half:])
        ),
        {"type": "response.output_item.done", "output_index": 1, "item": message},
        finished("response.completed", "completed", [reasoning, message], usage),
    ]


def message_item(content: list[Json], number: int = 1, state: str = "completed") -> Json:
    return {"id": f"msg_{number}", "type": "message", "role": "assistant", "status": state, "content": content}


def created() -> Json:
    return {"type": "response.created", "response": {"id": "resp_1", "object": "response", "status": "in_progress"}}


def finished(kind: str, state: str, output: list[Json], usage: Json | None = USAGE, **more: Any) -> Json:
    """The event that ends a stream: response.completed, response.incomplete or response.failed."""
    response = {"id": "resp_1", "object": "response", "status": state, "output": output, "usage": usage, **more}
    return {"type": kind, "response": response}


def incomplete(output: list[Json], reason: str = "max_output_tokens") -> Reply:
    ending = finished("response.incomplete", "incomplete", output, incomplete_details={"reason": reason})
    return streamed([created(), ending])


def streamed(events: Iterable[Json]) -> Reply:
    """These events, and then the end of the body."""
    body = "".join(sse(number, event) for number, event in enumerate(events))
    return lambda _: Response(body, content_type="text/event-stream; charset=utf-8")


def sse(number: int, event: Json) -> str:
    return f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': number})}\n\n"


def status(code: int, body: Json | str, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer with an error status; a dict is sent as JSON."""
    data, kind = (json.dumps(body), "application/json") if isinstance(body, dict) else (body, "text/plain")
    return lambda _: Response(data, status=code, content_type=kind, headers=dict(headers or {}))


def error(code: int, message: str, kind: str = "invalid_request_error", name: str | None = None) -> Reply:
    """An error in OpenAI's own shape."""
    return status(code, {"error": {"message": message, "type": kind, "param": None, "code": name}})


def raw(body: str, content_type: str) -> Reply:
    """Status 200 with any body."""
    return lambda _: Response(body, content_type=content_type)


def dripping(server: Held) -> Reply:
    """A stream that sends a comment every few milliseconds and never an event, until released or hung up on."""

    def drops() -> Iterator[str]:
        try:
            while not server.released.wait(0.02):
                yield ": drip\n\n"
                server.arrived.set()
        finally:
            server.hung_up.set()

    return lambda _: Response(drops(), content_type="text/event-stream")


def silent(server: Held) -> Reply:
    """No byte at all until released."""

    def hold(_: Request) -> Response:
        server.arrived.set()
        server.released.wait(30)
        return Response("", status=500)

    return hold
