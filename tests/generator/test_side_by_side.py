"""The conversations of one round: one, or several with a plan each; how they begin, end and are cut off."""

import itertools
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tddbot.budget import Budget, Ledger
from tddbot.domain import Attempt, Candidate, Dud, Proposal
from tddbot.generator.asking.pricing import Price, price_of
from tddbot.generator.model_generator import ModelGenerator
from tddbot.generator.prompt.thread import Digest, Judged, Plan, Refused
from tddbot.generator.settings import ModelSettings
from tddbot.generator.wire.calls import Dial, Question
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.ports import ProposalRequest, Rung
from tddbot.stop import Stop
from tests.fakes import FakePurse
from tests.generator import samples

PATIENCE = 60.0
WIDE = Rung("large, four at once", "model", role="large", effort="high", rounds=2, width=4, repaired=2)
PRICES = {"gpt-6.2-sol": (Decimal(1), Decimal("0.1"), Decimal(10))}


def said(text: str) -> CallEnd:
    items = ({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]},)
    return CallEnd(End.OK, text=text, items=items, usage={"input_tokens": 10, "output_tokens": 5}, started=True)


@dataclass
class FakeLine:
    """A line whose calls are a function."""

    dialled: Dial
    is_paid: bool = True
    asked: list[Question] = field(default_factory=list)

    def price(self, model: str) -> Price | None:
        return price_of(model, PRICES)

    def fault(self) -> str | None:
        return None

    def dial(self) -> Dial:
        def call(question: Question, seconds: float, stop: Stop) -> CallEnd:
            self.asked.append(question)
            return self.dialled(question, seconds, stop)

        return call

    def explain(self, call: CallEnd, model: str, stop: Stop) -> str:
        return call.end.value

    def facts(self, model: str) -> Mapping[str, object]:
        return {}


def generator(line: FakeLine, purse: FakePurse | None = None) -> ModelGenerator:
    settings = ModelSettings(prices=PRICES, max_output_tokens=1000)
    return ModelGenerator(settings, line, samples.nothing, lambda path: "no", purse or FakePurse())


def ask(line: FakeLine, request: ProposalRequest, budget: Budget | None = None) -> list[Proposal]:
    return list(generator(line).propose(request, Ledger(budget or Budget()), Stop()))


def answering(text: str) -> FakeLine:
    return FakeLine(lambda question, seconds, stop: said(text))


def tried(proposal: Proposal, actual: str = "5") -> Attempt:
    return samples.attempt(proposal, actual)


def test_a_wide_round_has_a_plan_for_each_and_the_same_stable_parts() -> None:
    line = answering(samples.RIGHT)
    proposals = ask(line, ProposalRequest(samples.brief(), WIDE))
    assert len(proposals) == 4
    assert len({json.dumps(question.prompt.stable) for question in line.asked}) == 1
    assert len({str(question.prompt.appended) for question in line.asked}) == 4
    assert all(isinstance(proposal.replay[0], Plan) for proposal in proposals)


def test_what_comes_first_is_proposed_first() -> None:
    is_second = threading.Event()
    order: list[int] = []
    lock = threading.Lock()

    def dial(question: Question, seconds: float, stop: Stop) -> CallEnd:
        with lock:
            order.append(len(order))
            mine = order[-1]
        if mine == 0:
            assert is_second.wait(PATIENCE)
            return said("no edit at all, whatever is said")
        return said(samples.RIGHT)

    proposals = generator(FakeLine(dial)).propose(
        ProposalRequest(samples.brief(), WIDE), Ledger(Budget()), Stop()
    )  # fmt: skip
    first = next(proposals)
    assert isinstance(first, Candidate)
    is_second.set()
    assert len(list(proposals)) == 3


def test_closing_cuts_off_what_is_under_way() -> None:
    cut = []

    def dial(question: Question, seconds: float, stop: Stop) -> CallEnd:
        if "specification" in str(question.prompt.appended) or not cut_started.is_set():
            cut_started.set()
            return said(samples.RIGHT)
        stop.wait(PATIENCE)
        cut.append(stop.is_set())
        return CallEnd(End.CANCELLED, started=True)

    cut_started = threading.Event()
    stop, ledger = Stop(), Ledger(Budget())
    proposals = generator(FakeLine(dial)).propose(ProposalRequest(samples.brief(), WIDE), ledger, stop)
    assert isinstance(next(proposals), Candidate)
    proposals.close()
    assert cut
    assert all(cut)
    assert not stop.is_set()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("tddbot-talk")]
    assert ledger.spent.calls == 4


def test_all_first_calls_are_set_aside_before_any_is_made() -> None:
    purse, reserved_at_first_call = FakePurse(), []

    def dial(question: Question, seconds: float, stop: Stop) -> CallEnd:
        reserved_at_first_call.append(len(purse.reserved))
        return said(samples.RIGHT)

    list(generator(FakeLine(dial), purse).propose(ProposalRequest(samples.brief(), WIDE), Ledger(Budget()), Stop()))
    assert min(reserved_at_first_call) == 4
    assert sorted(purse.settled) == [1, 2, 3, 4]


def test_those_that_the_budget_does_not_allow_say_so_and_the_others_are_made() -> None:
    line = answering(samples.RIGHT)
    proposals = ask(line, ProposalRequest(samples.brief(), WIDE), Budget(calls=3))
    assert [type(proposal) for proposal in proposals] == [Candidate] * 3 + [Dud]
    assert isinstance(proposals[-1], Dud)
    assert "3 model calls" in proposals[-1].reason
    assert not proposals[-1].out_of_means
    assert len(line.asked) == 3


def test_where_it_allows_none_that_is_said() -> None:
    line = answering(samples.RIGHT)
    [dud] = ask(line, ProposalRequest(samples.brief(), WIDE), Budget(calls=0))
    assert isinstance(dud, Dud)
    assert dud.out_of_means
    assert line.asked == []


def test_a_later_round_answers_to_the_best_two() -> None:
    numbers = itertools.count(3)
    wrong = FakeLine(lambda question, seconds, stop: said(samples.WRONG.replace("2", str(next(numbers)))))
    first = ask(wrong, ProposalRequest(samples.brief(), WIDE))
    history = tuple(tried(proposal, str(number)) for number, proposal in enumerate(first))
    line = answering(samples.RIGHT)
    proposals = ask(line, ProposalRequest(samples.brief(), WIDE, history))
    assert len(proposals) == 2
    for proposal in proposals:
        kinds = [type(turn).__name__ for turn in proposal.replay]
        assert kinds == ["Plan", "Answered", "Judged", "Answered"]


def test_a_narrow_round_answers_to_the_last_attempt_in_its_own_thread() -> None:
    [first] = ask(answering(samples.WRONG), ProposalRequest(samples.brief(), samples.RUNG))
    [second] = ask(answering(samples.RIGHT), ProposalRequest(samples.brief(), samples.RUNG, (tried(first),)))
    assert second.replay[:1] == first.replay
    assert isinstance(second.replay[1], Judged)


def test_a_fresh_start_carries_a_digest_and_no_transcript() -> None:
    [first] = ask(answering(samples.WRONG), ProposalRequest(samples.brief(), samples.RUNG))
    line = answering(samples.RIGHT)
    [second] = ask(line, ProposalRequest(samples.brief(), samples.RUNG, (), (tried(first),)))
    assert isinstance(second.replay[0], Digest)
    assert "x + 2" not in str(line.asked[0].prompt.appended)


def test_a_model_that_refuses_on_two_rungs_is_not_asked_a_third_time() -> None:
    line = FakeLine(lambda question, seconds, stop: CallEnd(End.REFUSAL, "I will not.", started=True))
    [first] = ask(line, ProposalRequest(samples.brief(), samples.RUNG))
    [second] = ask(line, ProposalRequest(samples.brief(), samples.RUNG, (), (tried(first),)))
    assert isinstance(first, Dud)
    assert isinstance(second, Dud)
    assert first.replay == (Refused(),)
    assert (first.out_of_means, second.out_of_means) == (False, True)


def test_a_service_that_is_of_no_use_is_not_asked_by_the_next_target() -> None:
    line = FakeLine(lambda question, seconds, stop: CallEnd(End.AUTHENTICATION, "401"))
    one = generator(line)
    request = ProposalRequest(samples.brief(), samples.RUNG)
    [first], [second] = (list(one.propose(request, Ledger(Budget()), Stop())) for _ in range(2))
    assert isinstance(second, Dud)
    assert second.reason == f"{first.reason}; not asked again so soon"  # type: ignore[union-attr]
    assert second.out_of_means
    assert len(line.asked) == 1


def test_a_refusal_or_one_failure_of_several_is_no_outage() -> None:
    ends = itertools.cycle([CallEnd(End.AUTHENTICATION, "401"), said(samples.RIGHT)])
    lock = threading.Lock()

    def dial(question: Question, seconds: float, stop: Stop) -> CallEnd:
        with lock:
            return next(ends)

    one = generator(FakeLine(dial))
    for _ in range(2):
        proposals = list(one.propose(ProposalRequest(samples.brief(), WIDE), Ledger(Budget()), Stop()))
        assert sum(isinstance(proposal, Candidate) for proposal in proposals) == 2
