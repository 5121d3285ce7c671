"""One call to an OpenAI-compatible server, over the wire. The only importer of `openai`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tddbot.generator.calls import Question
from tddbot.generator.dialect import Dialect
from tddbot.generator.endings import CallEnd, End, of_error, of_status, plain
from tddbot.generator.interrupt import Sockets, interruptible
from tddbot.generator.stream import of_response, read_stream
from tddbot.stop import Stop

if TYPE_CHECKING:
    import openai

_CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class OpenAIWire:
    """Makes calls to the server at `address` (None is OpenAI's own) with `key`. The key is shown nowhere."""

    address: str | None
    key: str = field(repr=False)

    def __call__(self, question: Question, dialect: Dialect, seconds: float, stop: Stop) -> CallEnd:  # noqa: ARG002
        """Make one call in a dialect and return how it ended, within `seconds` of wall clock."""
        if stop.is_set():
            return CallEnd(End.CANCELLED)
        call = interruptible(lambda sockets: _call(question, self.address, self.key, sockets), seconds, stop)
        if call is not None:
            return call
        if stop.is_set():
            return CallEnd(End.CANCELLED, started=True)
        return CallEnd(End.TIMEOUT, f"{seconds:.0f} s", started=True)


def _call(question: Question, address: str | None, key: str, sockets: Sockets) -> CallEnd:
    """Make one call and return how it ended. The SDK's own repeats and timeouts are off: they are tddbot's affair."""
    import openai  # noqa: PLC0415

    try:
        with (
            _client(address, key, sockets) as client,
            client.responses.with_streaming_response.create(**_body(question)) as response,
        ):
            return _read(response, question.output_cap)
    except openai.APIStatusError as error:
        return of_status(error.status_code, error.body, error.response.headers)
    except _broken_connection() as error:
        return CallEnd(End.TRANSIENT, plain(error.__cause__ or error))


def _broken_connection() -> tuple[type[Exception], ...]:
    """Return the errors that mean a lost or impossible connection.

    Those of the transport (httpx, from version 3 of the SDK on httpx2) come through bare where the SDK reads the body
    of an error, and where it cannot parse an address.
    """
    import openai  # noqa: PLC0415

    transport = import_module(openai.DefaultHttpxClient.__bases__[0].__module__.partition(".")[0])
    return openai.APIConnectionError, transport.HTTPError, transport.InvalidURL


def _client(address: str | None, key: str, sockets: Sockets) -> "openai.OpenAI":
    import openai  # noqa: PLC0415

    def trace(name: str, info: Mapping[str, Any]) -> None:
        if name in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            sockets.add(info["return_value"].get_extra_info("socket"))

    def watch(request: Any) -> None:
        request.extensions["trace"] = trace

    timeout = openai.Timeout(None, connect=_CONNECT_SECONDS)
    transport = openai.DefaultHttpxClient(event_hooks={"request": [watch]}, timeout=timeout)
    return openai.OpenAI(api_key=key, base_url=address, max_retries=0, timeout=timeout, http_client=transport)


def _body(question: Question) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": question.model,
        "instructions": question.prompt.instructions,
        "input": list(question.prompt.input),
        "max_output_tokens": question.output_cap,
        "include": ["reasoning.encrypted_content"],
        "store": False,
        "stream": True,
    }
    return body | {"reasoning": {"effort": question.effort}} if question.effort else body


def _read(response: "openai.APIResponse[Any]", output_cap: int) -> CallEnd:
    """Read an answer with status 200, which may be no stream of events at all."""
    import openai  # noqa: PLC0415

    kind = response.headers.get("content-type", "")
    try:
        if "json" in kind or "html" in kind:
            return _whole(response.read(), output_cap)
        return read_stream(response.parse(to=openai.Stream[object]), output_cap)
    except _broken_connection() as error:
        return CallEnd(End.CUT_OFF, plain(error.__cause__ or error), started=True)
    except openai.APIError as error:
        return of_error(error.body)
    except (ValueError, RecursionError) as error:
        return CallEnd(End.PROTOCOL, plain(error), started=True)


def _whole(data: bytes, output_cap: int) -> CallEnd:
    """Read an answer of a server that does not stream: a response object, an error, or something else altogether."""
    body = json.loads(data) if data.lstrip()[:1] == b"{" else None
    if not isinstance(body, dict):
        return CallEnd(End.PROTOCOL, plain(data.decode("utf-8", "replace")))
    if body.get("error"):
        return of_error(body)
    if isinstance(body.get("output"), list):
        return of_response(body, output_cap)
    return CallEnd(End.PROTOCOL, plain(json.dumps(body)), started=True)
