"""From records to results: what one or several jailed processes said of the tests of one run. Pure."""

from dataclasses import dataclass, field

from tddbot.domain import Failure, Lines, NodeId, Outcome, Result, Swallowed
from tddbot.runner import records


@dataclass
class Transcript:
    """Grows record by record. `current` is the test (or the file being imported) that is under way.

    With `workers`, several tests are: those in `running`, and `current` says little. `order` is the seed that the tests
    were shuffled with, where they were.
    """

    results: dict[NodeId, Result] = field(default_factory=dict)
    coverage: dict[NodeId, Lines] = field(default_factory=dict)
    asserted: dict[NodeId, tuple[Swallowed, ...]] = field(default_factory=dict)
    collected: dict[NodeId, None] = field(default_factory=dict)
    session: records.Session | None = None
    current: NodeId | None = None
    running: dict[NodeId, None] = field(default_factory=dict)
    workers: int = 0
    collecting: bool = True
    end_code: int | None = None
    modules: tuple[tuple[str, bool | None], ...] = ()
    conftests: dict[str, None] = field(default_factory=dict)
    order: int | None = None

    def begin_process(self) -> None:
        """Forget what was said by a process that is gone about itself, and keep what it said of tests."""
        self.current, self.collecting, self.end_code, self.workers = None, True, None, 0
        self.running.clear()

    def take(self, record: records.Record) -> None:
        """Take one record in."""
        match record:
            case records.Session():
                self.session = record
            case records.Shuffled():
                self.order = record.seed
            case records.Distributed():
                self.workers = record.workers
            case records.Conftest():
                self.conftests[record.path] = None
            case records.Collecting():
                self.current = record.node
            case records.Collected():
                self.collected.update(dict.fromkeys(record.nodes))
                self.current = None
            case records.Start():
                self.current, self.collecting = record.node, False
                self.running[record.node] = None
            case records.Report():
                self._merge(record)
            case records.Trace():
                self.coverage[record.node] = record.lines
                if record.asserted is not None:
                    every = (Swallowed(each.path, each.line, each.by) for each in record.asserted)
                    self.asserted[record.node] = tuple(every)
            case records.Finish():
                self.current = None
                self.running.pop(record.node, None)
            case records.Modules():
                self.modules = record.names
            case records.End():
                self.end_code = record.code

    def blame(self, outcome: Outcome, message: str) -> NodeId | None:
        """Give what was under way `outcome` and return it, or None where nothing was."""
        node = self.current
        if node is not None:
            phase = "collect" if self.collecting else "call"
            failure = Failure(phase, outcome.value.capitalize(), message)
            self.results[node] = Result(node, outcome, 0.0, failure)
            self.current = None
        return node

    def doubt(self, all_of_it: bool) -> None:
        """Forget what a process said that did not end well: of the tests under way in it, or of all."""
        for node in tuple(self.results) if all_of_it else self.running:
            self.results.pop(node, None)
        if all_of_it:
            self.collected.clear()

    def unfinished(self) -> tuple[NodeId, ...]:
        """The tests that were collected and have no result yet."""
        return tuple(node for node in self.collected if node not in self.results)

    def _merge(self, record: records.Report) -> None:
        outcome = _outcome(record)
        known = self.results.get(record.node)
        if outcome is None or (known is not None and known.outcome.is_red):
            return
        if known is not None and not outcome.is_red and record.when == "teardown":
            return
        failure = record.failure.failure() if record.failure else None
        seconds = record.seconds + (known.seconds if known else 0.0)
        self.results[record.node] = Result(record.node, outcome, seconds, failure)


def _outcome(record: records.Report) -> Outcome | None:
    match record.outcome:
        case "failed":
            return Outcome.FAILED if record.when == "call" else Outcome.ERROR
        case "skipped":
            return Outcome.XFAILED if record.xfail else Outcome.SKIPPED
        case "passed":
            return Outcome.XPASSED if record.xfail else Outcome.PASSED
        case _:  # "rerun" of pytest-rerunfailures: the next report decides
            return None
