"""`tddbot bench generator`: what tddbot adds to a call of a model, from the confirmed target to a patch."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tddbot.bench.asking import NoCandidateError, Seat, seat
from tddbot.bench.generator_project import FILES, Made, make, search_answer, whole_answer
from tddbot.bench.loopback import Loopback, loopback
from tddbot.bench.measure import Measure, spread
from tddbot.domain import Brief, Excerpt, Patch, Role
from tddbot.generator.answers.answer import parse

Say = Callable[[str], None]

_BRIEF_TARGET, _PARSE_TARGET = 50.0, 5.0
_QUICK_ROUNDS = 5
_COLD_ROUNDS = 5
_FIRST_ROUNDS = 3
_WARM_UPS = 2
_PATIENCE = 60.0

_WARM = (
    f"brief and prompt on a warm cache: a target in {FILES} Python files, from the second run of the red tests to the "
    "request, git's listing and every read of a file included"
)
_COLD = f"the same on {FILES} files that this process has never seen (their bytes are in the system's cache)"
_PARSING = (
    "an answer of 300 lines to a patch, syntax checked: a new file whole, or twelve places of a file of 660 lines by "
    "SEARCH/REPLACE"
)
_CALL = (
    "a whole call over HTTP on loopback, from propose() to the candidate, less what the server took from the last byte "
    "of the request to the last of its answer"
)
_FIRST = "the same for the first call of a process, which loads openai"


@dataclass(frozen=True, slots=True)
class Options:
    """How often each thing is measured; the dear ones less often."""

    rounds: int = 30
    quick: bool = False

    def times(self, most: int | None = None) -> int:
        """Return the rounds of a measure, of which there are at most so many."""
        rounds = min(self.rounds, _QUICK_ROUNDS) if self.quick else self.rounds
        return min(rounds, most or rounds)


def measured(options: Options, say: Say) -> Iterator[Measure]:
    """Yield each measure as soon as it is taken. Raise NoCandidateError where a call does not bring its patch."""
    with tempfile.TemporaryDirectory(prefix="tddbot-bench-") as scratch:
        say(f"making {FILES} files")
        made = make(Path(scratch).resolve() / "project", 0)
        answer = whole_answer(_text(made), made.absent)
        with loopback(answer) as server:
            with seat(made, server.base_url) as taken:
                yield from _briefs(taken, options)
                yield from _cold(Path(scratch).resolve(), server, options)
                yield from _parsing(taken, made, options)
                yield from _calls(taken, server, options)
            say("first calls of new processes")
            yield from _first_calls(made, server, options)


def _briefs(taken: Seat, options: Options) -> Iterator[Measure]:
    briefs, prompts = [], []
    for number in range(_WARM_UPS + options.times()):
        brief, seconds = taken.brief()
        prompt = taken.prompt(brief)
        if number >= _WARM_UPS:
            briefs.append(seconds)
            prompts.append(prompt)
    both = [one + other for one, other in zip(briefs, prompts, strict=True)]
    yield from _spread("warm", both, _WARM, _BRIEF_TARGET)
    yield from _spread("warm.brief", briefs, _WARM)
    yield from _spread("warm.prompt", prompts, _WARM)


def _cold(scratch: Path, server: Loopback, options: Options) -> Iterator[Measure]:
    """Measure on projects with paths and texts of their own, since nothing may be remembered of them."""
    took = []
    for seed in range(1, 1 + options.times(_COLD_ROUNDS)):
        with seat(make(scratch / f"cold{seed}", seed), server.base_url) as taken:
            brief, seconds = taken.brief()
            took.append(seconds + taken.prompt(brief))
    yield from _spread("cold", took, _COLD)


def _parsing(taken: Seat, made: Made, options: Options) -> Iterator[Measure]:
    text = _text(made)
    brief = Brief(made.target, (Excerpt(made.long_module, text, Role.SOURCE),))
    answers = {"whole": whole_answer(text, made.absent), "search": search_answer(text, made.long_module)}
    for name, answer in answers.items():
        took = [_parse(answer, brief, taken) for _ in range(_WARM_UPS + options.times())][_WARM_UPS:]
        yield from _spread(f"parse.{name}", took, _PARSING, _PARSE_TARGET)


def _parse(answer: str, brief: Brief, taken: Seat) -> float:
    started = time.perf_counter()
    outcome = parse(answer, brief, taken.app.repository.read).outcome
    seconds = time.perf_counter() - started
    if not isinstance(outcome, Patch):
        raise NoCandidateError(f"The answer was not read as a patch: {outcome!r:.300}")
    return seconds


def _calls(taken: Seat, server: Loopback, options: Options) -> Iterator[Measure]:
    brief = taken.brief()[0]
    took = [_overhead(lambda: taken.call(brief), server) for _ in range(_WARM_UPS + options.times())]
    yield from _spread("call", took[_WARM_UPS:], _CALL)


def _first_calls(made: Made, server: Loopback, options: Options) -> Iterator[Measure]:
    command = [sys.executable, "-m", "tddbot.bench.asking", str(made.root), str(made.seed), server.base_url]

    def call() -> float:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE)
        if done.returncode:
            raise NoCandidateError(f"The first call of a process failed: {done.stderr[-500:]}")
        return float(json.loads(done.stdout))

    yield from _spread("first_call", [_overhead(call, server) for _ in range(options.times(_FIRST_ROUNDS))], _FIRST)


def _overhead(call: Callable[[], float], server: Loopback) -> float:
    """Return the seconds of a call less those of the server, which must have been asked exactly once."""
    before = len(server.served)
    seconds = call()
    deadline = time.monotonic() + _PATIENCE
    while len(server.served) == before and time.monotonic() < deadline:
        time.sleep(0.001)
    if len(server.served) != before + 1:
        raise NoCandidateError(f"The server was asked {len(server.served) - before} times for one call")
    return seconds - server.served[-1]


def _text(made: Made) -> str:
    return (made.root / made.long_module).read_text(encoding="ascii")


def _spread(name: str, seconds: list[float], how: str, target: float | None = None) -> Iterator[Measure]:
    return spread(f"generator.{name}", [1000 * each for each in seconds], "ms", how, target=target)
