"""What a line says of calls that brought no answer."""

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
    assert words.endswith("it offers: [key], another")
