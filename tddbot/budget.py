"""Budget (the limits) and Ledger (reserved, spent): money, tokens, calls and wall clock, counted before they go."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from tddbot.domain import Usage


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that one target may cost; None is no limit. `usd` in US dollars, `seconds` of wall clock."""

    usd: Decimal | None = Decimal("2.50")
    tokens: int | None = None
    calls: int | None = 13
    seconds: float | None = 900.0


@dataclass
class Ledger:
    """What is reserved and what is spent of one budget. Every method may be called from any thread.

    A call's worst case is reserved before it is sent and settled by its bill, so that calls side by side cannot
    overspend together. A call of unknown price counts 0 against the limit in US dollars, and in full against others.
    """

    budget: Budget
    clock: Callable[[], float] = time.monotonic
    spent: Usage = field(default_factory=Usage)
    _reserved: list[Usage] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._started = self.clock()

    def reserve(self, worst: Usage) -> str | None:
        """Set `worst` aside and return None, or return in one clause which limit refuses it."""
        with self._lock:
            refusal = self._refusal(sum(self._reserved, self.spent) + worst)
            if refusal is None:
                self._reserved.append(worst)
            return refusal

    def settle(self, worst: Usage, bill: Usage) -> None:
        """Turn the reservation `worst` into the actual `bill`."""
        with self._lock:
            self._reserved.remove(worst)
            self.spent = self.spent + bill

    def exhausted(self) -> str | None:
        """Say which limit is passed by what is spent alone, or None; what is free may go on at a limit."""
        with self._lock:
            return self._refusal(self.spent)

    def seconds_left(self) -> float:
        """Wall clock until the deadline; infinite without one."""
        if self.budget.seconds is None:
            return float("inf")
        return max(0.0, self.budget.seconds - self.elapsed())

    def elapsed(self) -> float:
        """Wall clock since the ledger was opened, in seconds."""
        return self.clock() - self._started

    def _refusal(self, total: Usage) -> str | None:
        budget = self.budget
        if self.seconds_left() <= 0:
            return f"the {budget.seconds:g} s for one target are used up"
        if budget.calls is not None and total.calls > budget.calls:
            return f"the {budget.calls} model calls for one target are used up"
        tokens = total.input_tokens + total.output_tokens
        if budget.tokens is not None and tokens > budget.tokens:
            return f"the next call could pass the limit of {budget.tokens} tokens for one target"
        if budget.usd is not None and total.usd > budget.usd:
            return f"the next call could pass the limit of {budget.usd} USD for one target"
        return None
