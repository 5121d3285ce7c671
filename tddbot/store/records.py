"""What the store hands back that is more than a noun of the domain."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tddbot.domain import Evidence, Patch, Ruling, Usage, Verdict


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
    """An attempt without its run. `note` says what the candidate does, or why a dud is one; `created` is UTC."""

    target_id: str
    generator: str
    patch_id: str | None
    note: str
    verdict: Verdict
    usage: Usage
    created: datetime

    @property
    def ruling(self) -> Ruling:
        """What the judge said."""
        return self.verdict.ruling
