"""A model's server on loopback that speaks Chat Completions alone, as a queue of what it will answer."""

import json
import threading
from collections.abc import Iterable, Mapping

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.generator.responses_server import Json, Reply, raw, status

USAGE: Json = {
    "prompt_tokens": 1200,
    "prompt_tokens_details": {"cached_tokens": 200},
    "completion_tokens": 300,
    "completion_tokens_details": {"reasoning_tokens": 250},
    "total_tokens": 1500,
}
BILLED: Json = {
    "input_tokens": 1200,
    "input_tokens_details": {"cached_tokens": 200, "cache_write_tokens": None},
    "output_tokens": 300,
    "output_tokens_details": {"reasoning_tokens": 250},
}
"""The same by the names of the Responses API."""


class ChatServer:
    """Answers POST /v1/chat/completions with what was queued, in order, and keeps every request.

    /v1/responses does not exist; `lost` counts the requests to it. With nothing queued it answers 500.
    """

    def __init__(self, httpserver: HTTPServer) -> None:
        self.requests: list[Json] = []
        self.bodies: list[bytes] = []
        self.headers: list[Mapping[str, str]] = []
        self.lost = 0
        self.base_url = httpserver.url_for("/v1")
        self.released = threading.Event()
        self.arrived = threading.Event()
        self.hung_up = threading.Event()
        self._replies: list[Reply] = []
        httpserver.expect_request("/v1/chat/completions", method="POST").respond_with_handler(self._handle)
        httpserver.expect_request("/v1/responses", method="POST").respond_with_handler(self._not_found)

    def queue(self, replies: Iterable[Reply]) -> None:
        """Answer with these next, one a request."""
        self._replies.extend(replies)

    def answer(self, text: str, usage: Json | None = USAGE) -> None:
        """Answer with this text next, as a stream."""
        self.queue([answered(text, usage)])

    def _handle(self, request: Request) -> Response:
        self.bodies.append(request.get_data())
        self.requests.append(request.get_json())
        self.headers.append(dict(request.headers))
        reply = self._replies.pop(0) if self._replies else status(500, "nothing queued")
        return reply(request)

    def _not_found(self, request: Request) -> Response:
        self.lost += 1
        return status(404, {"detail": "Not Found"})(request)


def answered(text: str, usage: Json | None = USAGE, finish: str | None = "stop") -> Reply:
    """A stream that ends well, with its usage in a last chunk that has no choices."""
    half = len(text) // 2
    chunks = [
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": text[:half]}),
        chunk({"content": text[half:]}),
        chunk({}, finish),
    ]
    return streamed([*chunks, {"object": "chat.completion.chunk", "choices": [], "usage": usage}])


def chunk(delta: Json, finish: str | None = None, index: int = 0) -> Json:
    choice = {"index": index, "delta": delta, "finish_reason": finish, "logprobs": None}
    return {"id": "c1", "object": "chat.completion.chunk", "choices": [choice], "usage": None}


def whole(text: str, usage: Json | None = USAGE, finish: str | None = "stop", **message: str | None) -> Reply:
    """The same in one piece, from a server that does not stream."""
    said = {"role": "assistant", "content": text, "refusal": None, **message}
    choice = {"index": 0, "message": said, "finish_reason": finish}
    completion = {"id": "c1", "object": "chat.completion", "choices": [choice], "usage": usage}
    return raw(json.dumps(completion), "application/json")


def streamed(chunks: Iterable[Json], is_done: bool = True) -> Reply:
    """These chunks, and `[DONE]` unless it is forgotten."""
    body = "".join(f"data: {json.dumps(each)}\n\n" for each in chunks)
    return raw(body + ("data: [DONE]\n\n" if is_done else ""), "text/event-stream; charset=utf-8")
