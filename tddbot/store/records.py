"""What the store hands back that is more than a noun of the domain."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tddbot.domain import Conclusion, Evidence, Kind, Patch, Ruling, Usage, Verdict


class PatchState(StrEnum):
    """How far a patch has come."""

    STORED = "stored"
    PROVEN = "proven"
    APPLIED = "applied"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class StoredOption:
    """That a patch is one of several which all tests pass: `test` holds with it alone, and would go into `path`.

    `call` is the expression on which they differ; it and `test` are empty where none was found. `others` are the IDs of
    the other patches.
    """

    others: tuple[str, ...]
    call: str = ""
    path: str = ""
    test: str = ""


@dataclass(frozen=True, slots=True)
class StoredPatch:
    """A patch with its history. `created` is UTC; `evidence` is there once the patch was accepted, or offered.

    `option` is there where one more test decides between it and others, unless that has been proven by now.
    """

    patch: Patch
    state: PatchState
    note: str
    created: datetime
    evidence: Evidence | None = None
    option: StoredOption | None = None

    @property
    def standing(self) -> str:
        """The state in a word for people: what is stored may be offered, or undecided."""
        if self.state is PatchState.STORED and self.evidence is not None and self.evidence.kind is not Kind.FIX:
            return "offered"
        return "undecided" if self.state is PatchState.STORED and self.option else self.state.value


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
