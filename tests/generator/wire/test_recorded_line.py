"""A session over the real wire, recorded, and the same session without a server."""

import time
from pathlib import Path

from werkzeug import Request, Response

from tddbot.budget import Budget, Ledger
from tddbot.domain import Attempt, Dud, Proposal
from tddbot.generator.model_generator import ModelGenerator
from tddbot.generator.settings import ModelSettings
from tddbot.generator.wire.line import Line, ServerLine
from tddbot.generator.wire.recorded_line import RecordedLine, ReplayLine
from tddbot.generator.wire.recording import Recording
from tddbot.generator.wire.replaying import Replay
from tddbot.ports import ProposalRequest, Rung
from tddbot.stop import Stop
from tests.fakes import FakeMemory, FakePurse
from tests.generator import responses_server as wire
from tests.generator import samples
from tests.generator.responses_server import ResponsesServer

KEY = "sk-" + "planted" * 4


def settings(server: ResponsesServer | None = None) -> ModelSettings:
    address = server.base_url if server else None
    return ModelSettings(base_url=address, retry_seconds=0.01, prices=samples.PRICES)


def rounds(line: Line, chosen: ModelSettings, rung: Rung = samples.RUNG) -> list[Proposal]:
    """Two rounds of a rung: the first answer, and the one to how it went."""
    generator = ModelGenerator(chosen, line, samples.nothing, lambda path: "no", FakePurse())
    history: tuple[Attempt, ...] = ()
    for _ in range(2):
        request = ProposalRequest(samples.brief(), rung, history)
        for proposal in generator.propose(request, Ledger(Budget(usd=None)), Stop()):
            history = (*history, samples.attempt(proposal))
    return [attempt.proposal for attempt in history]


def recorded(server: ResponsesServer, path: Path) -> list[Proposal]:
    with Recording.create(path) as recording:
        line = ServerLine(settings(server), FakeMemory(), {"OPENAI_API_KEY": KEY})
        told = rounds(RecordedLine(line, recording), settings(server))
        assert not recording.fault
        return told


def replayed(path: Path) -> list[Proposal]:
    return rounds(ReplayLine(Replay.of(path)), settings())


def later(seconds: float, reply: wire.Reply) -> wire.Reply:
    def answer(request: Request) -> Response:
        time.sleep(seconds)
        return reply(request)

    return answer


def test_a_replay_tells_the_same_story_without_a_server_or_a_key(server: ResponsesServer, tmp_path: Path) -> None:
    server.answer(samples.WRONG)
    server.queue([wire.status(503, "busy")])
    server.answer(samples.RIGHT)
    told = recorded(server, tmp_path / "session")
    assert len(server.requests) == 3
    assert replayed(tmp_path / "session") == told
    assert len(server.requests) == 3


def test_what_went_wrong_is_told_in_the_same_words_and_without_the_key(server: ResponsesServer, tmp_path: Path) -> None:
    server.queue([wire.error(401, f"Incorrect API key provided: {KEY}", name="invalid_api_key")] * 2)
    told = recorded(server, tmp_path / "session")
    assert isinstance(told[0], Dud)
    assert "OPENAI_API_KEY" in told[0].reason
    assert replayed(tmp_path / "session") == told
    text = (tmp_path / "session").read_text()
    assert KEY not in text
    assert server.base_url not in text


def test_another_session_is_not_in_it(server: ResponsesServer, tmp_path: Path) -> None:
    server.answer(samples.RIGHT)
    server.answer(samples.RIGHT)
    recorded(server, tmp_path / "session")
    line = ReplayLine(Replay.of(tmp_path / "session"))
    (first, *_) = rounds(line, settings(), Rung("large", "model", role="large"))
    assert isinstance(first, Dud)
    assert first.out_of_means
    assert "the recording holds no answer to this request" in first.reason
    assert "code, tests or settings differ" in first.reason
    assert not line.is_paid


def test_four_side_by_side_come_in_the_recorded_order_with_their_repairs(
    server: ResponsesServer, tmp_path: Path
) -> None:
    rung = Rung("large, four at once", "model", role="large", effort="high", rounds=2, width=4, repaired=2)
    texts = [f"calc.py\n```python\ndef double(x):\n    return x + {number + 5}\n```\n" for number in range(6)]
    # One after the other, as they would come from a server that thinks.
    server.queue(later(0.3 * (number % 4), wire.answered(text)) for number, text in enumerate(texts))
    with Recording.create(tmp_path / "session") as recording:
        line = ServerLine(settings(server), FakeMemory(), {"OPENAI_API_KEY": KEY})
        told = rounds(RecordedLine(line, recording), settings(server), rung)
    replay = Replay.of(tmp_path / "session", patience=60.0, beat=0.3)
    assert len(told) == 6
    assert rounds(ReplayLine(replay), settings(), rung) == told
