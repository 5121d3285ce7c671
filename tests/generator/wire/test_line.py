"""What a line says of calls that brought no answer."""

import pytest
from pytest_httpserver import HTTPServer

from tddbot.generator.settings import ModelSettings
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.generator.wire.line import ServerLine
from tddbot.stop import Stop
from tests.fakes import FakeMemory
from tests.generator.responses_server import ResponsesServer

KEY = "sk-" + "planted" * 4


def test_a_server_that_lists_the_key_as_a_model_does_not_bring_it_onto_the_screen(
    server: ResponsesServer, loopback: HTTPServer
) -> None:
    listed = {"data": [{"id": KEY}, {"id": "another"}]}
    loopback.expect_request("/v1/models").respond_with_json(listed)
    line = ServerLine(ModelSettings(base_url=server.base_url), FakeMemory(), {"OPENAI_API_KEY": KEY})
    words = line.explain(CallEnd(End.UNKNOWN_MODEL, "404: no"), "some-model", Stop())
    assert words.endswith("it offers: [key], another; `small` and `large` in [tool.tddbot.model] say which is asked")


@pytest.mark.parametrize(
    ("call", "is_named"),
    [
        (CallEnd(End.TRANSIENT, "connection refused"), True),
        (CallEnd(End.TRANSIENT, "500: boom", status=500), False),
        (CallEnd(End.TRANSIENT, "it broke", started=True), False),
        (CallEnd(End.PROTOCOL, "Welcome to nginx"), True),
        (CallEnd(End.CAPABILITY, "404: Not Found", status=404), True),
        (CallEnd(End.CAPABILITY, "400: no", status=400), False),
    ],
)
def test_where_the_address_may_be_wrong_it_is_said_where_it_was_set(call: CallEnd, is_named: bool) -> None:
    address = "http://127.0.0.1:9/v1"
    set_in = {
        "; is base_url in [tool.tddbot.model] right?": ServerLine(ModelSettings(base_url=address), FakeMemory(), {}),
        "; is OPENAI_BASE_URL right?": ServerLine(ModelSettings(), FakeMemory(), {"OPENAI_BASE_URL": address}),
        "": ServerLine(ModelSettings(), FakeMemory(), {"OPENAI_API_KEY": "a-key"}),
    }
    for asked, line in set_in.items():
        words = line.explain(call, "some-model", Stop())
        assert words == f"{call.end.value} ({call.detail}){asked if is_named else ''}"


def test_an_answer_that_was_cut_short_twice_names_the_setting() -> None:
    line = ServerLine(ModelSettings(), FakeMemory(), {"OPENAI_API_KEY": "a-key"})
    words = line.explain(CallEnd(End.TRUNCATED, "the output cap was reached"), "some-model", Stop())
    assert words.endswith("; max_output_tokens in [tool.tddbot.model] is 32,000")
