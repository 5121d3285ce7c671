"""The line to a model's server: the key, the address, and the words for what goes wrong on it.

A recording takes its place in `recorded_line.py`.
"""

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from tddbot.generator.asking.pricing import Price, price_of
from tddbot.generator.openai_model import OpenAIWire
from tddbot.generator.settings import ModelSettings, server
from tddbot.generator.wire.adapting import adapting
from tddbot.generator.wire.calls import Accepted, Dial, Question
from tddbot.generator.wire.dialect import Dialect
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.generator.wire.recording import scrubbed
from tddbot.generator.wire.session import Session
from tddbot.ports import Memory
from tddbot.stop import Stop

_NO_KEY = "none"
"""What is sent as the key to a server of the user's own where no key is set; the SDK demands one."""

_LIST_SECONDS = 10.0
_MOST_NAMED = 20


class Line(Protocol):
    """What answers a question."""

    @property
    def is_paid(self) -> bool:
        """Whether calls cost what the model's price says."""
        ...

    def price(self, model: str) -> Price | None:
        """Return what a model's tokens cost here, or None where that is not known."""
        ...

    def fault(self) -> str | None:
        """Say why no call can be made at all, or return None."""
        ...

    def dial(self) -> Dial:
        """Return what makes calls."""
        ...

    def explain(self, call: CallEnd, model: str, stop: Stop) -> str:
        """Say for a person how a call ended that brought no answer."""
        ...

    def facts(self, model: str) -> Mapping[str, object]:
        """Return what was found out about a model."""
        ...


class ServerLine:
    """The line to a server. The key is taken from `environ` at each call and kept nowhere."""

    def __init__(self, settings: ModelSettings, memory: Memory, environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._memory = Session(memory)
        self._environ = environ
        pinned = "" if settings.api == "auto" else settings.api
        self._dial = adapting(self._call, self._memory, self._server(), pinned)

    @property
    def is_paid(self) -> bool:
        """Always: what a server of one's own costs is in its price."""
        return True

    def price(self, model: str) -> Price | None:
        """Return the price; of a server on this machine only the user knows one."""
        return price_of(model, self._settings.prices, server(self._settings, self._environ))

    def fault(self) -> str | None:
        """Say that there is no key, or none that can be one, or no address; or return None."""
        variable, key = self._settings.api_key_env, self._key()
        if not key:
            return f"no key is set in {variable}"
        if not (key.isascii() and key.isprintable() and " " not in key):
            return f"{variable} holds something that cannot be a key (blanks, line ends or other than ASCII)"
        address = server(self._settings, self._environ)
        if address is not None and _host(address) is None:
            return "the model server's address (base_url or OPENAI_BASE_URL) is no http or https address"
        return None

    def dial(self) -> Dial:
        """Return what makes calls in the dialect that the server takes; no answer of it holds the key."""
        return self._dial

    def explain(self, call: CallEnd, model: str, stop: Stop) -> str:
        """Say how a call ended; a server's words on a bad key are left out, since they may quote a part of it."""
        words = f"{call.end.value} ({call.detail})" if call.detail else call.end.value
        if call.end is End.AUTHENTICATION:
            status, _, said = call.detail.partition(": ")
            words = f"{call.end.value} in {self._settings.api_key_env} ({status})"
            return f"{words}: {said}" if status == "403" and said else words
        if call.end is End.QUOTA:
            return f"{words}; the key is the one in {self._settings.api_key_env}"
        if call.end is End.TRUNCATED:
            return f"{words}; max_output_tokens in [tool.tddbot.model] is {self._settings.max_output_tokens:,}"
        if call.end is End.UNKNOWN_MODEL:
            offered = self._wire().models(_LIST_SECONDS, stop)
            return f"{words}; {self.scrub(_offer(model, offered))}"
        return f"{words}; is {self._address_from()} right?" if _is_elsewhere(call) and self._address_from() else words

    def facts(self, model: str) -> Mapping[str, object]:
        """Return what was found out about a model of this server."""
        return self._memory.facts(self._server(), model)

    def scrub(self, text: str) -> str:
        """Return the text with `[key]` wherever it quotes the key."""
        key = self._key()
        return text.replace(key, "[key]") if len(key) > len(_NO_KEY) else text

    def _call(self, question: Question, dialect: Dialect, seconds: float, stop: Stop, accepted: Accepted) -> CallEnd:
        call = self._wire()(question, dialect, seconds, stop, accepted)
        return scrubbed(call, self.scrub) if self._key() in repr(call) else call

    def _server(self) -> str:
        return server(self._settings, self._environ) or "openai"

    def _address_from(self) -> str:
        """Return where the user has set the address, or "" where it is OpenAI's own."""
        if self._settings.base_url:
            return "base_url in [tool.tddbot.model]"
        return "OPENAI_BASE_URL" if server(self._settings, self._environ) else ""

    def _wire(self) -> OpenAIWire:
        return OpenAIWire(server(self._settings, self._environ), self._key())

    def _key(self) -> str:
        key = self._environ.get(self._settings.api_key_env, "").strip()
        return key or (_NO_KEY if server(self._settings, self._environ) else "")


def _offer(model: str, offered: tuple[str, ...]) -> str:
    if not offered:
        return f"the name {model!r} is a setting of [tool.tddbot.model]"
    named = ", ".join(offered[:_MOST_NAMED]) + (", …" if len(offered) > _MOST_NAMED else "")
    return f"it offers: {named}; `small` and `large` in [tool.tddbot.model] say which is asked"


def _is_elsewhere(call: CallEnd) -> bool:
    """Whether a call may have ended so since there is no such server at its address, or another sort of one."""
    if call.end is End.TRANSIENT:
        return call.status is None and not call.started
    return call.end is End.PROTOCOL or (call.end is End.CAPABILITY and call.status == 404)


def _host(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        return parts.hostname if parts.scheme in ("http", "https") and parts.port != 0 else None
    except ValueError:
        return None
