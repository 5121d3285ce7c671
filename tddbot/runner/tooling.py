"""A tool of the project's own in a jail: from a request to what it printed, or why it could not run."""

import json
import signal
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tddbot.ports import RunRequest, ToolRequest, ToolRun
from tddbot.runner import cgroup, records
from tddbot.runner.backends import refused
from tddbot.runner.breaches import Signs, reached
from tddbot.runner.jail import Selection
from tddbot.runner.lab_process import Site
from tddbot.runner.place import Place
from tddbot.runner.process import JailedProcess
from tddbot.runner.zygote import Zygote
from tddbot.stop import Stop

_MB = 1024 * 1024
_MOST = 8 * _MB
_WORDS_KEPT, _LONGEST_WORDS = 4, 400


def run_of(request: ToolRequest) -> RunRequest:
    """The run of no tests whose jail the tool gets."""
    return RunRequest(
        request.snapshot, request.patch, protected=request.protected, seconds=request.seconds, lane=request.lane
    )


class Tooling:
    """One tool, run once. Its standard output comes where tests print, its errors where they report."""

    def __init__(self, site: Site, request: ToolRequest, stop: Stop) -> None:
        self._site = site
        self._request = request
        self._stop = stop
        self._words: deque[str] = deque(maxlen=_WORDS_KEPT)
        self._refusal: records.Refused | None = None
        self._rejection: records.Rejected | None = None
        self._spent: records.Spent | None = None
        self._exit: int | None = None

    def run(self) -> ToolRun:
        """Return what it printed and how it ended. Raise NoJailError where the jail cannot be built."""
        site, end = self._site, time.monotonic() + self._request.seconds
        settings = site.jail.settings
        with cgroup.capped(settings.most_tree_memory_mb * _MB, settings.processes) as group:
            job = self._job(site, group)
            with site.backend.open(site.jail, job) as place, self._lent(place) as zygote:
                process = JailedProcess(zygote, place.job, self._on_words, self._on_control, _MOST, kept=_MOST)
                killed = process.run(self._stop, lambda now: "run" if now > end else None)
                foreign = place.fault()
            events = group.events() if group else cgroup.Events()
        if self._refusal is not None:
            raise refused(self._refusal)
        signs = Signs(None, 0.0, frozenset(), self._spent, "", events)
        limits = " ".join(reached(signs, settings).values())
        fault = self._killed(killed) or self._rejected() or foreign or self._failed(process.output, limits)
        return ToolRun(process.output, self._exit, fault)

    def _job(self, site: Site, group: "cgroup.Group | None") -> bytes:
        """The job of a run, where the repository's own modules are found last: none may stand in for the tool's."""
        path = group.path if group else None
        job = json.loads(site.jail.job(run_of(self._request), Selection(None), site.session, site.layout, path))
        tool = {"module": self._request.module, "arguments": self._request.arguments}
        job["pytest"].update(tool=tool, path=site.jail.tool_path)
        return json.dumps(job).encode("ascii")

    @contextmanager
    def _lent(self, place: Place) -> Iterator[Zygote]:
        """Lend the warm zygote, of which nothing is left in the process that becomes the tool, or a fresh one."""
        if self._site.zygote is not None:
            yield self._site.zygote
            return
        jail = self._site.jail
        zygote = Zygote.start(jail.python, place.environment or jail.test_environment, place.launcher)
        try:
            yield zygote
        finally:
            for line in zygote.close().splitlines():
                self._on_words(line.encode())

    def _on_words(self, line: bytes) -> None:
        if words := line.decode("utf-8", "replace").strip():
            self._words.append(words)

    def _on_control(self, line: bytes) -> None:
        match records.read_control(line):
            case records.Refused() as refusal:
                self._refusal = self._refusal or refusal
            case records.Rejected() as rejection:
                self._rejection = self._rejection or rejection
            case records.Spent() as spent:
                self._spent = spent
            case records.Exit(code=code):
                self._exit = code

    def _killed(self, why: str | None) -> str:
        told: Mapping[str | None, str] = {
            None: "",
            "cancelled": "it was cancelled",
            "run": f"it took more than {self._request.seconds:g} s",
            "output": f"it printed more than {_MOST // _MB} MB",
        }
        return told.get(why, why or "")

    def _rejected(self) -> str:
        rejection = self._rejection
        return f"{rejection.path} cannot be written: {rejection.reason}" if rejection else ""

    def _failed(self, output: str, limits: str) -> str:
        """Say why it ended without an answer: one that found something and one that found nothing has printed, or 0."""
        words = " ".join(self._words)[-_LONGEST_WORDS:]
        if self._exit is None or self._exit < 0:
            return f"its jail ended: {words or 'nobody knows why'}"
        if number := _signal(self._exit):
            return limits or f"its process was ended by {number}"
        if self._exit and not output.strip():
            return words or f"it ended with exit code {self._exit} and printed nothing"
        return ""


def _signal(code: int) -> str:
    """The signal that init tells by an exit code, or nothing."""
    try:
        return signal.Signals(code - 128).name
    except ValueError:
        return ""
