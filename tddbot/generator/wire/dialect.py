"""What a server and its model take, and the next simpler thing to try after a refusal. Pure.

The order was found on real servers (llama-cpp-python, transformers serve, litellm): Responses, then Chat as it is now,
then Chat as it was (system role, max_tokens), then without anything that is not needed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import msgspec

from tddbot.generator.settings import Effort
from tddbot.generator.wire import complaints
from tddbot.generator.wire.chat_stream import MUTE
from tddbot.generator.wire.endings import CallEnd, End


class Api(StrEnum):
    """The two wire APIs."""

    RESPONSES = "responses"
    CHAT = "chat"


class Speaker(StrEnum):
    """In whose name the instructions are said in Chat; a template may know no other than the user."""

    DEVELOPER = "developer"
    SYSTEM = "system"
    USER = "user"


class Cap(StrEnum):
    """By which name Chat takes the output cap."""

    NEW = "max_completion_tokens"
    OLD = "max_tokens"


@dataclass(frozen=True, slots=True)
class Dialect:
    """Which API is spoken, and which of its fields are sent. The default is what the newest servers take.

    `efforts` are those that the model takes, empty where none is sent; `summary` asks for a reasoning summary, `sealed`
    for encrypted reasoning, which is then replayed, too. `most_output` bounds the output cap, in tokens.
    """

    api: Api = Api.RESPONSES
    role: Speaker = Speaker.DEVELOPER
    cap: Cap = Cap.NEW
    efforts: tuple[Effort, ...] = tuple(Effort)
    summary: bool = True
    sealed: bool = True
    cache_key: bool = True
    store: bool = True
    stream: bool = True
    stream_options: bool = True
    most_output: int | None = None

    def effort(self, wanted: str) -> str:
        """Return the effort nearest to the wanted one that the model takes, empty where none is to be sent."""
        if wanted not in list(Effort) or wanted in self.efforts:
            return wanted if self.efforts else ""
        order = list(Effort)
        at = order.index(Effort(wanted))
        # Of two that are equally near, the one that thinks more.
        return min(self.efforts, key=lambda effort: (abs(order.index(effort) - at), -order.index(effort)), default="")


_FIELDS: Mapping[str, tuple[re.Pattern[str], frozenset[Api]]] = {
    name: (re.compile(pattern, re.IGNORECASE), frozenset(apis))
    for name, pattern, apis in (
        ("summary", r"reasoning[. _]summar|['\"`]summary['\"`]|['\"`]reasoning['\"`]", [Api.RESPONSES]),
        ("sealed", r"['\"`]include\b|\binclude\[|encrypted[_ ]content", [Api.RESPONSES]),
        ("cache_key", r"prompt_cache", list(Api)),
        ("store", r"['\"`]store['\"`]|\bstore:", list(Api)),
        ("stream_options", r"stream_options|include_usage", [Api.CHAT]),
        ("stream", r"['\"`]stream['\"`]|\bto stream\b|\bstreaming\b|\bstream:", list(Api)),
    )
}
_EFFORT = re.compile(
    r"reasoning[._]effort|\beffort\b|\bthink(?:ing)?\b|does not support reasoning|['\"`]reasoning['\"`]", re.IGNORECASE
)
_CAP = re.compile(r"max_(?:completion_|output_)?tokens|completion tokens|output tokens", re.IGNORECASE)
_ROLE = re.compile(r"\bdeveloper\b|\broles?\b|messages?(?:\[0\]|\.0)", re.IGNORECASE)
_SYSTEM_ROLE = re.compile(r"\bsystem['\"`]? (?:role|message|prompt)|\brole['\"`:]*,? ['\"`]?system", re.IGNORECASE)
_ALLOWED = re.compile(
    r"(?:supported values|must be|should be|one of|expected|allowed|valid values|choose from)(.*)", re.IGNORECASE
)
_OTHER_API = re.compile(r"responses api|/responses\b|chat[/ ]completions", re.IGNORECASE)
_NO_SUCH_PATH = (404, 405, 501)


def refuses(dialect: Dialect, call: CallEnd, is_proven: bool) -> bool:
    """Whether a call ended because of its dialect.

    A status of 500 is held against the developer role as long as no call has got through: older servers have no better
    word for it (llama-cpp-python). A stream without a word is asked for as a whole, which may come with one.
    """
    is_old_server = call.status == 500 and dialect.api is Api.CHAT and dialect.role is Speaker.DEVELOPER
    is_refusal = call.end is End.CAPABILITY or _is_mute(dialect, call)
    return is_refusal or (call.end is End.TRANSIENT and is_old_server and not is_proven)


def _is_mute(dialect: Dialect, call: CallEnd) -> bool:
    return dialect.api is Api.CHAT and dialect.stream and call.end is End.CUT_OFF and call.detail == MUTE


def simpler(dialect: Dialect, refusal: CallEnd, is_pinned: bool = False) -> Dialect | None:
    """Return the next dialect to try, or None where there is none; each is simpler than the one before.

    Only what the refusal names is left out, and where it names nothing the next in the order is tried. Of a pinned
    dialect the API stays.
    """
    words = f"'{refusal.param}' {refusal.detail}"
    if _is_mute(dialect, refusal):
        return replace(dialect, stream=False)
    if refusal.status in _NO_SUCH_PATH:
        return _chat(dialect, is_pinned)
    if refusal.status == 500 and dialect.api is Api.CHAT and dialect.role is Speaker.DEVELOPER:
        # Who does not know the role knows the old name of the cap alone, and passes over the new one in silence.
        return replace(dialect, role=Speaker.SYSTEM, cap=Cap.OLD)
    if refusal.status == 500 and refusal.end is End.TRANSIENT:
        return None
    named = _without_named(dialect, words)
    if named != dialect:
        return named
    if _OTHER_API.search(words) and not is_pinned and dialect.api is Api.RESPONSES:
        return _chat(dialect, is_pinned)
    return _in_order(dialect, is_pinned)


def to_facts(dialect: Dialect) -> Mapping[str, Any]:
    """Return a dialect as plain JSON values."""
    facts: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(dialect))
    return facts


def of_facts(facts: object) -> Dialect | None:
    """Return the dialect in such values, or None where they are none."""
    try:
        return msgspec.convert(facts, Dialect) if isinstance(facts, Mapping) else None
    except (msgspec.ValidationError, UnicodeEncodeError):
        return None


def _chat(dialect: Dialect, is_pinned: bool) -> Dialect | None:
    return None if is_pinned or dialect.api is Api.CHAT else replace(dialect, api=Api.CHAT)


def _without_named(dialect: Dialect, words: str) -> Dialect:
    """Return the dialect without the fields that the words name, as far as it sends them."""
    for name, (pattern, apis) in _FIELDS.items():
        if dialect.api in apis and pattern.search(words):
            unsent: dict[str, Any] = {name: False}
            dialect = replace(dialect, **unsent)
    if _EFFORT.search(words):
        dialect = replace(dialect, efforts=_fewer(dialect.efforts, words))
    if _CAP.search(words):
        dialect = _other_cap(dialect, words)
    if dialect.api is Api.CHAT and _ROLE.search(words):
        dialect = _other_role(dialect, words)
    return dialect


def _fewer(efforts: tuple[Effort, ...], words: str) -> tuple[Effort, ...]:
    """Return the efforts that the words allow, or none where they list none or no fewer than before."""
    found = _ALLOWED.search(words)
    listed = set(re.findall(r"[a-z]+", found[1].lower())) if found else set()
    fewer = tuple(effort for effort in efforts if effort in listed)
    return fewer if len(fewer) < len(efforts) else ()


def _other_cap(dialect: Dialect, words: str) -> Dialect:
    most = complaints.output_tokens(words)
    if most is not None and dialect.most_output is None:
        return replace(dialect, most_output=most)
    return replace(dialect, cap=Cap.OLD) if dialect.api is Api.CHAT else dialect


def _other_role(dialect: Dialect, words: str) -> Dialect:
    if dialect.role is Speaker.DEVELOPER:
        return replace(dialect, role=Speaker.SYSTEM)
    return replace(dialect, role=Speaker.USER) if _SYSTEM_ROLE.search(words) else dialect


def _in_order(dialect: Dialect, is_pinned: bool) -> Dialect | None:
    if dialect.api is Api.RESPONSES and not is_pinned:
        return _chat(dialect, is_pinned)
    if dialect.api is Api.CHAT and (dialect.role is Speaker.DEVELOPER or dialect.cap is Cap.NEW):
        role = Speaker.SYSTEM if dialect.role is Speaker.DEVELOPER else dialect.role
        return replace(dialect, role=role, cap=Cap.OLD)
    bare = replace(dialect, efforts=(), summary=False, sealed=False, cache_key=False, stream_options=False)
    if dialect.api is Api.CHAT:
        # In the Responses API it keeps the server from storing the request, so it is left out only when it is named.
        bare = replace(bare, store=False)
    return bare if bare != dialect else None
