"""One question to a model, asked until answered or of no use: money, deadline, repeats. No network is known here."""

import random
from dataclasses import dataclass, replace

from tddbot.budget import Ledger
from tddbot.domain import Usage
from tddbot.generator.asking.billing import bill_of, estimated_tokens
from tddbot.generator.asking.gate import Gate
from tddbot.generator.asking.pricing import Price, worst_case
from tddbot.generator.asking.retry import Again, again, easier
from tddbot.generator.settings import ModelSettings
from tddbot.generator.wire.calls import Dial, Question
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.ports import Purse
from tddbot.stop import Stop


@dataclass(frozen=True, slots=True)
class Hold:
    """Money set aside for one call: `worst` in the ledger, and in the day's purse under `number`."""

    worst: Usage
    number: int


@dataclass(frozen=True, slots=True)
class Asked:
    """How the last call ended, what all of them cost, and in `refusal` which limit let no (further) one go out."""

    last: CallEnd | None
    usage: Usage
    refusal: str = ""


@dataclass(frozen=True)
class Asker:
    """Asks a model on behalf of one target; `name` and `target_id` say in the books what for.

    Without a `purse` calls are free, as a replay's are; the ledger counts them all the same, so that it ends alike.
    """

    dial: Dial
    price: Price | None
    settings: ModelSettings
    ledger: Ledger
    purse: Purse | None
    gate: Gate
    stop: Stop
    name: str
    target_id: str

    def hold(self, question: Question) -> Hold | str:
        """Set a call's worst case aside, or say which limit refuses it."""
        worst = worst_case(estimated_tokens(question.prompt.size()), question.output_cap, self.price)
        if refusal := self.ledger.reserve(worst):
            return refusal
        number = 0 if self.purse is None else self.purse.reserve(worst, self.name, self.target_id)
        if isinstance(number, str):
            self.ledger.settle(worst, Usage())
            return number
        return Hold(worst, number)

    def release(self, hold: Hold, bill: Usage = Usage()) -> None:  # noqa: B008 - an immutable value
        """Turn what was set aside into the bill; nothing, where the call was never made."""
        self.ledger.settle(hold.worst, bill)
        if self.purse is not None:
            self.purse.settle(hold.number, bill)

    def ask(self, question: Question, held: Hold | None = None) -> Asked:
        """Return how the question ended. `held` is what was set aside for its first call already."""
        ended: list[CallEnd] = []
        usage, seconds = Usage(), self.settings.call_seconds
        while True:
            hold, held = held or self.hold(question), None
            if isinstance(hold, str):
                return Asked(ended[-1] if ended else None, usage, hold)
            call, bill = self._call(question, hold, seconds)
            ended.append(call)
            usage += bill
            if call.end is End.RATE_LIMIT:
                self.gate.halve()
            repeat = again(ended, self.settings.retry_seconds, random.random())
            effort = easier(question.effort) if repeat and repeat.easier else question.effort
            if repeat is None or (repeat.easier and not effort) or not self._waited(repeat):
                return Asked(CallEnd(End.CANCELLED) if self.stop.is_set() else call, usage)
            question = replace(question, output_cap=question.output_cap * repeat.output, effort=effort)
            seconds *= repeat.time

    def _call(self, question: Question, hold: Hold, seconds: float) -> tuple[CallEnd, Usage]:
        bill = hold.worst
        try:
            with self.gate.passage(self.stop):
                call = self.dial(question, min(seconds, self.ledger.seconds_left()), self.stop)
            bill = bill_of(call, hold.worst, self.price)
        finally:
            self.release(hold, bill)
        return call, bill

    def _waited(self, repeat: Again) -> bool:
        """Wait as long as the repeat asks for and return True; at once False where that leaves no time for the call."""
        if repeat.wait >= min(self.ledger.seconds_left(), self.settings.call_seconds):
            return False
        return not self.stop.wait(repeat.wait)
