"""The parent's half of the canaries: which tests a jailed process must report as failed, and whether it did."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from tddbot.runner import records

_VERBS = (
    "accepts", "adds", "builds", "checks", "closes", "converts", "copies", "counts", "drops", "escapes", "expands",
    "finds", "formats", "ignores", "joins", "keeps", "limits", "loads", "makes", "merges", "moves", "opens", "orders",
    "parses", "reads", "rejects", "removes", "renames", "resolves", "returns", "saves", "sends", "sorts", "splits",
    "stores", "strips", "updates", "wraps", "writes",
)  # fmt: skip
_KINDS = (
    "bad", "big", "common", "default", "double", "empty", "equal", "final", "first", "foreign", "hidden", "inner",
    "invalid", "large", "last", "long", "lost", "main", "many", "mixed", "nested", "new", "old", "open", "other",
    "outer", "partial", "plain", "quoted", "short", "single", "small", "spare", "unknown", "unused", "valid", "wide",
)  # fmt: skip
_THINGS = (
    "names", "rows", "paths", "keys", "lines", "items", "fields", "values", "tokens", "dates", "pages", "words",
    "groups", "links", "nodes", "parts", "pairs", "rules", "sizes", "states", "tables", "texts", "times", "titles",
    "types", "units", "users", "files", "blocks", "columns", "entries", "headers", "labels", "numbers", "options",
)  # fmt: skip
_PHASES = {"compare": "call", "raise": "call", "setup": "setup"}
_END = 1.0


@dataclass(frozen=True, slots=True)
class Canary:
    """A test that must fail with `nonce` in its message; `place` is where among the others, from 0 to 1 (the end)."""

    name: str
    kind: str
    place: float
    nonce: str = field(default_factory=lambda: secrets.token_hex(8))
    other: str = field(default_factory=lambda: secrets.token_hex(8))

    def order(self) -> dict[str, Any]:
        """What the jailed process has to know."""
        return {"name": self.name, "kind": self.kind, "place": self.place, "nonce": self.nonce, "other": self.other}


class Canaries:
    """Those of one jailed process. Their records are taken here and go no further."""

    def __init__(self) -> None:
        chance = secrets.SystemRandom()
        places = {"compare": _END, "raise": chance.random(), "setup": chance.random()}
        self.planned = {canary.name: canary for canary in (Canary(_name(), *place) for place in places.items())}
        self._reports: dict[str, list[records.Report]] = {name: [] for name in self.planned}
        self._any_test = False

    def take(self, record: records.Record) -> bool:
        """Whether a record speaks of a canary, which nobody else is to hear of."""
        if not isinstance(record, records.Start | records.Report | records.Trace | records.Finish):
            return False
        name = record.node.rpartition("::")[2]
        if name not in self.planned:
            # A file that cannot be collected is reported and traced, too, and is no test.
            self._any_test = self._any_test or isinstance(record, records.Start)
            return False
        if isinstance(record, records.Report):
            self._reports[name].append(record)
        return True

    @property
    def are_due(self) -> bool:
        """Whether any real test ran, so that the canaries must have, too."""
        return self._any_test

    def fault(self) -> str | None:
        """Say in a clause what is wrong with the reports of a process that ran to its end, or None."""
        for name, canary in self.planned.items() if self._any_test else ():
            if fault := _fault(canary, self._reports[name]):
                return fault
        return None


def _fault(canary: Canary, reports: list[records.Report]) -> str | None:
    outcomes = [report.outcome for report in reports]
    if not outcomes:
        return "a test that must fail was not reported"
    if outcomes != ["failed"]:
        return f"a test that must fail was reported as {', '.join(dict.fromkeys(outcomes))}"
    failure = reports[0].failure
    if reports[0].when != _PHASES[canary.kind] or failure is None or canary.nonce not in failure.message:
        return "a test that must fail was reported with another failure than its own"
    return None


def _name() -> str:
    words = (_VERBS, _KINDS, _THINGS, ("and", "or", "of", "in", "with"), _KINDS, _THINGS)
    return "_".join(("test", *map(secrets.choice, words)))
