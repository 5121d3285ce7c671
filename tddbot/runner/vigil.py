"""The watch over one run for a forged report: what is asked of its processes, what they broke, and what held."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from tddbot.domain import NodeId
from tddbot.ports import RunRequest
from tddbot.protection import protected_as
from tddbot.runner import records
from tddbot.runner.canaries import Canaries
from tddbot.runner.changes import objection
from tddbot.runner.seals import Seals

SIGNED, CANARIES, UNCHANGED, EXIT = "signed records", "canaries", "no protected file changed", "exit code"
INTACT = "nothing replaced that tests assert with"

FOR_ASSERTIONS = frozenset({"unittest", "unittest.mock", "doctest", "numpy.testing", "pandas.testing"})
"""What tests assert with that pytest does not load by itself."""


@dataclass
class Habits:
    """What the tests of a repository do without a patch, so that no patch is to blame for it.

    `asserting` are modules for assertions that the tests load. Canaries are left out where a project's own hooks cannot
    take them, and in a suite that `spreads` over workers of pytest-xdist. `held` is what the last run of everything
    held.
    """

    changed: set[str] = field(default_factory=set)
    replaced: set[tuple[str, str]] = field(default_factory=set)
    asserting: tuple[str, ...] = ()
    raised: set[NodeId] = field(default_factory=set)
    take_canaries: bool = True
    spreads: bool = False
    held: frozenset[str] = frozenset()


class Vigil:
    """Watches one run, process by process. `fault` says in a clause what was tampered with, once it is known.

    A run without a patch is the user's own: it teaches the habits, and only what reaches the report pipe by another
    way than the guest's is held against it. `files` are the snapshot's, sorted.
    """

    def __init__(self, habits: Habits, files: Sequence[str], request: RunRequest) -> None:
        self.fault: str | None = None
        self._habits = habits
        self._files = files
        self._protected = request.protected
        self._is_patched = request.patch is not None
        self._is_whole_suite = request.node_ids is None
        self._seals = Seals()
        self._canaries: Canaries | None = None
        self._is_told = self._is_watched = False
        self._may_spread = self._is_spread = False
        self._must_watch = True
        self._lacking: set[str] = set()

    @property
    def asserting(self) -> tuple[str, ...]:
        """The modules that are to be noted before anything of the repository runs."""
        return self._habits.asserting

    def begin(self, spread: bool = False, watched: bool = True) -> bytes:
        """Return what only a new process's worker gets to know: its key, then its canaries as JSON.

        `spread` says that it may start workers of pytest-xdist's, which have no canaries, and are not `watched`.
        """
        self._may_spread = spread
        self._must_watch = watched
        self._is_watched = False
        self._seals = Seals()
        self._canaries = Canaries() if self._habits.take_canaries else None
        self._is_told = False
        planned = self._canaries.planned.values() if self._canaries else ()
        return self._seals.key + json.dumps([canary.order() for canary in planned]).encode("ascii")

    def open(self, line: bytes) -> bytes | None:
        """Return what a line of the report pipe says, or None where it is not the guest's."""
        content = self._seals.open(line)
        if content is None:
            self._object(self._seals.fault)
        return content

    def hides(self, record: records.Record) -> bool:
        """Whether a record speaks of a canary, which nobody else is to hear of."""
        if isinstance(record, records.Distributed) and self._may_spread:
            self._habits.spreads = self._habits.spreads or not self._is_patched
            if self._habits.spreads:  # in processes of pytest-xdist's, where the guest runs none
                self._canaries, self._is_spread = None, True
        if self._canaries is not None and self._canaries.take(record):
            return True
        if isinstance(record, records.Watched):
            self._watched(record)
            return True
        if isinstance(record, records.Report) and record.raised:
            if not self._is_patched:
                self._habits.raised.add(record.node)
            elif record.node not in self._habits.raised:
                self._object(f"{record.node} raised an exception and was reported as {record.outcome}")
        return False

    def changed(self, record: records.Changed) -> None:
        """Take in what a process changed on its disk, as its init tells it."""
        self._is_told = record.last
        if not self._is_patched:
            self._habits.changed.update(record.paths)
            return
        self._object(objection(record.paths, self._files, self._habits.changed, self._protected))
        if record.more:
            self._object("more files were changed than can be looked at")

    def _watched(self, record: records.Watched) -> None:
        """Take in what was replaced: by a file of the tests' own, it is what their author wanted."""
        self._is_watched = self._is_watched or record.last
        if not self._is_patched:
            self._habits.replaced.update(record.altered)
            return
        for what, path in record.altered:
            is_known = (what, path) in self._habits.replaced
            if not is_known and not (path and protected_as(path, self._protected)):
                self._object(f"{what} was replaced" + (f" by {path}" if path else ""))

    def end(self, is_whole: bool) -> None:
        """A process is gone; `is_whole` says that it came to its end by itself."""
        if not self._is_told:
            self._lacking.add(UNCHANGED)
        if not self._is_watched or self._is_spread:
            self._lacking.add(INTACT)
        fault = self._canaries.fault() if self._canaries and is_whole else None
        if fault is None and is_whole:
            if self._canaries is None or not self._canaries.are_due:
                self._lacking.add(CANARIES)
            return
        self._lacking.update((CANARIES, EXIT) if fault is None else (CANARIES,))
        if self._is_patched:
            self._object(fault)
        elif fault is not None:
            self._habits.take_canaries = False
            self._habits.held -= {CANARIES}

    def shortfall(self, agrees: bool) -> str | None:
        """A run is complete; say why it still proves nothing, or None. `agrees`: exit code and reports fit together.

        A process that a test took down has not shown its canaries nor its disk. So a proof is to hold what the baseline
        held, or else a candidate could be green first and then end its process in a test that was red before.
        """
        if not agrees:
            self._lacking.add(EXIT)
        if not self._is_whole_suite:
            return None
        if not self._is_patched:
            unknown = set() if self._must_watch else self._habits.held & {INTACT}
            self._habits.held = frozenset((*self.held(), *unknown))
            return None
        expected = self._habits.held - ({CANARIES, INTACT} if self._is_spread else set())
        expected -= set() if self._must_watch else {INTACT}
        lost = [name for name in (CANARIES, UNCHANGED, INTACT) if name in expected and name in self._lacking]
        return f"it ended without {' and '.join(lost)}, which the tests have without the patch" if lost else None

    def held(self) -> tuple[str, ...]:
        """What speaks against a forgery in a complete run."""
        return tuple(name for name in (SIGNED, CANARIES, INTACT, UNCHANGED, EXIT) if name not in self._lacking)

    def _object(self, fault: str | None) -> None:
        self.fault = self.fault or fault
