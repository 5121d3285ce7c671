"""Every way a call can end, as a value, and how it is told from status codes and error objects. Pure.

A stream's events are read in `stream.py` and `chat_stream.py`; what follows from an ending is decided in `retry.py`,
and what from a refusal of the dialect in `dialect.py`. By which words servers complain: `complaints.py`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from tddbot.generator.wire import complaints

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
    UNKNOWN_MODEL = "the server does not offer the model"
    PROTOCOL = "the server does not speak OpenAI's API"
    TIMEOUT = "the call took too long"
    CANCELLED = "the call was cancelled"
    UNRECORDED = "the recording holds no answer to this request"


@dataclass(frozen=True, slots=True)
class CallEnd:
    """What one call came to.

    `items` are the output items to replay, `usage` is the server's own in the words of the Responses API, `detail` the
    server's words, `reasoning` the model's account of how it came to its answer (at most 4,000 characters). `started`
    says that the model may have run, so that the call is billed; `retry_after` is in seconds. Of a refusal, `status` is
    the HTTP status and `param` the fields of the request that it names; `context` is how many tokens the model's
    context has, where the server names it.
    """

    end: End
    detail: str = ""
    text: str = ""
    items: tuple[Json, ...] = ()
    usage: Json | None = None
    started: bool = False
    retry_after: float | None = None
    reasoning: str = ""
    status: int | None = None
    param: str = ""
    context: int | None = None


_QUOTA = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "account_deactivated"}
_KEY = {"invalid_api_key", "auth_error", "authentication_error", "invalid_authentication", "token_expired"}
_OVERFLOW = {
    "context_length_exceeded", "exceed_context_size_error", "string_above_max_length", "request_too_large",
}  # fmt: skip
_FILTER = {
    "content_filter", "content_policy_violation", "invalid_prompt", "cyber_policy", "bio_policy",
    "misalignment_policy_violation",
}  # fmt: skip
_MODEL = {"model_not_found", "model_not_available", "DeploymentNotFound", "invalid_model"}
_RATE = {"rate_limit_exceeded", "rate_limit_error", "tokens", "requests"}
_SERVER = {"server_error", "internal_server_error", "service_unavailable", "overloaded_error", "timeout"}
_REFUSED = {End.UNKNOWN_MODEL, End.AUTHENTICATION, End.QUOTA}
_REFUSED_FIELDS = ("unsupported_value", "unsupported_parameter", "unknown_parameter")
_DETAIL_CHARS = 500
_PARAM_CHARS = 200


def of_status(status: int, body: object, headers: Mapping[str, str]) -> CallEnd:
    """Return the ending that an answer with an error status is; `body` is its JSON, or its text."""
    error = _error(body)
    said = plain(error.get("message") or (body if isinstance(body, str) else ""))
    if 300 <= status < 400 and headers.get("location"):
        said = f"it redirects to {plain(headers['location'])}"
    end = _of_codes(error, status, said) or _of_words(status, said) or _of_status(status)
    return CallEnd(
        end,
        f"{status}: {said}" if said else str(status),
        retry_after=_retry_after(headers),
        status=status,
        param=_param(error),
        context=_context(error, said) if end is End.OVERFLOW else None,
    )


def of_error(error: object, usage: Json | None = None) -> CallEnd:
    """Return the ending that an error is which came with status 200: the model ran, or may have.

    It did not where the error has a code of the kind that comes before the answer, nor where the path is unknown.
    """
    body = _error(error)
    said = plain(body.get("message") or body.get("code") or "no reason given")
    if complaints.NO_PATH.search(said):
        return CallEnd(End.CAPABILITY, f"404: {said}", status=404)
    status = _status_within(body)
    end = _of_codes(body, None, said) or _of_words(status or 400, said)
    if end is None:
        end = _of_status(status) if status else End.TRANSIENT
    is_refused = end in _REFUSED or (status is not None and status < 500)
    return CallEnd(
        end,
        said,
        usage=usage,
        started=usage is not None or not is_refused,
        status=status,
        param=_param(body),
        context=_context(body, said) if end is End.OVERFLOW else None,
    )


def plain(words: object) -> str:
    """Return a server's words on one line and not too long; the markup of a page of HTML is dropped."""
    text = str(words)[: _DETAIL_CHARS * 20].encode("utf-8", "replace").decode("utf-8")
    if text.lstrip()[:1] == "<":
        text = re.sub(r"<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    return " ".join(text.split())[:_DETAIL_CHARS]


def _error(body: object) -> Json:
    """Return the error object in a body, with its words as `message`.

    OpenAI wraps it in `error`, others do not, or write `detail`, which may be a list of faults by field.
    """
    if not isinstance(body, Mapping):
        return {}
    inner = body.get("error", body)
    if isinstance(inner, str):
        return {"message": inner}
    if not isinstance(inner, Mapping):
        return {}
    if inner.get("message"):
        return inner
    faults = [fault for fault in _listed(inner.get("detail")) if "msg" in fault]
    if not faults:
        return {**inner, "message": inner.get("detail", "")}
    words = "; ".join(f"{_place(fault)}: {fault['msg']}" for fault in faults)
    return {"param": ", ".join(map(_place, faults)), **inner, "message": words}


def _listed(value: object) -> Iterator[Json]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, Mapping))


def _place(fault: Json) -> str:
    """Return the field that a fault is about, as FastAPI tells it: without the "body" that it begins with."""
    place = fault.get("loc")
    return ".".join(str(part) for part in place if part != "body") if isinstance(place, list) else ""


def _status_within(error: Json) -> int | None:
    """Return the status that a server with status 200 writes into its error: OpenRouter and vLLM do within streams."""
    code = error.get("code")
    if code in _REFUSED_FIELDS:
        return 400
    number = int(code) if isinstance(code, str) and re.fullmatch(r"[45]\d\d", code) else code
    return number if isinstance(number, int) and 400 <= number < 600 else None


def _param(error: Json) -> str:
    param = error.get("param")
    return plain(param)[:_PARAM_CHARS] if isinstance(param, str) else ""


def _context(error: Json, words: str) -> int | None:
    """Return how many tokens the context has, from llama.cpp's own field or the words."""
    own = error.get("n_ctx")
    return complaints.plausible(own) if isinstance(own, int) else complaints.context_tokens(words)


def _of_codes(error: Json, status: int | None, words: str) -> End | None:
    codes = {str(error.get(name)) for name in ("code", "type")}
    for known, end in (
        (_QUOTA, End.QUOTA),
        (_KEY, End.AUTHENTICATION),
        (_OVERFLOW, End.OVERFLOW),
        (_FILTER, End.FILTERED),
        (_MODEL, End.UNKNOWN_MODEL),
        (_RATE, End.RATE_LIMIT),
    ):
        if codes & known:
            return end
    if codes & _SERVER:
        # Some servers call it their own failure when they do not know a role or a field.
        return End.CAPABILITY if status and complaints.CAPABILITY.search(words) else End.TRANSIENT
    return None


def _of_words(status: int, words: str) -> End | None:
    """Return what the words say where the status alone does not."""
    if status in (400, 403, 404, 422) and complaints.NO_MODEL.search(words):
        return End.UNKNOWN_MODEL
    if status in (400, 403, 429) and complaints.NO_QUOTA.search(words):
        return End.QUOTA
    if status == 400 and complaints.NO_KEY.search(words):
        return End.AUTHENTICATION
    if status in (400, 422, 500) and complaints.OVERFLOW.search(words):
        return End.OVERFLOW
    if status >= 500 and complaints.CAPABILITY.search(words):
        return End.CAPABILITY
    return None


def _of_status(status: int) -> End:
    if status in (401, 403):
        return End.AUTHENTICATION
    if status == 402:
        return End.QUOTA
    if status == 413:
        return End.OVERFLOW
    if status == 429:
        return End.RATE_LIMIT
    if status in (408, 409, 425) or (status >= 500 and status != 501):
        return End.TRANSIENT
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
    except (ValueError, TypeError, OverflowError):
        return None
