"""Every way a call can end, as a value, and how it is told from status codes and error objects. Pure.

A stream's events are read in `stream.py`; what follows from an ending is decided in `retry.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

Json = Mapping[str, Any]


class End(StrEnum):
    """How a call ended."""

    OK = "answered"
    REFUSAL = "the model refused"
    FILTERED = "the server's content filter stopped it"
    TRUNCATED = "the answer was cut short at the output cap"
    EMPTY = "the answer was empty"
    OVERFLOW = "the request is longer than the model's context"
    AUTHENTICATION = "the server did not accept the key"
    QUOTA = "the account has no quota left"
    RATE_LIMIT = "the server's rate limit was reached"
    TRANSIENT = "the server failed or could not be reached"
    CUT_OFF = "the stream ended before the answer was complete"
    CAPABILITY = "the server or the model does not take the request"
    PROTOCOL = "the server does not speak the Responses API"
    TIMEOUT = "the call took too long"
    CANCELLED = "the call was cancelled"


@dataclass(frozen=True, slots=True)
class CallEnd:
    """What one call came to.

    `items` are the output items to replay, `usage` is the server's own, `detail` the server's words. `started` says
    that the model may have run, so that the call is billed; `retry_after` is in seconds.
    """

    end: End
    detail: str = ""
    text: str = ""
    items: tuple[Json, ...] = ()
    usage: Json | None = None
    started: bool = False
    retry_after: float | None = None


_QUOTA = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "account_deactivated"}
_KEY = {"invalid_api_key", "auth_error", "authentication_error", "invalid_authentication", "token_expired"}
_OVERFLOW = {"context_length_exceeded", "string_above_max_length", "request_too_large"}
_FILTER = {
    "content_filter", "content_policy_violation", "invalid_prompt", "cyber_policy", "bio_policy",
    "misalignment_policy_violation",
}  # fmt: skip
_RATE = {"rate_limit_exceeded", "rate_limit_error", "tokens", "requests"}
_SERVER = {"server_error", "internal_server_error", "service_unavailable", "overloaded_error", "timeout"}
_CONTEXT_WORDS = re.compile(r"context (?:length|window|size)|maximum context|too many tokens", re.IGNORECASE)
_CAPABILITY_WORDS = re.compile(
    r"\b(?:role|schema|unsupported|not supported|unknown (?:field|parameter)|unexpected keyword)\b", re.IGNORECASE
)
_DETAIL_CHARS = 500


def of_status(status: int, body: object, headers: Mapping[str, str]) -> CallEnd:
    """Return the ending that an answer with an error status is; `body` is its JSON, or its text."""
    error = _error(body)
    words = error.get("message") or (body if isinstance(body, str) else "")
    detail = f"{status}: {plain(words)}" if words else str(status)
    end = _of_codes(error) or _of_status(status, str(words))
    return CallEnd(end, detail, retry_after=_retry_after(headers))


def of_error(error: object, usage: Json | None = None) -> CallEnd:
    """Return the ending that an error within a stream is: the model ran, or may have."""
    said = _error(error)
    words = plain(said.get("message") or said.get("code") or "no reason given")
    end = _of_codes(said) or (End.OVERFLOW if _CONTEXT_WORDS.search(words) else End.TRANSIENT)
    return CallEnd(end, words, usage=usage, started=True)


def plain(words: object) -> str:
    """Return a server's words on one line and not too long; the markup of a page of HTML is dropped."""
    text = str(words)[: _DETAIL_CHARS * 20]
    if text.lstrip()[:1] == "<":
        text = re.sub(r"<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    return " ".join(text.split())[:_DETAIL_CHARS]


def _error(body: object) -> Json:
    """Return the error object in a body: OpenAI wraps it in `error`, others do not, or write `detail`."""
    if not isinstance(body, Mapping):
        return {}
    inner = body.get("error", body)
    if isinstance(inner, str):
        return {"message": inner}
    if not isinstance(inner, Mapping):
        return {}
    return inner if "message" in inner else {**inner, "message": inner.get("detail", "")}


def _of_codes(error: Json) -> End | None:
    codes = {str(error.get(name)) for name in ("code", "type")}
    for known, end in (
        (_QUOTA, End.QUOTA),
        (_KEY, End.AUTHENTICATION),
        (_OVERFLOW, End.OVERFLOW),
        (_FILTER, End.FILTERED),
        ({"model_not_found"}, End.CAPABILITY),
        (_RATE, End.RATE_LIMIT),
        (_SERVER, End.TRANSIENT),
    ):
        if codes & known:
            return end
    return None


def _of_status(status: int, words: str) -> End:
    if status in (401, 403):
        return End.AUTHENTICATION
    if status == 402:
        return End.QUOTA
    if status == 413 or (status in (400, 422) and _CONTEXT_WORDS.search(words)):
        return End.OVERFLOW
    if status == 429:
        return End.RATE_LIMIT
    if status in (408, 409, 425) or status >= 500:
        return End.CAPABILITY if status == 501 or _CAPABILITY_WORDS.search(words) else End.TRANSIENT
    return End.CAPABILITY if status >= 400 else End.PROTOCOL


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return in how many seconds the server wants to be asked again, or None where it does not say."""
    try:
        if milliseconds := headers.get("retry-after-ms"):
            return max(0.0, float(milliseconds) / 1000)
        said = headers.get("retry-after", "")
        if re.fullmatch(r"\s*\d+(?:\.\d+)?\s*", said):
            return float(said)
        if not said or "date" not in headers:
            return None
        # The server's own clock on both sides, so that ours need not be right.
        return max(0.0, (parsedate_to_datetime(said) - parsedate_to_datetime(headers["date"])).total_seconds())
    except (ValueError, TypeError):
        return None
