"""One run from its request to its result: as many jailed processes as it takes until each test has one."""

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext

from tddbot.domain import Breach, Ending, NodeId, Outcome, Run
from tddbot.ports import RunRequest
from tddbot.runner import cgroup, records
from tddbot.runner.apart import Separation
from tddbot.runner.backends import BACKENDS, Backend, refused
from tddbot.runner.breaches import Signs, reached
from tddbot.runner.jail import Jail, Selection
from tddbot.runner.patience import Patience
from tddbot.runner.place import Place
from tddbot.runner.process import JailedProcess
from tddbot.runner.transcript import Transcript
from tddbot.runner.vigil import Vigil
from tddbot.runner.zygote import Zygote
from tddbot.stop import Stop

_MOST_PROCESSES = 1000
_MOST_TOLD = 2_000_000  # records and names of tests in one run: about four for each test
_MB = 1024 * 1024
_NO_TESTS, _USAGE = 5, (3, 4)
_REASONS = ("ERROR", "E ", "error:", "INTERNALERROR> E", "!!!")


class Execution:
    """One run: as many processes as it takes until each test has a result, in forks of `zygote` or each a fresh one."""

    def __init__(
        self,
        jail: Jail,
        layout: Mapping[str, tuple[str, ...]],
        request: RunRequest,
        stop: Stop,
        vigil: Vigil,
        zygote: Zygote | None = None,
        backend: Backend = BACKENDS["namespaces"],
        slowest_import: float | None = None,
    ) -> None:
        self._jail = jail
        self._backend = backend
        self._zygote = zygote
        self._layout = layout
        self._request = request
        self._stop = stop
        self._vigil = vigil
        self._transcript = Transcript()
        self._started = time.monotonic()
        self._patience = Patience(request.test_seconds, slowest_import, request.patch is not None)
        self._foreign: str | None = None
        self._told = 0
        self._lost: str | None = None
        self._refusal: records.Refused | None = None
        self._breakdown: records.Refused | None = None
        self._is_entered = False
        self._rejection: records.Rejected | None = None
        self._exit: int | None = None
        self._spent: records.Spent | None = None
        self._named: set[str] = set()
        self._reached: dict[Breach, str] = {}
        self._said = ""
        self._place = Place(b"")
        self._locks: tuple[str, ...] = ()
        can_split = zygote is None and backend is BACKENDS["namespaces"]
        self._separation = Separation(request.patch) if request.split and request.patch and can_split else None

    @property
    def session(self) -> records.Session | None:
        """What pytest said of its root."""
        return self._transcript.session

    @property
    def modules(self) -> tuple[tuple[str, bool | None], ...]:
        """What the tests have loaded from outside the repository."""
        return self._transcript.modules

    @property
    def slowest_import(self) -> float:
        """How long the slowest import has taken, in seconds."""
        return self._patience.slowest_seen

    def run(self, session: records.Session | None) -> Run:
        """Return what happened; `session` is what pytest said of its root when it ran all tests."""
        ending, detail = Ending.INCOMPLETE, "too many tests took their process down"
        watched = None if self._zygote else self._vigil.asserting
        selection = Selection(self._request.node_ids, spread=self._may_spread(), watched=watched)
        if self._request.node_ids is not None:
            self._transcript.session = session
        for _ in range(_MOST_PROCESSES):
            ended = self._one_process(selection)
            if ended is not None:
                ending, detail = ended
                break
            selection = self._what_is_left(selection)
            if selection.node_ids == ():
                ending, detail = Ending.COMPLETE, ""
                break
        if ending is Ending.COMPLETE and (shortfall := self._vigil.shortfall(self._agrees())):
            ending, detail = Ending.INCOMPLETE, shortfall
        transcript = self._transcript
        patch = self._request.patch
        return Run(
            tree=self._request.snapshot.tree,
            results=transcript.results,
            ending=ending,
            detail=detail,
            seconds=time.monotonic() - self._started,
            patch_id=patch.id if patch else None,
            coverage=transcript.coverage,
            asserted=transcript.asserted,
            jail=", ".join((self._backend.title, *self._locks)),
            breaches=tuple(self._reached),
            reached=tuple(self._reached.values()),
            held=self._held(ending),
            seed=self._seed(),
        )

    def _one_process(self, selection: Selection) -> tuple[Ending, str] | None:
        """Run one process; return how the run ended with it, or None where a test took it down and others wait."""
        self._transcript.begin_process()
        self._patience.begin(time.monotonic())
        self._is_entered = False
        settings = self._jail.settings
        with cgroup.capped(settings.most_tree_memory_mb * _MB, settings.processes) as group:
            path = group.path if group else None
            secret = self._vigil.begin(selection.spread, selection.watched is not None)
            job = self._jail.job(self._request, selection, self._transcript.session, self._layout, path)
            with self._backend.open(self._jail, job) as place, self._lent(place) as zygote:
                self._place = place
                most = settings.output_mb * _MB
                with self._divided(zygote, place.job) as (job, more):
                    process = JailedProcess(zygote, job, self._on_record, self._on_control, most, more, secret)
                    killed = process.run(self._stop, self._overdue)
                self._foreign = self._foreign or place.fault()
                if changed := place.changed():
                    self._vigil.changed(changed)
            events = group.events() if group else cgroup.Events()
        self._vigil.end(killed is None and self._transcript.end_code in (0, 1, _NO_TESTS))
        output = process.output + self._said
        self._note_limits(killed, output, events)
        if self._refusal is not None:
            raise refused(self._refusal)
        if killed == "cancelled":
            return Ending.CANCELLED, "it was cancelled"
        if self._breakdown is not None:
            return Ending.INCOMPLETE, f"the jail broke down: {self._breakdown.reason.strip()}"
        if self._rejection is not None:
            return Ending.INCOMPLETE, f"{self._rejection.path} cannot be written: {self._rejection.reason}"
        if self._separation and (reason := self._separation.unfit or self._separation.broken):
            return Ending.INCOMPLETE, reason
        if self._vigil.fault is not None:
            return Ending.INCOMPLETE, f"tampered: {self._vigil.fault}"
        if self._foreign is not None:
            return Ending.INCOMPLETE, self._foreign
        if self._lost is not None:
            return Ending.REGRESSED, self._lost
        return self._redone(self._judge(killed, output))

    def _note_limits(self, killed: str | None, output: str, events: cgroup.Events) -> None:
        """Note which limits this process reached; of each, the first sentence stays."""
        waited = self._request.seconds if killed == "run" else self._limit()
        signs = Signs(killed, waited, frozenset(self._named), self._spent, output, events)
        self._reached = reached(signs, self._jail.settings) | self._reached
        self._spent = None

    def _divided(self, zygote: Zygote, job: bytes) -> AbstractContextManager[tuple[bytes, tuple[int, ...]]]:
        return self._separation.divide(zygote, job) if self._separation else nullcontext((job, ()))

    @contextmanager
    def _lent(self, place: Place) -> Iterator[Zygote]:
        if self._zygote is not None:
            yield self._zygote
            return
        jail = self._jail
        environment = {**(place.environment or jail.test_environment), **jail.seeding(self._request.seed)}
        zygote = Zygote.start(jail.python, environment, place.launcher)
        try:
            yield zygote
        finally:
            self._said = zygote.close()

    def _may_spread(self) -> bool:
        """Whether a project's own wish for pytest-xdist is heard: for whole suites that are not to be traced."""
        is_plain = self._request.node_ids is None and not self._request.trace and not self._request.split
        return is_plain and self._zygote is None and self._backend is BACKENDS["namespaces"]

    def _judge(self, killed: str | None, output: str) -> tuple[Ending, str] | None:
        if killed is None:
            return self._judge_exit(output)
        if killed == "test" and self._transcript.workers:
            return None  # whose fault it was shows when they run one by one
        why = f"{self._request.seconds:g} s" if killed == "run" else killed
        return self._blame(Outcome.TIMEOUT if killed == "test" else None, why)

    def _redone(self, ended: tuple[Ending, str] | None) -> tuple[Ending, str] | None:
        """Believe workers side by side only a good end; else what was under way, or all, is to run again without."""
        transcript = self._transcript
        if not transcript.workers or (ended is not None and ended[0] is Ending.COMPLETE):
            return ended
        # Workers that collected different tests ran none.
        transcript.doubt(transcript.collecting or (ended is not None and ended[0] is Ending.UNUSABLE))
        return None

    def _judge_exit(self, output: str) -> tuple[Ending, str] | None:
        code, transcript = self._transcript.end_code, self._transcript
        if code in _USAGE:
            return Ending.UNUSABLE, f"pytest could not run: {_last_words(output)}"
        if code is None or (transcript.current is not None and not transcript.collecting):
            if transcript.current is None:
                return Ending.UNUSABLE, f"pytest ended before its report was whole: {_last_words(output)}"
            return self._blame(Outcome.CRASHED, "its process ended")
        if code not in (0, 1, _NO_TESTS) or code != self._exit or transcript.unfinished():
            return Ending.INCOMPLETE, f"pytest ended early with exit code {self._exit}: {_last_words(output)}"
        return Ending.COMPLETE, ""

    def _agrees(self) -> bool:
        """Whether the exit code is the one that the reports call for."""
        reds = any(result.outcome.is_red for result in self._transcript.results.values())
        return self._exit == self._transcript.end_code and (self._exit == 1) is reds

    def _seed(self) -> str:
        """What varied this run: one test alone has no order."""
        transcript = self._transcript
        order = transcript.order if len(transcript.collected) > 1 else None
        told = (("hash", self._jail.hash_seed(self._request.seed)), ("order", order))
        return ", ".join(f"{what} {seed}" for what, seed in told if seed is not None)

    def _held(self, ending: Ending) -> tuple[str, ...]:
        of_reports = self._vigil.held() if ending is Ending.COMPLETE else ()
        return (*of_reports, *(self._separation.held() if self._separation else ()))

    def _blame(self, outcome: Outcome | None, why: str) -> tuple[Ending, str] | None:
        if outcome is None:
            return Ending.INCOMPLETE, "the run passed its limit of " + why
        limit = f"no result within {self._limit():.3g} s"
        message = limit if outcome is Outcome.TIMEOUT else "the process died while this ran"
        self._patience.timeouts += outcome is Outcome.TIMEOUT
        return None if self._transcript.blame(outcome, message) else (Ending.INCOMPLETE, message)

    def _what_is_left(self, selection: Selection) -> Selection:
        """Return what to run next: tests without a result, but none of a file that could not be imported."""
        transcript = self._transcript
        known = transcript.results
        ignored = tuple(node for node in known if "::" not in node and known[node].outcome.is_red)
        if selection.node_ids is None and not transcript.collected:
            return Selection(None, ignored, watched=selection.watched)
        wanted = tuple(transcript.collected) or selection.node_ids or ()
        left = tuple(node for node in wanted if known.keys().isdisjoint((node, file_of(node))))
        return Selection(left, ignored, watched=selection.watched)

    def _overdue(self, now: float) -> str | None:
        if self._lost or self._foreign or self._vigil.fault or (self._separation and self._separation.unfit):
            return "regressed"
        if now - self._started > self._request.seconds:
            return "run"
        return "test" if self._patience.is_over(now, self._transcript.collecting) else None

    def _limit(self) -> float:
        return self._patience.limit(self._transcript.collecting)

    def _on_record(self, line: bytes) -> None:
        self._patience.hear(time.monotonic(), self._transcript.collecting)
        content = self._vigil.open(line)
        if content is None:
            return
        try:
            record = records.read_record(content)
        except records.NO_RECORD:
            self._foreign = self._foreign or "the report pipe carried something that is no report"
            return
        if self._is_too_much(record) or self._vigil.hides(record):
            return
        record = self._place.outside(record)
        self._transcript.take(record)
        if isinstance(record, records.Split) and self._separation:
            self._separation.take(record)
        if isinstance(record, records.Conftest) and not (self._jail.root / record.path).is_file():
            self._foreign = self._foreign or f"{record.path} took part, which is no file of the repository"
        if isinstance(record, records.Report) and record.failure and record.failure.breach:
            self._named.add(record.failure.breach)
        if isinstance(record, records.Report) and record.node in self._request.keep:
            result = self._transcript.results.get(record.node)
            if result is not None and not result.outcome.is_green:
                self._lost = self._lost or f"{record.node} was green and is not any more; the rest was not run"

    def _is_too_much(self, record: records.Record) -> bool:
        """Whether a record must not be kept: no limit of the jail bounds the memory out here."""
        self._told += len(record.nodes) if isinstance(record, records.Collected) else 1
        is_unasked = isinstance(record, records.Trace) and not self._request.trace
        if is_unasked or self._told > _MOST_TOLD:
            self._foreign = self._foreign or "the report pipe carried more than a run has to tell"
            return True
        return False

    def _on_control(self, line: bytes) -> None:
        record = records.read_control(line)
        match record:
            case records.Refused() if self._is_entered:  # what runs in it may have a part in that
                self._breakdown = self._breakdown or record
            case records.Refused():
                self._refusal = self._refusal or record
            case records.Rejected():
                self._rejection = self._rejection or record
            case records.Spent():
                self._spent = record
            case records.Exit():
                self._exit = record.code
            case records.Changed():
                self._vigil.changed(record)
            case records.Ready():
                self._locks, self._is_entered = record.locks, True
                self._patience.begin(time.monotonic())


def file_of(node: NodeId) -> NodeId:
    """Return the file part of a node ID."""
    return node.partition("::")[0]


def _last_words(output: str) -> str:
    """Return what pytest gave as its reason, else the last that was printed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(_REASONS) or ": error: " in line]
    return " ".join((told or lines)[-4:])[-600:] or "it printed nothing"
