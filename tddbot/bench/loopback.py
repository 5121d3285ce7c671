"""A model's server on loopback that speaks the Responses API and answers at once, for measurements of its client."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_USAGE = {
    "input_tokens": 20_000,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 900,
    "output_tokens_details": {"reasoning_tokens": 500},
    "total_tokens": 20_900,
}


class Loopback(ThreadingHTTPServer):
    """Answers every POST with a stream of `text`. `served` has the seconds of each, from its last byte in to out."""

    daemon_threads = True

    def __init__(self, text: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.body = _stream(text)
        self.served: list[float] = []

    @property
    def base_url(self) -> str:
        """The address for the settings."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer whatever is asked."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        started = time.perf_counter()
        server = self.server
        assert isinstance(server, Loopback)
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
        length = f"Content-Length: {len(server.body)}\r\nConnection: close\r\n\r\n"
        self.close_connection = True
        # In one piece: a head that is sent by itself has the rest wait for its acknowledgement.
        self.wfile.write(f"{head}{length}".encode("ascii") + server.body)
        server.served.append(time.perf_counter() - started)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def loopback(text: str) -> Iterator[Loopback]:
    """Run a server on a thread of its own; its last answer is on its way when this ends."""
    with Loopback(text) as server:
        thread = threading.Thread(target=server.serve_forever, name="tddbot-loopback", kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def _stream(text: str) -> bytes:
    """Return the events of an answer: a reasoning item, then the text in pieces as a model would send it."""
    reasoning = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "sealed"}
    content = [{"type": "output_text", "text": text, "annotations": []}]
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": content}
    response = {"id": "resp_1", "object": "response", "status": "in_progress"}
    done = {**response, "status": "completed", "output": [reasoning, message], "usage": _USAGE}
    pieces = [text[start : start + 12] for start in range(0, len(text), 12)]
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": response},
        {"type": "response.output_item.done", "output_index": 0, "item": reasoning},
        *({"type": "response.output_text.delta", "output_index": 1, "delta": piece} for piece in pieces),
        {"type": "response.output_item.done", "output_index": 1, "item": message},
        {"type": "response.completed", "response": done},
    ]
    numbered = ({**event, "sequence_number": number} for number, event in enumerate(events))
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in numbered).encode()
