"""What it costs to enter and to leave the jail, by the number of files in the repository."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tddbot.bench.bed import WARM, Bed, Subject, WrongOutcomeError, bed_of
from tddbot.bench.generated import write_many
from tddbot.bench.measure import Measure, spread
from tddbot.domain import Snapshot
from tddbot.runner import records
from tddbot.runner.fingerprint import fingerprint
from tddbot.runner.jail import Jail, Selection, user_of
from tddbot.runner.layout import Layout
from tddbot.runner.process import JailedProcess
from tddbot.runner.warmth import Recipe
from tddbot.runner.zygote import Zygote
from tddbot.stop import Stop

_TARGET = 8.0
_LOADING = 60.0
_JAIL = "jail"
_HOW = {
    _JAIL: "entering and leaving the jail that stands by, as in a search: a run of nothing, less a bare fork",
    "null_run": "the same, the fork included: from the order to the end of the last process",
    "first_run": "the same where no jail stands by yet, as for the first of many and for each of a burst",
    "bare_fork": "fork, end and wait for a process that has pytest loaded, without any jail",
    "parents_share": "what tddbot does before: looks at the files, writes the job",
    "verdict": "a whole warm verdict on the tests of a tiny project",
}
_BARE = """
import gc, os, sys, time
import _pytest.config
_pytest.config.get_config()
gc.disable(), gc.collect(), gc.freeze()
for _ in iter(sys.stdin.readline, ""):
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    print(time.perf_counter() - started, flush=True)
"""


def entering(scratch: Path, python: Path, count: int, rounds: int) -> Iterator[Measure]:
    """Yield, for a repository of `count` files, the time in and out of the jail, the parent's share before it, and a
    whole warm verdict. The repository is made for this and removed again.
    """
    root = scratch / f"files-{count}" / "project"
    try:
        files = write_many(root, count)
        (root / ".git").mkdir()  # which every jail has to hide
        subject = Subject(f"files_{count}", f"{count:,} files", root, python, "tests/test_words.py", "words.py")
        with closing(bed_of(subject, files, Snapshot(root, str(count)))) as bed:
            yield from _measures(bed, files, count, rounds)
    finally:
        shutil.rmtree(root.parent, ignore_errors=True)


def _measures(bed: Bed, files: tuple[str, ...], count: int, rounds: int) -> Iterator[Measure]:
    times: dict[str, list[float]] = {name: [] for name in _HOW}
    with (
        closing(_Passage(bed, files, stands_by=True)) as passage,
        closing(_Passage(bed, files, stands_by=False)) as first,
        closing(_BareFork(bed.subject.python)) as bare,
    ):
        for number in range(-2, rounds):
            first.share()
            share, through, unready, fork = passage.share(), passage.through(), first.through(), bare.seconds()
            # The verdict comes last, so that the next jail has the time to get ready that it has in a search.
            taken = (through - fork, through, unready, fork, share, bed.timed(WARM))
            if number >= 0:  # the first two are for whatever is made when it is first needed
                for name, seconds in zip(_HOW, taken, strict=True):
                    times[name].append(1000 * seconds)
    for name, how in _HOW.items():
        told = f"{count:,} files, a tenth of them tests, {rounds} rounds: {how}"
        target = _TARGET if name == _JAIL else None
        yield from spread(f"runner.entering.files_{count}.{name}", times[name], "ms", told, target=target)


class _Passage:
    """A zygote that has loaded pytest alone, and a job in which the worker ends at once."""

    def __init__(self, bed: Bed, files: tuple[str, ...], stands_by: bool) -> None:
        subject = bed.subject
        self._bed, self._files = bed, files
        self._layout = Layout(subject.root)
        self._jail = Jail(subject.root, bed.runner.interpreter(), bed.runner.settings, bed.runner.environment)
        self._zygote = Zygote.start(self._jail.python, self._jail.test_environment)
        self._job = b""
        if stands_by:  # only a zygote that was told what to load has another jail ready
            recipe = Recipe("", self._jail.python, self._jail.test_environment, str(subject.root), (), ())
            self._zygote.warm(recipe.order(set()), _LOADING)

    def close(self) -> None:
        """End the zygote."""
        self._zygote.close()

    def share(self) -> float:
        """Do what comes before a job is sent; return the seconds."""
        started = time.perf_counter()
        root = self._bed.subject.root
        fingerprint(self._jail.interpreter, root, self._jail.test_environment)
        request = self._bed.request(self._bed.candidate(), WARM)
        layout = self._layout.look(self._files, user_of(root), (), request.node_ids)
        job = self._jail.job(request, Selection(request.node_ids), None, layout)
        seconds = time.perf_counter() - started
        # With nothing ordered, the worker ends at once.
        self._job = json.dumps({**json.loads(job), "pytest": {}}).encode("ascii")
        return seconds

    def through(self) -> float:
        """Enter the jail and leave it; return the seconds. Raise WrongOutcomeError where it was not entered."""
        told: list[records.Control] = []
        process = JailedProcess(self._zygote, self._job, _ignore, lambda line: told.append(records.read_control(line)))
        started = time.perf_counter()
        process.run(Stop(), _never)
        seconds = time.perf_counter() - started
        if not told or not isinstance(told[0], records.Ready) or told[-1] != records.Exit(0):
            raise WrongOutcomeError(f"{self._bed.subject.title}: the jail was not entered and left: {told}")
        return seconds


class _BareFork:
    """A process as large as a zygote, that forks when it is asked to."""

    def __init__(self, python: Path) -> None:
        command = [str(python), "-I", "-c", _BARE]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def seconds(self) -> float:
        """Return how long one fork took, its end included."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


def _ignore(_line: bytes) -> None:
    """There is nothing to report."""


def _never(_now: float) -> str | None:
    return None
