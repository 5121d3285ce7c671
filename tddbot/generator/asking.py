"""One question to a model, asked until answered or of no use: ledger, deadline, repeats. No network is known here."""

import random
from dataclasses import dataclass, replace

from tddbot.budget import Ledger
from tddbot.domain import Usage
from tddbot.generator.billing import bill_of, estimated_tokens
from tddbot.generator.calls import Dial, Question
from tddbot.generator.endings import CallEnd, End
from tddbot.generator.pricing import Price, worst_case
from tddbot.generator.retry import Again, again
from tddbot.generator.settings import ModelSettings
from tddbot.stop import Stop


@dataclass(frozen=True, slots=True)
class Asked:
    """How the last call ended, what all of them cost, and in `refusal` why the ledger let no (further) one go out."""

    last: CallEnd | None
    usage: Usage
    refusal: str = ""


def ask(
    question: Question, dial: Dial, price: Price | None, settings: ModelSettings, ledger: Ledger, stop: Stop
) -> Asked:
    """Return how the question ended. Each call's worst case is reserved before it is sent and settled by its bill."""
    ended: list[CallEnd] = []
    usage, seconds = Usage(), settings.call_seconds
    while True:
        worst = worst_case(estimated_tokens(question.prompt.size()), question.output_cap, price)
        if refusal := ledger.reserve(worst):
            return Asked(ended[-1] if ended else None, usage, refusal)
        bill = worst
        try:
            call = dial(question, min(seconds, ledger.seconds_left()), stop)
            bill = bill_of(call, worst, price)
        finally:
            ledger.settle(worst, bill)
        ended.append(call)
        usage += bill
        repeat = again(ended, settings.retry_seconds, random.random())
        if repeat is None or not _waited(repeat, settings, ledger, stop):
            return Asked(CallEnd(End.CANCELLED) if stop.is_set() else call, usage)
        question = replace(question, output_cap=question.output_cap * repeat.output)
        seconds *= repeat.time


def _waited(repeat: Again, settings: ModelSettings, ledger: Ledger, stop: Stop) -> bool:
    """Wait as long as the repeat asks for and return True; at once False where that leaves no time for the call."""
    if repeat.wait >= min(ledger.seconds_left(), settings.call_seconds):
        return False
    return not stop.wait(repeat.wait)
