"""`tddbot bench offline`: what the offline generator mends, writes and scaffolds, and how much of it is right."""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from tddbot.bench.humaneval import read_problems
from tddbot.bench.measure import Measure
from tddbot.bench.offline_cases import Case, read_cases
from tddbot.bench.offline_expressions import expressions
from tddbot.bench.offline_judging import Trial
from tddbot.bench.offline_repairs import repairs
from tddbot.bench.offline_scaffold import measured as scaffolds
from tddbot.bench.offline_seat import offline_seat
from tddbot.errors import UsageError

Say = Callable[[str], None]

_QUICK = 6
PARTS = ("repair", "expressions", "scaffold")


@dataclass(frozen=True, slots=True)
class Options:
    """`data` None means the project's own `fixtures`. `trials` is a file that gets a line of JSON for each trial.

    What is scaffolded are the names that the project `library` loses, whatever the data.
    """

    fixtures: Path
    library: Path
    data: Path | None = None
    quick: bool = False
    cases: int | None = None
    parts: tuple[str, ...] = PARTS
    trials: Path | None = None


def measured(options: Options, say: Say) -> Iterator[Measure]:
    """Yield each measure as soon as it is taken. Raise UsageError for data that cannot be read."""
    cases = chosen(options)
    with tempfile.TemporaryDirectory(prefix="tddbot-bench-") as directory:
        scratch = Path(directory).resolve()
        yield from _of_functions(options, cases, scratch, say)
        if "scaffold" in options.parts:
            yield from scaffolds(options.library, scratch, say, _QUICK if options.quick else None)


def _of_functions(options: Options, cases: Sequence[Case], scratch: Path, say: Say) -> Iterator[Measure]:
    if set(options.parts).isdisjoint(("repair", "expressions")):
        return
    say(f"the baseline of {len(cases)} functions")
    with ExitStack() as resources:
        keep = _keeper(options, resources)
        seat = resources.enter_context(offline_seat(scratch / "functions", cases))
        fit = [case for case in cases if seat.nodes[case.name]]
        if len(fit) < len(cases):
            say(f"{len(cases) - len(fit)} are left out: their tests are not green with the original")
        if "repair" in options.parts:
            yield from repairs(seat, fit, keep, say)
        if "expressions" in options.parts:
            yield from expressions(seat, fit, keep, say)


def chosen(options: Options) -> list[Case]:
    """Return the cases to measure; of a part, they lie evenly over all. Raise UsageError where there are none."""
    found = read_problems(options.data) if options.data else read_cases(options.fixtures)
    if not found:
        raise UsageError(f"{options.data or options.fixtures} holds no problem", "--data takes JSON lines.")
    most = min(filter(None, (options.cases, _QUICK if options.quick else None)), default=len(found))
    count = min(most, len(found))
    return [found[number * len(found) // count] for number in range(count)]


def _keeper(options: Options, resources: ExitStack) -> Callable[[Trial], None]:
    """What is done with each trial: a line in the file of trials, if one is wanted."""
    if options.trials is None:
        return lambda _: None
    file = resources.enter_context(options.trials.open("w", encoding="utf-8"))

    def keep(trial: Trial) -> None:
        file.write(json.dumps(asdict(trial), ensure_ascii=False) + "\n")
        file.flush()

    return keep
