"""One call to an OpenAI-compatible server, over the wire. The only importer of `openai`."""

import os
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from tddbot.generator.wire.calls import Accepted, Question
from tddbot.generator.wire.dialect import Api, Dialect
from tddbot.generator.wire.endings import CallEnd, End, of_status, plain
from tddbot.generator.wire.interrupt import Sockets, interruptible
from tddbot.generator.wire.reading import json_of, model_names, read_answer
from tddbot.generator.wire.request import output_cap, request
from tddbot.stop import Stop

if TYPE_CHECKING:
    import openai

T = TypeVar("T")
_Exchange = AbstractContextManager[Any]

_CONNECT_SECONDS = 10.0
_MOST_ERROR_BYTES = 1_000_000
_PACKINGS = {"", "identity", "gzip", "deflate"}
"""What unfolds to a thousand times its size at most. Others, and several at once, have no such bound."""


def _nothing() -> None:
    """What is done about an accepted request where nobody asks."""


@dataclass(frozen=True)
class OpenAIWire:
    """Makes calls to the server at `address` (None is OpenAI's own) with `key`. The key is shown nowhere.

    Of one answer at most `most_bytes` are read.
    """

    address: str | None
    key: str = field(repr=False)
    most_bytes: int = 50_000_000

    def __call__(
        self, question: Question, dialect: Dialect, seconds: float, stop: Stop, accepted: Accepted = _nothing
    ) -> CallEnd:
        """Make one call in a dialect and return how it ended, within `seconds` of wall clock.

        `accepted` is called, on another thread, as soon as the server begins to answer.
        """
        if stop.is_set():
            return CallEnd(End.CANCELLED)
        body, cap = request(question, dialect), output_cap(question, dialect)

        def send(client: "openai.OpenAI") -> _Exchange:
            api: Any = client.responses if dialect.api is Api.RESPONSES else client.chat.completions
            exchange: _Exchange = api.with_streaming_response.create(**body)
            return exchange

        def read(response: "openai.APIResponse[Any]") -> CallEnd:
            kind = response.headers.get("content-type", "")
            return read_answer(kind, _chunks(response, self.most_bytes), dialect.api, cap, accepted)

        call = self._within(seconds, stop, send, read)
        if call is not None:
            return call
        if stop.is_set():
            return CallEnd(End.CANCELLED, started=True)
        return CallEnd(End.TIMEOUT, f"{seconds:.0f} s", started=True)

    def models(self, seconds: float, stop: Stop) -> tuple[str, ...]:
        """Return the names of the models that the server offers, empty where it does not say so within `seconds`."""
        if stop.is_set():
            return ()

        def send(client: "openai.OpenAI") -> _Exchange:
            return client.models.with_streaming_response.list()

        def read(response: "openai.APIResponse[Any]") -> tuple[str, ...]:
            return model_names(_chunks(response, self.most_bytes))

        found = self._within(seconds, stop, send, read)
        return found if isinstance(found, tuple) else ()

    def _within(
        self,
        seconds: float,
        stop: Stop,
        send: "Callable[[openai.OpenAI], _Exchange]",
        read: "Callable[[openai.APIResponse[Any]], T]",
    ) -> T | CallEnd | None:
        """Return what the exchange comes to, or None if it had to be cut off."""
        started = time.monotonic()
        # Out here, since an import cannot be cut off.
        _load()
        left = seconds - (time.monotonic() - started)
        return interruptible(lambda sockets: self._exchange(send, read, sockets), left, stop)

    def _exchange(
        self,
        send: "Callable[[openai.OpenAI], _Exchange]",
        read: "Callable[[openai.APIResponse[Any]], T]",
        sockets: Sockets,
    ) -> T | CallEnd:
        """Return what is read from the answer, or how the exchange ended before there was one.

        The SDK's own repeats and timeouts are off: they are tddbot's affair.
        """
        try:
            with _client(self.address, self.key, sockets) as client, send(client) as response:
                return read(response)
        except _StatusError as error:
            return error.end
        except _broken_connection() as error:
            # Older versions of the SDK wrap whatever is raised while a request is sent.
            if isinstance(error.__cause__, _StatusError):
                return error.__cause__.end
            return CallEnd(End.TRANSIENT, plain(error.__cause__ or error))


class _StatusError(Exception):
    """An answer with an error status, as an ending; never leaves this module."""

    def __init__(self, end: CallEnd) -> None:
        super().__init__(end.detail)
        self.end = end


def _broken_connection() -> tuple[type[Exception], ...]:
    """Return the errors that mean a lost or impossible connection.

    Those of the transport come through bare where a body is read, and where it cannot parse an address.
    """
    import openai  # noqa: PLC0415

    return openai.APIConnectionError, _transport().HTTPError, _transport().InvalidURL


def _transport() -> Any:
    """Return the HTTP library: httpx, from version 3 of the SDK on httpx2."""
    import openai  # noqa: PLC0415

    return import_module(openai.DefaultHttpxClient.__bases__[0].__module__.partition(".")[0])


def _tls() -> ssl.SSLContext:
    """Return the settings of TLS, which take 20 ms to load and so are shared by all calls."""
    return _tls_trusting(os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", ""))


@cache
def _tls_trusting(*_: str) -> ssl.SSLContext:
    context: ssl.SSLContext = _transport().create_ssl_context()
    return context


@cache
def _load() -> None:
    """Load all that a call needs of the library, which loads its parts when they are first used."""
    with _client("http://localhost", "none", Sockets()) as client:
        _ = client.responses, client.chat.completions


def _client(address: str | None, key: str, sockets: Sockets) -> "openai.OpenAI":
    """Return a client of one call alone, so that cutting its sockets cuts no other call."""
    import openai  # noqa: PLC0415

    def trace(name: str, info: Mapping[str, Any]) -> None:
        if name.endswith((".connect_tcp.complete", ".start_tls.complete")):
            sockets.add(info["return_value"].get_extra_info("socket"))

    def watch(request: Any) -> None:
        # A compressed answer is held back until there is enough of it, and may unfold to any size.
        request.headers["accept-encoding"] = "identity"
        request.extensions["trace"] = trace

    timeout = openai.Timeout(None, connect=_CONNECT_SECONDS)
    hooks: dict[str, list[Callable[[Any], None]]] = {"request": [watch], "response": [_refuse_errors]}
    # A redirect would take the repository's text to a server that the user has not named.
    transport = openai.DefaultHttpxClient(event_hooks=hooks, timeout=timeout, verify=_tls(), follow_redirects=False)
    return openai.OpenAI(api_key=key, base_url=address, max_retries=0, timeout=timeout, http_client=transport)


def _refuse_errors(response: Any) -> None:
    """Raise for an error status, here and not in the SDK, since that would read a body of any size."""
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed not in _PACKINGS:
        words = f"an answer packed as {plain(packed)}, which it was asked not to be"
        raise _StatusError(CallEnd(End.PROTOCOL, words, started=response.status_code < 300))
    if response.status_code < 300:
        return
    data = bytearray()
    with suppress(*_broken_connection()):
        for chunk in response.iter_bytes():
            data += chunk
            if len(data) > _MOST_ERROR_BYTES:
                break
    text = bytes(data[:_MOST_ERROR_BYTES]).decode("utf-8", "replace")
    raise _StatusError(of_status(response.status_code, json_of(text) or text, response.headers))


def _chunks(response: "openai.APIResponse[Any]", most: int) -> Iterator[bytes | CallEnd]:
    """Yield the body; where it breaks off or is too much, the last one is that ending."""
    count = 0
    try:
        for chunk in response.iter_bytes():
            count += len(chunk)
            if count > most:
                yield CallEnd(End.PROTOCOL, f"an answer of more than {most} bytes", started=True)
                return
            yield chunk
    except _broken_connection() as error:
        yield CallEnd(End.CUT_OFF, plain(error.__cause__ or error), started=True)
