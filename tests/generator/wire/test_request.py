"""From a question and a dialect to the body of a request."""

import json
from dataclasses import replace

import pytest

from tddbot.generator.prompt.prompt import Item, Prompt
from tddbot.generator.settings import Effort
from tddbot.generator.wire.calls import Question
from tddbot.generator.wire.dialect import Api, Cap, Dialect, Speaker
from tddbot.generator.wire.request import messages, request

CHAT = Dialect(api=Api.CHAT)
BARE = Dialect(Api.CHAT, Speaker.SYSTEM, Cap.OLD, (), False, False, False, False, False, False)


def user(text: str) -> Item:
    return {"role": "user", "content": [{"type": "input_text", "text": text}]}


REASONING = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "sealed"}
MESSAGE = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "first"}]}
PROMPT = Prompt("Rules.", (user("Tests."), user("Task.")), (REASONING, MESSAGE, user("Red yet."), user("Again.")))
QUESTION = Question("m", "low", PROMPT, 32_000)


def test_the_default_asks_responses_for_all_that_there_is_and_stores_nothing() -> None:
    body = request(QUESTION, Dialect())
    assert body.pop("prompt_cache_key")
    assert body == {
        "model": "m",
        "instructions": "Rules.",
        "input": list(PROMPT.input),
        "max_output_tokens": 32_000,
        "include": ["reasoning.encrypted_content"],
        "reasoning": {"effort": "low", "summary": "auto"},
        "store": False,
        "stream": True,
    }


def test_chat_gets_messages_and_the_output_cap_by_its_new_name() -> None:
    body = request(QUESTION, CHAT)
    assert body.pop("prompt_cache_key")
    assert body == {
        "model": "m",
        "messages": [
            {"role": "developer", "content": "Rules."},
            {"role": "user", "content": "Tests.\n\nTask."},
            {"role": "assistant", "content": "first"},
            {"role": "user", "content": "Red yet.\n\nAgain."},
        ],
        "max_completion_tokens": 32_000,
        "reasoning_effort": "low",
        "store": False,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_the_barest_request_is_what_every_server_takes() -> None:
    body = request(QUESTION, BARE)
    assert set(body) == {"model", "messages", "max_tokens", "stream"}
    assert body["stream"] is False
    assert body["messages"][0]["role"] == "system"


def test_instructions_can_be_the_users_own_words() -> None:
    assert messages(PROMPT, Speaker.USER)[0] == {"role": "user", "content": "Rules.\n\nTests.\n\nTask."}


@pytest.mark.parametrize(
    ("dialect", "gone"),
    [
        (replace(Dialect(), sealed=False), "encrypted"),
        (replace(Dialect(), summary=False), 'summary": "auto'),
        (replace(Dialect(), efforts=()), 'reasoning": {'),
        (replace(Dialect(), cache_key=False), "prompt_cache_key"),
        (replace(Dialect(), store=False), "store"),
        (replace(CHAT, stream=False), "stream_options"),
        (replace(CHAT, stream_options=False), "stream_options"),
        (CHAT, "sealed"),
    ],
)
def test_what_is_left_out_is_nowhere_in_the_request(dialect: Dialect, gone: str) -> None:
    assert gone not in json.dumps(request(QUESTION, dialect))


def test_without_an_effort_no_reasoning_is_asked_for() -> None:
    body = request(replace(QUESTION, effort=""), Dialect())
    assert "reasoning" not in body


def test_the_effort_is_the_nearest_one_that_is_taken() -> None:
    dialect = replace(Dialect(), efforts=(Effort.MEDIUM, Effort.HIGH))
    assert request(QUESTION, dialect)["reasoning"]["effort"] == "medium"


def test_the_output_cap_keeps_to_what_the_model_gives_at_most() -> None:
    assert request(QUESTION, replace(CHAT, most_output=8_192))["max_completion_tokens"] == 8_192
    assert request(QUESTION, replace(Dialect(), most_output=64_000))["max_output_tokens"] == 32_000


def test_all_rounds_on_the_same_stable_parts_share_a_cache_key() -> None:
    def key(prompt: Prompt, model: str = "m") -> object:
        return request(Question(model, "low", prompt, 1), Dialect())["prompt_cache_key"]

    assert key(PROMPT) == key(Prompt("Rules.", PROMPT.stable))
    assert key(PROMPT) != key(Prompt("Other rules.", PROMPT.stable))
    assert key(PROMPT) != key(Prompt("Rules.", (user("Other tests."), user("Task."))))
    assert len(str(key(PROMPT))) <= 64


def test_later_rounds_only_append_messages() -> None:
    shorter = messages(Prompt("Rules.", PROMPT.stable), Speaker.DEVELOPER)
    assert messages(PROMPT, Speaker.DEVELOPER)[: len(shorter)] == shorter
