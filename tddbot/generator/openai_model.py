"""The reasoning model as a generator, over the Responses API: one proposal a call. The only importer of `openai`."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tddbot.budget import Ledger
from tddbot.domain import Attempt, Brief, Candidate, Dud, Patch, Proposal
from tddbot.generator.answer import Read, parse
from tddbot.generator.asking import Asked, Question, ask
from tddbot.generator.endings import CallEnd, End, of_error, of_status, plain
from tddbot.generator.interrupt import Sockets, interruptible
from tddbot.generator.ladder import MODEL
from tddbot.generator.pricing import price_of
from tddbot.generator.prompt import prompt
from tddbot.generator.retry import is_final, is_out_of_means
from tddbot.generator.settings import ModelSettings, server
from tddbot.generator.stream import of_response, read_stream
from tddbot.ports import Rung
from tddbot.stop import Stop

if TYPE_CHECKING:
    import openai

_CONNECT_SECONDS = 10.0
_NO_KEY = "none"
"""What is sent as the key to a server of the user's own where no key is set; the SDK demands one."""


@dataclass(frozen=True)
class ModelGenerator:
    """Asks a model for a patch, feeds back how its earlier answers went, and reads its answer.

    `read` is `ports.Repository.read`, `protect` the project's own patterns of protected paths. The key is taken from
    `environ` at each call and kept nowhere.
    """

    settings: ModelSettings
    read: Read
    protect: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def propose(
        self, brief: Brief, rung: Rung, history: Sequence[Attempt], ledger: Ledger, stop: Stop
    ) -> Iterator[Proposal]:
        """Yield one proposal; every way to fail is a dud."""
        model = self.settings.model(rung.role)
        name = f"{MODEL}:{model}"
        if fault := self._fault():
            yield Dud(fault, name, final=True, out_of_means=True)
            return
        question = Question(model, rung.effort, prompt(brief, history), self.settings.max_output_tokens)
        price = price_of(model, self.settings.prices)
        yield self._proposal(ask(question, self._dial, price, self.settings, ledger, stop), name, brief)

    def _proposal(self, asked: Asked, name: str, brief: Brief) -> Proposal:
        call = asked.last
        if call is None:
            return Dud(asked.refusal, name, asked.usage, final=True, out_of_means=True)
        if call.end is not End.OK:
            reason = "; ".join(filter(None, (self._reason(call), asked.refusal)))
            return Dud(reason, name, asked.usage, is_final(call.end), is_out_of_means(call.end))
        answer = parse(call.text, brief, self.read, self.protect)
        if isinstance(answer.outcome, Patch):
            return Candidate(answer.outcome, name, self._scrubbed(answer.diagnosis), asked.usage, call.items)
        return Dud(self._scrubbed(answer.outcome), name, asked.usage, replay=call.items)

    def _reason(self, call: CallEnd) -> str:
        """Say how a call ended; a server's words on a bad key are left out, since they may quote it."""
        words = f"{call.end.value} ({call.detail})" if call.detail else call.end.value
        if call.end is End.AUTHENTICATION:
            status, _, said = call.detail.partition(": ")
            words = f"{call.end.value} in {self.settings.api_key_env} ({status})"
            words += f": {said}" if status == "403" and said else ""
        elif call.end is End.QUOTA:
            words += f"; the key is the one in {self.settings.api_key_env}"
        elif call.end is End.CAPABILITY and call.detail.startswith("404"):
            words += "; tddbot needs the server to offer the Responses API and to know the model"
        return self._scrubbed(words)

    def _scrubbed(self, text: str) -> str:
        key = self._key()
        return text.replace(key, "[key]") if len(key) > len(_NO_KEY) else text

    def _key(self) -> str:
        key = self.environ.get(self.settings.api_key_env, "").strip()
        return key or (_NO_KEY if server(self.settings, self.environ) else "")

    def _fault(self) -> str | None:
        """Say why no call can be made at all, or return None."""
        variable, key = self.settings.api_key_env, self._key()
        if not key:
            return f"no key is set in {variable}"
        if not (key.isascii() and key.isprintable() and " " not in key):
            return f"{variable} holds something that cannot be a key (blanks, line ends or other than ASCII)"
        address = server(self.settings, self.environ)
        if address is not None and _host(address) is None:
            return "the model server's address (base_url or OPENAI_BASE_URL) is no http or https address"
        return None

    def _dial(self, question: Question, seconds: float, stop: Stop) -> CallEnd:
        if stop.is_set():
            return CallEnd(End.CANCELLED)
        address, key = server(self.settings, self.environ), self._key()
        call = interruptible(lambda sockets: _call(question, address, key, sockets), seconds, stop)
        if call is not None:
            return call
        if stop.is_set():
            return CallEnd(End.CANCELLED, started=True)
        return CallEnd(End.TIMEOUT, f"{seconds:.0f} s", started=True)


def _host(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        return parts.hostname if parts.scheme in ("http", "https") and parts.port != 0 else None
    except ValueError:
        return None


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
