"""The Runner port by namespaces: one fresh jailed process a run, and another one after a test that took it down."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from tddbot.domain import Ending, Outcome, Run
from tddbot.errors import TddbotError, UnfitError
from tddbot.ports import RunRequest
from tddbot.runner import records
from tddbot.runner.interpreter import Interpreter
from tddbot.runner.jail import NAME, Jail, Selection
from tddbot.runner.process import JailedProcess
from tddbot.runner.settings import RunnerSettings
from tddbot.runner.transcript import Transcript
from tddbot.stop import Stop

_MOST_PROCESSES = 25
_IMPORT_SECONDS = 30.0
_NO_TESTS, _USAGE = 5, (3, 4)


@dataclass
class JailedRunner:
    """Runs the tests of one repository; may be called from several threads at once.

    `interpreter` and `files` are asked when first needed: finding a Python costs a process.
    """

    root: Path
    settings: RunnerSettings
    interpreter: Callable[[], Interpreter]
    files: Callable[[], tuple[str, ...]]
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def run(self, request: RunRequest, stop: Stop) -> Run:
        """Return what happened. Raise UnfitError where the jail cannot be built, naming the control that is missing."""
        return _Execution(self, request, stop).run()


class _Execution:
    """One run: as many processes as it takes until each test has a result."""

    def __init__(self, runner: JailedRunner, request: RunRequest, stop: Stop) -> None:
        self._request = request
        self._stop = stop
        self._python = runner.interpreter()
        self._jail = Jail(runner.root, self._python, runner.settings, runner.environment)
        self._files = runner.files()
        self._transcript = Transcript()
        self._started = self._heard = time.monotonic()
        self._foreign = False
        self._lost: str | None = None
        self._refusal: records.Refused | None = None
        self._exit: int | None = None

    def run(self) -> Run:
        ending, detail = Ending.INCOMPLETE, "too many tests took their process down"
        selection = Selection(self._request.node_ids)
        for _ in range(_MOST_PROCESSES):
            ended = self._one_process(selection)
            if ended is not None:
                ending, detail = ended
                break
            selection = self._what_is_left(selection)
            if selection.node_ids == ():
                ending, detail = Ending.COMPLETE, ""
                break
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
            jail=NAME,
        )

    def _one_process(self, selection: Selection) -> tuple[Ending, str] | None:
        """Run one process; return how the run ended with it, or None where a test took it down and others wait."""
        transcript = self._transcript
        transcript.begin_process()
        self._heard = time.monotonic()
        process = JailedProcess(
            [self._python.executable, *self._python.startup_path(self._jail.root)],
            self._jail.job(self._request, selection, self._files),
            self._on_record,
            self._on_control,
        )
        killed = process.run(self._stop, self._overdue)
        if self._refusal is not None:
            raise _no_jail(self._refusal)
        if killed == "cancelled":
            return Ending.CANCELLED, "it was cancelled"
        if self._foreign:
            return Ending.INCOMPLETE, "the report pipe carried something that is no report"
        if self._lost is not None:
            return Ending.REGRESSED, self._lost
        if killed is not None:
            return self._blame(Outcome.TIMEOUT if killed == "test" else None, killed)
        return self._judge_exit(process.output)

    def _judge_exit(self, output: str) -> tuple[Ending, str] | None:
        code, transcript = self._transcript.end_code, self._transcript
        if code is None or (transcript.current is not None and not transcript.collecting):
            if transcript.current is None:
                return Ending.UNUSABLE, f"pytest ended before its report was whole: {_last_words(output)}"
            return self._blame(Outcome.CRASHED, "its process ended")
        if code in _USAGE:
            return Ending.UNUSABLE, f"pytest could not run: {_last_words(output)}"
        if code not in (0, 1, _NO_TESTS) or code != self._exit or transcript.unfinished():
            return Ending.INCOMPLETE, f"pytest ended early with exit code {self._exit}"
        return Ending.COMPLETE, ""

    def _blame(self, outcome: Outcome | None, why: str) -> tuple[Ending, str] | None:
        if outcome is None:
            return Ending.INCOMPLETE, "the run passed its limit of " + why
        limit = f"no result within {self._request.test_seconds:g} s"
        message = limit if outcome is Outcome.TIMEOUT else "the process died while this ran"
        return None if self._transcript.blame(outcome, message) else (Ending.INCOMPLETE, message)

    def _what_is_left(self, selection: Selection) -> Selection:
        transcript = self._transcript
        known = transcript.results
        if selection.node_ids is None and not transcript.collected:
            files = tuple(node for node in known if "::" not in node and known[node].outcome.is_red)
            return Selection(None, files, transcript.rootdir, transcript.inipath)
        wanted = selection.node_ids if not transcript.collected else tuple(transcript.collected)
        left = tuple(node for node in wanted or () if node not in known)
        return Selection(left, selection.ignored, transcript.rootdir, transcript.inipath)

    def _overdue(self, now: float) -> str | None:
        if self._lost is not None:
            return "regressed"
        if now - self._started > self._request.seconds:
            return f"{self._request.seconds:g} s"
        # Importing is slow for good reasons, and no baseline says how slow.
        patience = max(self._request.test_seconds, _IMPORT_SECONDS if self._transcript.collecting else 0.0)
        return "test" if now - self._heard > patience else None

    def _on_record(self, line: bytes) -> None:
        try:
            record = records.read_record(line)
            self._transcript.take(record)
            if isinstance(record, records.Report) and record.node in self._request.keep and record.outcome != "passed":
                self._lost = self._lost or f"{record.node} was green and is not any more; the rest was not run"
        except msgspec.MsgspecError:
            self._foreign = True
        self._heard = time.monotonic()

    def _on_control(self, line: bytes) -> None:
        record = records.read_control(line)
        match record:
            case records.Refused():
                self._refusal = self._refusal or record
            case records.Exit():
                self._exit = record.code
            case records.Ready():
                self._heard = time.monotonic()


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("ERROR", "E ", "error:", "INTERNALERROR> E"))] or lines
    return " ".join(told[-4:])[-600:] or "it printed nothing"


def _no_jail(refusal: records.Refused) -> TddbotError:
    return UnfitError(
        f"no jail is possible here: {refusal.what} failed ({refusal.reason.strip()})",
        "tddbot runs candidates only in a jail. `tddbot doctor` tries every part of it and names the remedy.",
    )
