"""One question, asked again by the table of endings, with money set aside before and billed after."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from tddbot.budget import Budget, Ledger
from tddbot.domain import Usage
from tddbot.generator.asking.asking import Asked, Asker, Hold
from tddbot.generator.asking.gate import Gate
from tddbot.generator.asking.pricing import price_of
from tddbot.generator.prompt.prompt import prompt
from tddbot.generator.settings import ModelSettings
from tddbot.generator.wire.calls import Question
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.stop import Stop
from tests.fakes import FakePurse, ManualClock
from tests.generator import samples

USAGE = {"input_tokens": 1000, "output_tokens": 100}
OK = CallEnd(End.OK, text="yes", usage=USAGE, started=True)
PRICE = price_of("gpt-6-luna", samples.PRICES)


@dataclass
class Script:
    """A dial that answers in turn and keeps what it was asked and for how long."""

    ends: list[CallEnd | Callable[[Stop], CallEnd]]
    asked: list[tuple[Question, float]] = field(default_factory=list)

    def __call__(self, question: Question, seconds: float, stop: Stop) -> CallEnd:
        self.asked.append((question, seconds))
        end = self.ends.pop(0)
        return end(stop) if callable(end) else end


@dataclass
class Desk:
    """An asker with everything it works with."""

    dial: Script
    ledger: Ledger = field(default_factory=lambda: Ledger(Budget()))
    purse: FakePurse = field(default_factory=FakePurse)
    gate: Gate = field(default_factory=lambda: Gate(4))
    stop: Stop = field(default_factory=Stop)

    def asker(self) -> Asker:
        settings = ModelSettings(retry_seconds=0.001, call_seconds=10)
        return Asker(
            self.dial, PRICE, settings, self.ledger, self.purse, self.gate, self.stop, "model:gpt-6-luna", "target"
        )

    def ask(self, effort: str = "high", cap: int = 1000) -> Asked:
        return self.asker().ask(question(effort, cap))


def question(effort: str = "high", cap: int = 1000) -> Question:
    return Question("gpt-6-luna", effort, prompt(samples.brief()), cap)


def desk(*ends: CallEnd | Callable[[Stop], CallEnd]) -> Desk:
    return Desk(Script(list(ends)))


def test_an_answer_is_paid_by_its_bill_in_both_books() -> None:
    one = desk(OK)
    asked = one.ask()
    assert asked.last == OK
    assert asked.usage.usd == (1000 * Decimal(1) + 100 * Decimal(10)) / 1_000_000
    assert one.ledger.spent == asked.usage == one.purse.settled[1]
    assert one.purse.reserved[0].output_tokens == 1000


def test_a_call_that_never_reached_the_model_costs_nothing() -> None:
    one = desk(CallEnd(End.RATE_LIMIT), OK)
    assert one.ask().usage.calls == 1
    assert one.purse.settled[1] == Usage()


def test_a_timeout_gets_more_time_and_then_less_effort() -> None:
    slow = CallEnd(End.TIMEOUT, started=True)
    one = desk(slow, slow, OK)
    assert one.ask("high").last == OK
    assert [(asked.effort, seconds) for asked, seconds in one.dial.asked] == [
        ("high", 10), ("high", 15), ("medium", 15),
    ]  # fmt: skip
    lowest = desk(slow, slow)
    assert lowest.ask("low").last == slow


def test_a_rate_limit_halves_what_goes_on_at_once() -> None:
    one = desk(CallEnd(End.RATE_LIMIT, retry_after=0), OK)
    one.ask()
    assert one.gate.limit == 2


def test_a_named_wait_beyond_the_deadline_ends_it_at_once() -> None:
    one = desk(CallEnd(End.RATE_LIMIT, retry_after=300))
    asked = one.ask()
    assert asked.last is not None
    assert asked.last.end is End.RATE_LIMIT
    assert len(one.dial.asked) == 1


@pytest.mark.parametrize(("end", "tries"), [(End.TRANSIENT, 3), (End.CUT_OFF, 2), (End.REFUSAL, 1), (End.QUOTA, 1)])
def test_each_ending_has_its_tries(end: End, tries: int) -> None:
    one = desk(*[CallEnd(end)] * 5)
    one.ask()
    assert len(one.dial.asked) == tries


def test_only_an_answer_that_was_cut_gets_a_larger_cap() -> None:
    thinking = desk(CallEnd(End.EMPTY, detail="max_output_tokens", started=True), OK)
    thinking.ask(cap=1000)
    nothing = desk(CallEnd(End.EMPTY, started=True), OK)
    nothing.ask(cap=1000)
    assert [[asked.output_cap for asked, _ in one.dial.asked] for one in (thinking, nothing)] == [
        [1000, 2000], [1000, 1000],
    ]  # fmt: skip


def test_the_days_purse_refuses_before_anything_is_sent_and_leaves_the_ledger_free() -> None:
    one = desk(OK)
    one.purse.refusal = "the 20 USD for one day are used up"
    assert one.ask() == Asked(None, Usage(), "the 20 USD for one day are used up")
    assert one.dial.asked == []
    assert one.ledger.spent == Usage()
    assert one.ledger.reserve(Usage(calls=13)) is None


def test_what_was_held_ahead_is_used_once() -> None:
    one = desk(CallEnd(End.CUT_OFF), OK)
    asker = one.asker()
    held = asker.hold(question())
    assert isinstance(held, Hold)
    asker.ask(question(), held)
    assert sorted(one.purse.settled) == [1, 2]


def test_a_dial_that_breaks_is_charged_at_its_worst() -> None:
    def breaks(stop: Stop) -> CallEnd:
        raise RuntimeError("a bug")

    one = desk(breaks)
    with pytest.raises(RuntimeError):
        one.ask()
    assert one.purse.settled == {1: one.purse.reserved[0]}
    assert one.ledger.spent == one.purse.reserved[0]


def test_no_call_is_given_more_time_than_the_target_has() -> None:
    clock = ManualClock()
    one = Desk(Script([OK]), Ledger(Budget(seconds=60), clock))
    clock.advance(56)
    one.ask()
    assert one.dial.asked[0][1] == 4


def test_stop_ends_the_wait_between_two_tries() -> None:
    def stopped(stop: Stop) -> CallEnd:
        stop.set()
        return CallEnd(End.TRANSIENT)

    one = desk(stopped)
    asked = one.ask()
    assert asked.last == CallEnd(End.CANCELLED)
