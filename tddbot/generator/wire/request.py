"""A question in a dialect to the body of a request, for both wire APIs. Pure."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from tddbot.generator.prompt.prompt import Item, Prompt
from tddbot.generator.wire.calls import Question
from tddbot.generator.wire.dialect import Api, Dialect, Speaker
from tddbot.generator.wire.endings import Json
from tddbot.generator.wire.stream import objects

_USER, _ASSISTANT = "user", "assistant"
_FIRST = ("model", "stream", "messages")
"""The fields that the SDK sends first; all others follow by name."""


def request(question: Question, dialect: Dialect) -> dict[str, Any]:
    """Return the body of the request that asks the question in this dialect, its fields in the order of the wire."""
    body = _responses(question, dialect) if dialect.api is Api.RESPONSES else _chat(question, dialect)
    body |= {"model": question.model, "stream": dialect.stream}
    if dialect.store:
        body["store"] = False
    if dialect.cache_key:
        body["prompt_cache_key"] = cache_key(question.prompt)
    names = [name for name in _FIRST if name in body] + sorted(body.keys() - set(_FIRST))
    return {name: body[name] for name in names}


def as_sent(body: Json) -> str:
    """Return a body as it goes over the wire, byte for byte; a test holds it against what a server gets."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def cache_key(prompt: Prompt) -> str:
    """Return a key that all requests with the same stable parts share, so that a server's cache finds them."""
    stable = json.dumps([prompt.instructions, *prompt.stable], sort_keys=True).encode()
    return hashlib.sha256(stable).hexdigest()[:32]


def output_cap(question: Question, dialect: Dialect) -> int:
    """Return how many tokens of output are asked for, which the model may bound."""
    return min(question.output_cap, dialect.most_output or question.output_cap)


def messages(prompt: Prompt, speaker: Speaker) -> list[dict[str, str]]:
    """Return the prompt as messages of Chat: instructions, then user and assistant in turn.

    Reasoning is left out, since Chat takes none back. What one side says in several items becomes one message: some
    models' templates demand that the sides take turns.
    """
    said = [(str(speaker), prompt.instructions), *_said(prompt.input)]
    merged: list[dict[str, str]] = []
    for role, text in said:
        if merged and merged[-1]["role"] == role:
            merged[-1]["content"] += f"\n\n{text}"
        else:
            merged.append({"role": role, "content": text})
    return merged


def _said(items: tuple[Item, ...]) -> Iterator[tuple[str, str]]:
    for item in items:
        if item.get("type", "message") == "message" and (text := _text(item.get("content"))):
            yield _ASSISTANT if item.get("role") == _ASSISTANT else _USER, text


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in objects(content) if isinstance(part.get("text"), str))


def _responses(question: Question, dialect: Dialect) -> dict[str, Any]:
    body: dict[str, Any] = {
        "instructions": question.prompt.instructions,
        "input": [*_replayed(question.prompt.input, dialect)],
        "max_output_tokens": output_cap(question, dialect),
    }
    if dialect.sealed:
        body["include"] = ["reasoning.encrypted_content"]
    if effort := dialect.effort(question.effort):
        body["reasoning"] = {"effort": effort} | ({"summary": "auto"} if dialect.summary else {})
    return body


def _replayed(items: tuple[Item, ...], dialect: Dialect) -> Iterator[Json]:
    for item in items:
        if dialect.sealed or item.get("type") != "reasoning":
            yield item


def _chat(question: Question, dialect: Dialect) -> dict[str, Any]:
    body: dict[str, Any] = {
        "messages": messages(question.prompt, dialect.role),
        str(dialect.cap): output_cap(question, dialect),
    }
    if effort := dialect.effort(question.effort):
        body["reasoning_effort"] = effort
    if dialect.stream and dialect.stream_options:
        body["stream_options"] = {"include_usage": True}
    return body
