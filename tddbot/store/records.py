"""What the store hands back that is more than a noun of the domain."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tddbot.domain import Conclusion, Evidence, Patch, Ruling, Usage, Verdict


class PatchState(StrEnum):
    """How far a patch has come."""

    STORED = "stored"
    PROVEN = "proven"
    APPLIED = "applied"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class StoredPatch:
    """A patch with its history. `created` is UTC; `evidence` is there once the patch was accepted."""

    patch: Patch
    state: PatchState
    note: str
    created: datetime
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class StoredAttempt:
    """An attempt without its run. `note` says what the candidate does, or why a dud is one; `created` is UTC.

    `rung` is empty in what was written before it was kept.
    """

    target_id: str
    generator: str
    patch_id: str | None
    note: str
    verdict: Verdict
    usage: Usage
    created: datetime
    rung: str = ""
    reasoning: str = ""

    @property
    def ruling(self) -> Ruling:
        """What the judge said."""
        return self.verdict.ruling


@dataclass(frozen=True, slots=True)
class StoredSpend:
    """What one generator has spent, and the worst case of its calls whose bill is not known."""

    generator: str
    settled: Usage = field(default_factory=Usage)
    reserved: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class StoredEnding:
    """How the work on a target ended, at what cost in all, and what the attempts of each rung cost, in their order.

    Calls that came to no attempt are in `usage` alone. `seconds` are wall clock.
    """

    conclusion: Conclusion
    usage: Usage
    seconds: float
    rungs: tuple[tuple[str, Usage], ...]
