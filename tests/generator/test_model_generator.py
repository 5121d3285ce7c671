"""The model generator from end to end, against a real HTTP server on loopback. The wire alone: test_openai_model.py."""

import json
import logging
import threading
from collections.abc import Mapping
from decimal import Decimal

import pytest

from tddbot.budget import Budget, Ledger
from tddbot.domain import Candidate, Dud, Proposal
from tddbot.generator.model_generator import ModelGenerator
from tddbot.generator.prompt.thread import Answered, Faulty, thread_of
from tddbot.generator.settings import ModelSettings
from tddbot.generator.wire.line import ServerLine
from tddbot.ports import ProposalRequest
from tddbot.stop import Stop
from tests.fakes import FakeMemory, FakePurse
from tests.generator import responses_server as wire
from tests.generator import samples
from tests.generator.responses_server import ResponsesServer

KEY = "sk-planted-7f3a9c51e2"


def made(settings: ModelSettings, environ: Mapping[str, str]) -> ModelGenerator:
    line = ServerLine(settings, FakeMemory(), environ)
    return ModelGenerator(settings, line, samples.nothing, lambda path: "no", FakePurse())


def generator(server: ResponsesServer, key: str = KEY, **settings: object) -> ModelGenerator:
    values: dict[str, object] = {"base_url": server.base_url, "retry_seconds": 0.01, "prices": samples.PRICES}
    return made(ModelSettings(**{**values, **settings}), {"OPENAI_API_KEY": key})  # type: ignore[arg-type]


def ask(model: ModelGenerator, history: tuple = (), ledger: Ledger | None = None, stop: Stop | None = None) -> Proposal:
    request = ProposalRequest(samples.brief(), samples.RUNG, history)
    proposals = list(model.propose(request, ledger or Ledger(Budget(usd=None)), stop or Stop()))
    assert len(proposals) == 1
    return proposals[0]


def dud(proposal: Proposal) -> Dud:
    assert isinstance(proposal, Dud)
    return proposal


def test_an_answer_becomes_a_candidate_with_its_bill(server: ResponsesServer) -> None:
    server.answer(samples.RIGHT)
    ledger = Ledger(Budget())
    proposal = ask(generator(server), ledger=ledger)
    assert isinstance(proposal, Candidate)
    assert proposal.patch.edits[0].after == "def double(x):\n    return x * 2\n"
    assert proposal.note == "It must multiply."
    assert proposal.generator == "model:gpt-6-luna"
    assert proposal.usage.input_tokens == 1200
    assert proposal.usage.reasoning_tokens == 250
    assert proposal.usage.usd == (1000 * Decimal(1) + 200 * Decimal("0.1") + 300 * Decimal(10)) / 1_000_000
    assert ledger.spent == proposal.usage


def test_every_request_is_stateless_streamed_and_asks_for_the_sealed_reasoning(server: ResponsesServer) -> None:
    server.answer(samples.RIGHT)
    ask(generator(server))
    (request,) = server.requests
    assert request["store"] is False
    assert request["stream"] is True
    assert request["include"] == ["reasoning.encrypted_content"]
    assert request["model"] == "gpt-6-luna"
    assert request["reasoning"] == {"effort": "low", "summary": "auto"}
    assert request["max_output_tokens"] == 32_000


def test_a_wrong_answer_is_followed_by_a_right_one_after_feedback(server: ResponsesServer) -> None:
    server.answer(samples.WRONG)
    server.answer(samples.RIGHT)
    model = generator(server)
    first = ask(model)
    second = ask(model, history=(samples.attempt(first, "5"),))
    assert isinstance(second, Candidate)
    one, two = server.requests
    assert two["instructions"] == one["instructions"]
    stable = len(one["input"])
    assert two["input"][:stable] == one["input"]
    reasoning, message, judged = two["input"][stable:]
    assert (reasoning["type"], message["type"]) == ("reasoning", "message")
    assert reasoning["encrypted_content"] == "sealed-1"
    assert "status" not in reasoning
    assert "x + 2" in json.dumps(message)
    feedback = judged["content"][0]["text"]
    assert "assert 5 == 6" in feedback
    assert "the target is still red" in feedback
    assert "0x7f00dead" not in json.dumps(two)


def test_an_answer_that_is_no_patch_is_replayed_with_its_reason(server: ResponsesServer) -> None:
    server.answer("I would change it.")
    server.answer(samples.RIGHT)
    proposal = ask(generator(server))
    assert isinstance(proposal, Candidate)
    answered, faulty, _ = proposal.replay
    assert isinstance(answered, Answered)
    assert isinstance(faulty, Faulty)
    assert [item["type"] for item in answered.items] == ["reasoning", "message"]
    assert "no edit" in faulty.reason
    assert proposal.usage.calls == 2


@pytest.mark.parametrize(
    ("reply", "reason", "final", "hits"),
    [
        (wire.error(401, f"Incorrect API key provided: {KEY}"), "OPENAI_API_KEY", True, 1),
        (wire.error(403, f"No access for {KEY}"), "OPENAI_API_KEY", True, 1),
        (wire.error(400, "Authentication Error", "auth_error"), "OPENAI_API_KEY", True, 1),
        (wire.error(429, "You exceeded your quota", "insufficient_quota", "insufficient_quota"), "no quota", True, 1),
        (wire.error(404, "The model `nope` does not exist", name="model_not_found"), "`nope` does not exist", True, 1),
        (wire.error(400, "blocked", name="content_policy_violation"), "content filter", True, 1),
        (wire.error(503, "overloaded"), "overloaded", True, 3),
        (wire.status(502, "<html><body><h1>Bad Gateway</h1></body></html>"), "Bad Gateway", True, 3),
        (wire.raw("<html><title>Log in</title></html>", "text/html"), "Log in", True, 1),
        (wire.raw('"just a string"', "application/json"), "just a string", True, 1),
        (wire.raw('{"choices": null}', "application/json"), "does not speak", True, 1),
        (wire.raw("data: {not json\n\n", "text/event-stream"), "does not speak", True, 1),
        (wire.raw("data: " + "[" * 200_000 + "\n\n", "text/event-stream"), "does not speak", True, 1),
        (wire.raw("", "text/event-stream"), "before the answer was complete", False, 2),
        (wire.raw("hello", "text/plain"), "before the answer was complete", False, 2),
        (wire.streamed(wire.answer_events(samples.RIGHT)[:-1]), "before the answer was complete", False, 2),
        (wire.raw('data: "a bare string"\n\ndata: 7\n\ndata: null\n\n', "text/event-stream"), "before the", False, 2),
        (wire.incomplete([wire.message_item([], state="incomplete")]), "was empty", False, 2),
        (wire.incomplete([], "content_filter"), "content filter", True, 1),
        (wire.streamed([{"type": "error", "code": "server_error", "message": "went down"}]), "went down", True, 3),
        (wire.raw('data: {"error": {"message": "bad stream"}}\n\n', "text/event-stream"), "bad stream", True, 3),
    ],
)
def test_every_way_a_call_can_end_is_a_dud(
    server: ResponsesServer, reply: wire.Reply, reason: str, final: bool, hits: int
) -> None:
    server.queue([reply] * hits)
    ended = dud(ask(generator(server, api="responses")))
    assert reason in ended.reason
    assert ended.final is final
    assert len(server.requests) == hits
    assert ended.out_of_means is (final and not any(word in reason for word in ("content filter", "longer than")))
    assert KEY not in repr(ended)
    assert not thread_of(ended.replay)


@pytest.mark.parametrize(
    ("code", "reason", "final", "hits"),
    [
        ("server_error", "went wrong", True, 3),
        ("rate_limit_exceeded", "rate limit", True, 4),
        ("invalid_prompt", "content filter", True, 1),
    ],
)
def test_a_failed_response_within_a_stream_is_no_success(
    server: ResponsesServer, code: str, reason: str, final: bool, hits: int
) -> None:
    failed = wire.finished("response.failed", "failed", [], None, error={"code": code, "message": "went wrong"})
    server.queue([wire.streamed([wire.created(), failed])] * hits)
    ended = dud(ask(generator(server)))
    assert reason in ended.reason
    assert ended.final is final
    assert len(server.requests) == hits


@pytest.mark.parametrize("words", ["too long", "This model's maximum context length is 8192 tokens"])
def test_a_context_that_overflows_is_tried_with_less_and_then_said(server: ResponsesServer, words: str) -> None:
    server.queue([wire.error(400, words, name="context_length_exceeded")] * 9)
    ended = dud(ask(generator(server)))
    assert "longer than the model's context" in ended.reason
    assert (ended.final, ended.out_of_means) == (True, False)
    assert 2 <= len(server.requests) <= 4


def test_a_refusal_is_never_an_empty_patch(server: ResponsesServer) -> None:
    refusal = wire.message_item([{"type": "refusal", "refusal": "I will not."}])
    server.queue([wire.streamed([wire.created(), wire.finished("response.completed", "completed", [refusal])])])
    ended = dud(ask(generator(server)))
    assert "I will not." in ended.reason
    assert ended.final
    assert not ended.out_of_means
    assert ended.usage.output_tokens == 300


def test_a_truncated_answer_is_thrown_away_and_asked_for_once_with_twice_the_cap(server: ResponsesServer) -> None:
    cut = wire.message_item([{"type": "output_text", "text": samples.RIGHT + "\nother.py\n```python\nx ="}])
    server.queue([wire.incomplete([cut]), wire.incomplete([cut])])
    ended = dud(ask(generator(server, max_output_tokens=1000)))
    assert "cut short" in ended.reason
    assert not ended.final
    assert [request["max_output_tokens"] for request in server.requests] == [1000, 2000]
    assert ended.usage.calls == 2


def test_output_that_fills_the_cap_counts_as_truncated(server: ResponsesServer) -> None:
    server.answer(samples.WRONG)
    server.answer(samples.RIGHT)
    proposal = ask(generator(server, max_output_tokens=300))
    assert isinstance(proposal, Candidate)
    assert "x * 2" in (proposal.patch.edits[0].after or "")


def test_an_answer_that_is_all_reasoning_gets_twice_the_cap(server: ResponsesServer) -> None:
    server.queue([wire.incomplete([{"type": "reasoning", "summary": []}])])
    server.answer(samples.RIGHT)
    assert isinstance(ask(generator(server)), Candidate)
    assert [request["max_output_tokens"] for request in server.requests] == [32_000, 64_000]


def test_a_server_that_does_not_stream_is_understood(server: ResponsesServer) -> None:
    whole = wire.answer_events(samples.RIGHT)[-1]["response"]
    server.queue([wire.raw(json.dumps(whole), "application/json")])
    assert isinstance(ask(generator(server)), Candidate)


def test_a_rate_limit_is_waited_for_and_then_solved(server: ResponsesServer) -> None:
    server.queue([wire.status(429, {"error": {"message": "slow"}}, {"retry-after": "0"})])
    server.answer(samples.RIGHT)
    proposal = ask(generator(server))
    assert isinstance(proposal, Candidate)
    assert len(server.requests) == 2
    assert proposal.usage.calls == 1


def test_a_retry_after_beyond_the_deadline_fails_at_once(server: ResponsesServer) -> None:
    server.queue([wire.status(429, {"error": {"message": "slow"}}, {"retry-after": "300"})])
    ended = dud(ask(generator(server), ledger=Ledger(Budget(seconds=60))))
    assert "rate limit" in ended.reason
    assert ended.final
    assert len(server.requests) == 1


def test_nobody_listening_is_said_after_three_tries(server: ResponsesServer) -> None:
    ended = dud(ask(generator(server, base_url="http://127.0.0.1:9/v1")))
    assert "could not be reached" in ended.reason
    assert ended.final
    assert ended.usage.calls == 0


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://x/v1", "http://", "http://[::1", "http://a:b/v1"])
def test_an_address_that_is_none_is_said(server: ResponsesServer, address: str) -> None:
    assert "no http or https address" in dud(ask(generator(server, base_url=address))).reason


def test_a_body_that_breaks_off_is_no_crash(server: ResponsesServer) -> None:
    def short(code: int) -> wire.Reply:
        headers = {"content-length": "5000", "content-type": "text/event-stream"}
        return lambda _: wire.Response(["data: {}\n\n"], status=code, headers=headers)

    server.queue([short(200), short(200)])
    assert not dud(ask(generator(server))).final
    server.queue([short(500)] * 3)
    assert dud(ask(generator(server))).final


def test_usage_that_is_missing_is_charged_at_the_estimate(server: ResponsesServer) -> None:
    server.answer(samples.RIGHT, usage=None)
    usage = ask(generator(server)).usage
    assert usage.output_tokens == 32_000
    assert usage.input_tokens > 500
    assert usage.usd > Decimal("0.32")


@pytest.mark.parametrize("broken", [{}, {"input_tokens": "many"}, {"input_tokens": -4, "output_tokens": True}])
def test_usage_that_makes_no_sense_is_charged_at_the_estimate(server: ResponsesServer, broken: dict) -> None:
    server.answer(samples.RIGHT, usage=broken)
    assert ask(generator(server)).usage.output_tokens == 32_000


def test_a_call_that_could_pass_the_budget_is_never_sent(server: ResponsesServer) -> None:
    ended = dud(ask(generator(server), ledger=Ledger(Budget(usd=Decimal("0.05")))))
    assert ended.final
    assert ended.out_of_means
    assert ended.reason == "the next call could pass the limit of 0.05 USD for one target"
    assert server.requests == []


def test_a_repeat_that_the_budget_refuses_says_both(server: ResponsesServer) -> None:
    server.queue([wire.incomplete([])])
    ended = dud(ask(generator(server), ledger=Ledger(Budget(calls=1))))
    assert "was empty" in ended.reason
    assert "1 model calls" in ended.reason
    assert len(server.requests) == 1


@pytest.mark.parametrize("kind", ["drip", "silence"])
def test_a_deadline_holds_against_a_server_that_gives_nothing(server: ResponsesServer, kind: str) -> None:
    reply = wire.dripping(server) if kind == "drip" else wire.silent(server)
    server.queue([reply, reply])
    ledger = Ledger(Budget(usd=None, seconds=0.6))
    ended = dud(ask(generator(server, call_seconds=0.2), ledger=ledger))
    assert "too long" in ended.reason
    assert ledger.spent.calls >= 1
    assert not _calls_left()


@pytest.mark.parametrize("kind", ["drip", "silence"])
def test_stop_ends_a_call_and_leaves_no_thread_and_no_connection_behind(server: ResponsesServer, kind: str) -> None:
    server.queue([wire.dripping(server) if kind == "drip" else wire.silent(server)])
    stop = Stop()
    stopper = threading.Thread(target=lambda: server.arrived.wait(30) and stop.set())
    stopper.start()
    ended = dud(ask(generator(server), stop=stop))
    assert "cancelled" in ended.reason
    stopper.join()
    assert not _calls_left()
    if kind == "drip":
        assert server.hung_up.wait(10)


def test_a_stop_that_is_already_set_sends_nothing(server: ResponsesServer) -> None:
    stop = Stop()
    stop.set()
    ended = dud(ask(generator(server), stop=stop))
    assert "cancelled" in ended.reason
    assert ended.usage.calls == 0
    assert server.requests == []


def test_without_a_key_the_variable_is_named(server: ResponsesServer) -> None:
    model = made(ModelSettings(), {})
    ended = dud(ask(model))
    assert "OPENAI_API_KEY" in ended.reason
    assert ended.final


def test_a_server_of_ones_own_needs_no_key(server: ResponsesServer) -> None:
    server.answer(samples.RIGHT)
    model = made(ModelSettings(), {"OPENAI_BASE_URL": server.base_url})
    assert isinstance(ask(model), Candidate)


@pytest.mark.parametrize("key", ["sk-one\nsk-two", "sk-ключ", "sk one"])
def test_a_key_that_cannot_be_one_is_never_sent_nor_shown(server: ResponsesServer, key: str) -> None:
    ended = dud(ask(generator(server, key=key)))
    assert ended.final
    assert key not in ended.reason
    assert server.requests == []


def test_the_key_is_in_the_header_and_nowhere_else(
    server: ResponsesServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    server.queue([wire.error(403, f"No access for {KEY}"), wire.answered(f"Your key is {KEY}.\n{samples.RIGHT}")])
    model = generator(server)
    proposals = [ask(model), ask(generator(server))]
    assert all(headers["Authorization"] == f"Bearer {KEY}" for headers in server.headers)
    assert "[key]" in proposals[0].reason  # type: ignore[union-attr]
    shown = [proposals[0], replay_free(proposals[1]), model, caplog.text, *capfd.readouterr(), server.requests]
    assert KEY not in repr(shown)


def replay_free(proposal: Proposal) -> str:
    """What of a candidate is shown to people: everything but the server's own items."""
    assert isinstance(proposal, Candidate)
    return f"{proposal.note} {proposal.patch}"


def test_the_larger_rung_asks_the_larger_model(server: ResponsesServer) -> None:
    server.answer(samples.RIGHT)
    rung = samples.Rung("large", "model", role="large")
    list(generator(server).propose(ProposalRequest(samples.brief(), rung), Ledger(Budget(usd=None)), Stop()))
    assert server.requests[0]["model"] == "gpt-6.2-sol"
    assert "reasoning" not in server.requests[0]


def _calls_left() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "tddbot-call"]
