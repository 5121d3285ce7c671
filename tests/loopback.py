"""Model servers on loopback, a thread a request, and an environment without the host's model settings and proxies."""

import os
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from tests.generator.chat_server import ChatServer
from tests.generator.responses_server import ResponsesServer


@pytest.fixture(autouse=True)
def no_settings_of_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("OPENAI_") or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def loopback() -> Iterator[HTTPServer]:
    with HTTPServer(threaded=True) as http:
        yield http


@pytest.fixture
def server(loopback: HTTPServer) -> Iterator[ResponsesServer]:
    loopback.clear()
    responses = ResponsesServer(loopback)
    yield responses
    responses.released.set()


@pytest.fixture
def chat(loopback: HTTPServer) -> Iterator[ChatServer]:
    loopback.clear()
    completions = ChatServer(loopback)
    yield completions
    completions.released.set()
