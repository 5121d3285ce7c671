"""The wire alone: one call to a real HTTP server on loopback, and how it ends."""

import threading

import pytest

from tddbot.generator.calls import Question
from tddbot.generator.dialect import Dialect
from tddbot.generator.endings import CallEnd, End
from tddbot.generator.openai_model import OpenAIWire
from tddbot.generator.prompt import Prompt
from tddbot.stop import Stop
from tests.generator import responses_server as wire
from tests.generator.responses_server import ResponsesServer

PROMPT = Prompt("Rules.", ({"role": "user", "content": [{"type": "input_text", "text": "Task."}]},))
KEY = "sk-" + "planted-7f3a9c51e2"


def call(server: ResponsesServer, seconds: float = 30.0, dialect: Dialect = Dialect()) -> CallEnd:  # noqa: B008
    question = Question("some-model", "low", PROMPT, 1_000)
    return OpenAIWire(server.base_url, KEY)(question, dialect, seconds, Stop())


def test_an_answer_comes_with_its_items_and_usage(server: ResponsesServer) -> None:
    server.answer("Right.")
    ended = call(server)
    assert (ended.end, ended.text, ended.started) == (End.OK, "Right.", True)
    assert [item["type"] for item in ended.items] == ["reasoning", "message"]
    assert ended.usage == wire.USAGE
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("kind", ["drip", "silence"])
def test_a_call_is_cut_off_at_its_deadline(server: ResponsesServer, kind: str) -> None:
    server.queue([wire.dripping(server) if kind == "drip" else wire.silent(server)])
    assert call(server, 0.2).end is End.TIMEOUT
    assert "tddbot-call" not in {thread.name for thread in threading.enumerate()}
