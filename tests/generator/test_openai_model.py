"""The wire alone: one call to a real HTTP server on loopback, in both APIs, and how it ends."""

import json
import logging
import threading
from dataclasses import replace

import pytest

from tddbot.generator.openai_model import OpenAIWire
from tddbot.generator.prompt.prompt import Prompt
from tddbot.generator.wire.adapting import adapting
from tddbot.generator.wire.calls import Question
from tddbot.generator.wire.dialect import Api, Cap, Dialect, Speaker
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.generator.wire.request import as_sent, request
from tddbot.stop import Stop
from tests.fakes import FakeMemory
from tests.generator import chat_server, responses_server
from tests.generator.chat_server import ChatServer
from tests.generator.responses_server import Reply, ResponsesServer, error, raw, status

PROMPT = Prompt("Rules.", ({"role": "user", "content": [{"type": "input_text", "text": "Task."}]},))
QUESTION = Question("some-model", "low", PROMPT, 1_000)
KEY = "sk-" + "planted-7f3a9c51e2"
RESPONSES = Dialect()
CHAT = Dialect(api=Api.CHAT)
PLAIN = replace(CHAT, stream=False)
Server = ResponsesServer | ChatServer


def call(server: Server, dialect: Dialect = RESPONSES, seconds: float = 30.0, stop: Stop | None = None) -> CallEnd:
    return OpenAIWire(server.base_url, KEY)(QUESTION, dialect, seconds, stop or Stop())


def calls_left() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "tddbot-call"]


def test_an_answer_of_responses_comes_with_its_items_reasoning_and_usage(server: ResponsesServer) -> None:
    server.answer("Right.")
    ended = call(server)
    assert (ended.end, ended.text, ended.started) == (End.OK, "Right.", True)
    assert [item["type"] for item in ended.items] == ["reasoning", "message"]
    assert ended.usage == responses_server.USAGE
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    (sent,) = server.requests
    assert (sent["store"], sent["stream"]) == (False, True)
    assert sent["reasoning"] == {"effort": "low", "summary": "auto"}
    assert len(sent["prompt_cache_key"]) == 32


@pytest.mark.parametrize("dialect", [RESPONSES, replace(RESPONSES, summary=False, cache_key=False)])
def test_a_body_of_responses_is_known_to_the_byte(server: ResponsesServer, dialect: Dialect) -> None:
    call(server, dialect)
    assert server.bodies[0].decode() == as_sent(request(QUESTION, dialect))


@pytest.mark.parametrize("dialect", [CHAT, PLAIN, replace(CHAT, cap=Cap.OLD, role=Speaker.SYSTEM, efforts=())])
def test_a_body_of_chat_is_known_to_the_byte(chat: ChatServer, dialect: Dialect) -> None:
    call(chat, dialect)
    assert chat.bodies[0].decode() == as_sent(request(QUESTION, dialect))


def test_a_reasoning_summary_is_kept(server: ResponsesServer) -> None:
    thought = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "**Doubling**"}]}
    message = responses_server.message_item([{"type": "output_text", "text": "Right."}])
    finish = responses_server.finished("response.completed", "completed", [thought, message])
    server.queue([responses_server.streamed([finish])])
    assert call(server).reasoning == "**Doubling**"


def test_reasoning_as_open_models_give_it_is_kept(server: ResponsesServer) -> None:
    thought = {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "Doubling."}]}
    message = responses_server.message_item([{"type": "output_text", "text": "\n<think>Sure?</think>Right."}])
    finish = responses_server.finished("response.completed", "completed", [thought, message])
    server.queue([responses_server.streamed([finish])])
    ended = call(server)
    assert (ended.text, ended.reasoning) == ("Right.", "Doubling.\n\nSure?")


def test_a_stream_of_chat_is_an_answer(chat: ChatServer) -> None:
    chat.answer("Right.")
    ended = call(chat, CHAT)
    assert (ended.end, ended.text, ended.started) == (End.OK, "Right.", True)
    assert ended.usage == chat_server.BILLED
    (request,) = chat.requests
    assert request["messages"] == [{"role": "developer", "content": "Rules."}, {"role": "user", "content": "Task."}]
    assert (request["store"], request["stream"]) == (False, True)
    assert request["stream_options"] == {"include_usage": True}
    assert "n" not in request


def test_a_whole_answer_of_chat_is_one_too(chat: ChatServer) -> None:
    chat.queue([chat_server.whole("Right.", reasoning_content="Doubling.")])
    ended = call(chat, PLAIN)
    assert (ended.end, ended.text, ended.reasoning) == (End.OK, "Right.", "Doubling.")
    assert ended.usage == chat_server.BILLED
    assert chat.requests[0]["stream"] is False


def test_a_whole_answer_of_responses_is_one_too(server: ResponsesServer) -> None:
    whole = responses_server.answer_events("Right.")[-1]["response"]
    server.queue([raw(json.dumps(whole), "application/json"), raw(json.dumps(whole), "text/plain")])
    for _ in range(2):
        ended = call(server, replace(RESPONSES, stream=False))
        assert (ended.end, ended.text, ended.usage) == (End.OK, "Right.", responses_server.USAGE)
    assert server.requests[0]["stream"] is False


@pytest.mark.parametrize("dialect", [CHAT, PLAIN])
def test_what_comes_counts_and_not_what_was_asked_for(chat: ChatServer, dialect: Dialect) -> None:
    chat.queue([chat_server.answered("Right."), chat_server.whole("Right.")])
    assert [call(chat, dialect).text for _ in range(2)] == ["Right."] * 2


@pytest.mark.parametrize(
    ("reply", "end", "words"),
    [
        (error(404, "The model `x` does not exist", name="model_not_found"), End.UNKNOWN_MODEL, "`x` does not exist"),
        (status(404, {"object": "error", "message": "The model x does not exist."}), End.UNKNOWN_MODEL, "x does not"),
        (error(404, 'model "x" not found, try pulling it first'), End.UNKNOWN_MODEL, "try pulling it first"),
        (error(400, "x is not a valid model ID"), End.UNKNOWN_MODEL, "x is not"),
        (error(400, "Invalid model name passed in model=x"), End.UNKNOWN_MODEL, "model=x"),
        (error(403, "Project `p` does not have access to model `x`"), End.UNKNOWN_MODEL, "does not have access"),
        (error(401, f"Incorrect API key provided: {KEY}"), End.AUTHENTICATION, "401"),
        (error(400, "API key not valid. Please pass a valid API key."), End.AUTHENTICATION, "API key"),
        (error(402, "Insufficient Balance"), End.QUOTA, "Insufficient"),
        (error(429, "You exceeded your quota", "insufficient_quota"), End.QUOTA, "429"),
        (error(429, "slow down"), End.RATE_LIMIT, "slow"),
        (error(400, "blocked", name="content_filter"), End.FILTERED, "blocked"),
        (error(503, "overloaded"), End.TRANSIENT, "overloaded"),
        (error(500, "Unexpected role: developer", "internal_server_error"), End.CAPABILITY, "developer"),
        (raw('{"error":"Unexpected endpoint or method. (POST /v1/x)"}', "application/json"), End.CAPABILITY, "404"),
        (status(200, {"error": {"message": "went down"}}), End.TRANSIENT, "went down"),
        (raw("<html><title>Log in</title></html>", "text/html"), End.PROTOCOL, "Log in"),
        (raw("<html>Log in</html>", "text/plain"), End.PROTOCOL, "Log in"),
        (raw('"just a string"', "application/json"), End.PROTOCOL, "just a string"),
        (raw('{"choices": null}', "application/json"), End.PROTOCOL, "choices"),
        (raw("data: {not json\n\n", "text/event-stream"), End.PROTOCOL, "not json"),
        (raw("hello", "text/plain"), End.CUT_OFF, ""),
        (raw("", "text/event-stream"), End.CUT_OFF, ""),
        (status(307, "", {"location": "http://127.0.0.1:9/login"}), End.PROTOCOL, "redirects to http"),
        (status(302, "", {"location": "/login"}), End.PROTOCOL, "redirects to /login"),
    ],
)
@pytest.mark.parametrize("api", list(Api))
def test_every_way_a_call_can_end_is_a_value(
    request: pytest.FixtureRequest, api: Api, reply: Reply, end: End, words: str
) -> None:
    server: Server = request.getfixturevalue("server" if api is Api.RESPONSES else "chat")
    server.queue([reply])
    ended = call(server, Dialect(api=api))
    assert ended.end is end
    assert words in ended.detail
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("chunks", "is_done", "end"),
    [
        ([chat_server.chunk({"content": "x"})], True, End.CUT_OFF),
        ([chat_server.chunk({"content": "x"})], False, End.CUT_OFF),
        ([chat_server.chunk({"content": "x"}, "length")], True, End.TRUNCATED),
        ([chat_server.chunk({"content": "<think>x"}, "length")], True, End.EMPTY),
        ([chat_server.chunk({"refusal": "No."}, "stop")], True, End.REFUSAL),
        ([chat_server.chunk({"content": "x"}), {"error": {"message": "went down"}}], True, End.TRANSIENT),
        ([{"choices": None}], True, End.PROTOCOL),
    ],
)
def test_every_way_a_stream_of_chat_can_end_is_a_value(
    chat: ChatServer, chunks: list[dict], is_done: bool, end: End
) -> None:
    chat.queue([chat_server.streamed(chunks, is_done)])
    assert call(chat, CHAT).end is end


def test_case_1_and_2_a_rate_limit_says_when_to_ask_again(server: ResponsesServer) -> None:
    server.queue([status(429, {"error": {"message": "slow"}}, {"retry-after": "300"})])
    ended = call(server)
    assert (ended.end, ended.retry_after, ended.started) == (End.RATE_LIMIT, 300.0, False)


def test_case_3_no_quota_is_one_request(server: ResponsesServer) -> None:
    server.queue([error(429, "You exceeded your quota", "insufficient_quota", "insufficient_quota")] * 3)
    assert call(server).end is End.QUOTA
    assert len(server.requests) == 1


def test_case_8_and_9_an_old_server_is_understood_and_remembered(chat: ChatServer) -> None:
    memory = FakeMemory()
    chat.queue([status(500, "Internal Server Error"), chat_server.answered("Right.")])
    wire = OpenAIWire(chat.base_url, KEY)
    assert adapting(wire, memory, chat.base_url)(QUESTION, 30, Stop()).text == "Right."
    assert [request["messages"][0]["role"] for request in chat.requests] == ["developer", "system"]
    chat.answer("Right.")
    assert adapting(wire, memory, chat.base_url)(QUESTION, 30, Stop()).text == "Right."
    assert (chat.lost, len(chat.requests)) == (1, 3)


def test_an_organization_that_is_not_verified_gets_an_answer_without_summary_and_stream(
    server: ResponsesServer,
) -> None:
    def refused(message: str, param: str) -> Reply:
        return status(400, {"error": {"message": message, "param": param, "code": "unsupported_value"}})

    verified = "Your organization must be verified to"
    whole = responses_server.answer_events("Right.")[-1]["response"]
    server.queue(
        [
            refused(f"{verified} generate reasoning summaries.", "reasoning.summary"),
            refused(f"{verified} stream this model.", "stream"),
            raw(json.dumps(whole), "application/json"),
        ]
    )
    wire = OpenAIWire(server.base_url, KEY)
    assert adapting(wire, FakeMemory(), server.base_url)(QUESTION, 30, Stop()).text == "Right."
    last = server.requests[-1]
    assert (last["stream"], last["reasoning"], "include" in last) == (False, {"effort": "low"}, True)


@pytest.mark.parametrize("shape", ["message", "param", "list of faults"])
def test_a_field_that_the_server_does_not_know_is_the_only_one_left_out(chat: ChatServer, shape: str) -> None:
    refusals = {
        "message": status(400, {"error": {"message": "Unrecognized request argument supplied: reasoning_effort"}}),
        "param": status(400, {"error": {"message": "Unknown", "param": "reasoning_effort"}}),
        "list of faults": status(422, {"detail": [{"loc": ["body", "reasoning_effort"], "msg": "Extra inputs"}]}),
    }
    chat.queue([refusals[shape], chat_server.answered("Right.")])
    wire = OpenAIWire(chat.base_url, KEY)
    assert adapting(wire, FakeMemory(), chat.base_url, api="chat")(QUESTION, 30, Stop()).text == "Right."
    one, two = chat.requests
    assert one.keys() - two.keys() == {"reasoning_effort"}
    assert chat.lost == 0


def test_case_10_and_11_every_request_carries_all_items_and_is_not_stored(server: ResponsesServer) -> None:
    server.answer("First.")
    first = call(server)
    later = replace(QUESTION, prompt=replace(PROMPT, appended=first.items))
    server.answer("Second.")
    OpenAIWire(server.base_url, KEY)(later, RESPONSES, 30, Stop())
    one, two = server.requests
    assert two["input"] == [*one["input"], *first.items]
    assert two["input"][1]["encrypted_content"] == "sealed-1"
    assert one["store"] is two["store"] is False
    assert one["prompt_cache_key"] == two["prompt_cache_key"]
    assert not {"previous_response_id", "conversation"} & two.keys()


@pytest.mark.parametrize("api", list(Api))
def test_it_is_told_as_soon_as_the_server_begins_to_answer(request: pytest.FixtureRequest, api: Api) -> None:
    server: Server = request.getfixturevalue("server" if api is Api.RESPONSES else "chat")
    server.queue([error(503, "down"), status(200, {"error": {"message": "went down"}})])
    server.answer("Right.")
    told: list[str] = []
    wire = OpenAIWire(server.base_url, KEY)
    ends = [wire(QUESTION, Dialect(api=api), 30, Stop(), lambda: told.append("now")).end for _ in range(3)]
    assert ends == [End.TRANSIENT, End.TRANSIENT, End.OK]
    assert told == ["now"]


@pytest.mark.parametrize("kind", ["drip", "silence"])
@pytest.mark.parametrize("api", list(Api))
def test_a_call_is_cut_off_at_its_deadline(request: pytest.FixtureRequest, api: Api, kind: str) -> None:
    server: Server = request.getfixturevalue("server" if api is Api.RESPONSES else "chat")
    server.queue([responses_server.dripping(server) if kind == "drip" else responses_server.silent(server)])
    ended = call(server, Dialect(api=api), 0.2)
    assert (ended.end, ended.started) == (End.TIMEOUT, True)
    assert not calls_left()


def test_of_four_calls_side_by_side_one_is_cut_off_alone(chat: ChatServer) -> None:
    stop, ended = Stop(), {}
    chat.queue([responses_server.dripping(chat)])
    one = threading.Thread(target=lambda: ended.update(one=call(chat, CHAT, stop=stop)))
    one.start()
    assert chat.arrived.wait(30)
    together = threading.Barrier(4)

    def held(reply: Reply) -> Reply:
        def hold(request: responses_server.Request) -> responses_server.Response:
            together.wait(30)
            return reply(request)

        return hold

    chat.queue([held(chat_server.answered("Right."))] * 3)
    rest = [threading.Thread(target=lambda n=n: ended.update({n: call(chat, CHAT)})) for n in range(3)]
    for thread in rest:
        thread.start()
    stop.set()
    one.join()
    together.wait(30)
    for thread in rest:
        thread.join()
    assert ended.pop("one").end is End.CANCELLED
    assert [call.text for call in ended.values()] == ["Right."] * 3
    assert chat.hung_up.wait(30)
    assert not calls_left()


def test_the_models_that_a_server_offers_are_listed(server: ResponsesServer, loopback) -> None:
    listing = {"object": "list", "data": [{"id": "b", "object": "model"}, {"id": "a"}, {"id": 7}, None]}
    loopback.expect_request("/v1/models", method="GET").respond_with_handler(lambda _: status(200, listing)(_))
    assert OpenAIWire(server.base_url, KEY).models(30, Stop()) == ("b", "a")


@pytest.mark.parametrize(
    "reply",
    [
        status(404, {"detail": "Not Found"}),
        status(401, "no"),
        raw("<html>", "text/html"),
        raw("[1, 2]", "application/json"),
        raw('{"data": 7}', "application/json"),
        raw("", "application/json"),
    ],
)
def test_no_list_of_models_is_none(server: ResponsesServer, loopback, reply: Reply) -> None:
    loopback.expect_request("/v1/models", method="GET").respond_with_handler(reply)
    assert OpenAIWire(server.base_url, KEY).models(30, Stop()) == ()


def test_a_list_of_models_is_waited_for_only_so_long(server: ResponsesServer, loopback) -> None:
    loopback.expect_request("/v1/models", method="GET").respond_with_handler(responses_server.silent(server))
    assert OpenAIWire(server.base_url, KEY).models(0.2, Stop()) == ()
    stop = Stop()
    stop.set()
    assert OpenAIWire("http://127.0.0.1:9/v1", KEY).models(30, stop) == ()
    assert OpenAIWire("http://127.0.0.1:9/v1", KEY).models(30, Stop()) == ()
    assert not calls_left()


def test_a_stop_that_is_already_set_sends_nothing(server: ResponsesServer) -> None:
    stop = Stop()
    stop.set()
    assert call(server, stop=stop) == CallEnd(End.CANCELLED)
    assert server.requests == []


def test_the_key_is_in_the_header_and_nowhere_else(server: ResponsesServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.answer("Right.")
    wire = OpenAIWire(server.base_url, KEY)
    ended = wire(QUESTION, RESPONSES, 30, Stop())
    assert KEY not in repr([wire, ended, caplog.text, server.requests])
