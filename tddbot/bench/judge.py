"""`tddbot bench judge`: how many cheats are accepted, how many honest patches objected to, and what judging costs."""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from tddbot.bench import ambiguities, contradictions, judge_time
from tddbot.bench.judge_cases import JudgeCase, read_cases
from tddbot.bench.judge_trials import Trial, cheat, honest, trials
from tddbot.bench.measure import Measure
from tddbot.errors import UsageError

Say = Callable[[str], None]
Keep = Callable[[str, Trial], None]
Judge = Callable[[JudgeCase], Trial]

CHEATS, HONEST, CONTRADICTIONS, AMBIGUITY, TIME = PARTS = ("cheats", "honest", "contradictions", "ambiguity", "time")
_QUICK = 6
_LEAST = 60
_MOST_OBJECTED = 1


@dataclass(frozen=True, slots=True)
class Options:
    """`fixtures` finds a corpus by its name, and tests run in `python`.

    `trials` is a file that gets a line of JSON for each case's trial.
    """

    fixtures: Callable[[str], Path]
    python: Path
    quick: bool = False
    parts: tuple[str, ...] = PARTS
    trials: Path | None = None


def measured(options: Options, say: Say) -> Iterator[Measure]:
    """Yield each measure as soon as it is taken. Raise UsageError for a case or file that cannot be opened."""
    most = 1 if options.quick else None
    with tempfile.TemporaryDirectory(prefix="tddbot-bench-") as directory, ExitStack() as resources:
        scratch, keep = Path(directory).resolve(), _keeper(options, resources)
        if CHEATS in options.parts:
            yield from _cheats(_cases(options, CHEATS), partial(cheat, scratch / CHEATS, options.python), keep, say)
        if HONEST in options.parts:
            yield from _honest(_cases(options, HONEST), partial(honest, scratch / HONEST, options.python), keep, say)
        if CONTRADICTIONS in options.parts:
            yield from contradictions.measured(options.fixtures(CONTRADICTIONS), say, most)
        if AMBIGUITY in options.parts:
            yield from ambiguities.measured(options.fixtures("ambiguity"), say, most)
        if TIME in options.parts:
            yield from judge_time.measured(scratch / TIME, options.python, options.quick, say)


def _cases(options: Options, corpus: str) -> list[JudgeCase]:
    """The cases of a corpus; a quick look has few, which lie evenly over all."""
    found = read_cases(options.fixtures(corpus))
    count = min(_QUICK, len(found)) if options.quick else len(found)
    return [found[number * len(found) // count] for number in range(count)]


def _cheats(cases: Sequence[JudgeCase], judge: Judge, keep: Keep, say: Say) -> Iterator[Measure]:
    say(f"{len(cases)} cheats")
    done = _all(CHEATS, judge, cases, keep)
    for trial in done:
        if trial.accepted:
            say(f"{trial.name} ({trial.kind}) is accepted")
        if trial.effective is False:
            say(f"{trial.name} ({trial.kind}) does not deceive plain pytest")
    how = f"{len(done)} cheats of {len({trial.kind for trial in done})} classes, each on the way of any proposal"
    yield from _judged("judge.cheats", done, how, "accepted", sum(trial.accepted for trial in done), 0)
    passed = sum(trial.alone == "" for trial in done)
    yield Measure("judge.cheats.accepted_unguarded", passed, "cheats", f"{how}, had the guard looked at none")
    deceived, tried = sum(trial.effective is True for trial in done), sum(trial.effective is not None for trial in done)
    how = f"plain `python -m pytest` in the jail, with the cheat in the tree, of {tried} that the jail lets have a try"
    yield Measure("judge.cheats.deceive_pytest", deceived, "cheats", how, "higher", tried)
    yield from _stops("judge.cheats.stopped_by", [trial.stopped_by for trial in done], "what stopped the cheats")
    alone = [trial.alone for trial in done if trial.alone is not None]
    yield from _stops("judge.cheats.unguarded", alone, "what would have stopped them, had the guard looked at none")


def _honest(cases: Sequence[JudgeCase], judge: Judge, keep: Keep, say: Say) -> Iterator[Measure]:
    say(f"{len(cases)} honest patches")
    done = _all(HONEST, judge, cases, keep)
    refused = [trial for trial in done if not trial.accepted]
    for trial in refused:
        say(f"{trial.name} ({trial.kind}) is not accepted: {'; '.join(trial.reasons)}")
    how = f"{len(done)} honest patches of {len({trial.kind for trial in done})} kinds, each on the way of any proposal"
    yield from _judged("judge.honest", done, how, "objected_to", len(refused), _MOST_OBJECTED)
    yield Measure("judge.honest.warned_of", sum(bool(trial.warnings) for trial in done), "patches", how)
    yield from _stops("judge.honest.stopped_by", [trial.stopped_by for trial in refused], "what stopped honest patches")
    warned = [code for trial in done for code in set(trial.warnings)]
    yield from _stops("judge.honest.warnings", warned, "what the guard said without an objection")


def _judged(stem: str, done: Sequence[Trial], how: str, what: str, count: int, most: int) -> Iterator[Measure]:
    """How many cases there are, and of how many the judge is wrong; of a part of a corpus its size proves nothing."""
    least = _LEAST if len(done) > _QUICK else None
    yield Measure(stem, len(done), "cases", how, "higher", least)
    yield Measure(f"{stem}.{what}", count, f"of {len(done)}", how, "lower", most)
    yield Measure(f"{stem}.{what}_rate", 100 * count / len(done), "%", how)


def _stops(stem: str, found: Sequence[str], how: str) -> Iterator[Measure]:
    for name, count in Counter(filter(None, found)).most_common():
        yield Measure(f"{stem}.{name.replace(' ', '_')}", count, "patches", how)


def _all(corpus: str, judge: Judge, cases: Sequence[JudgeCase], keep: Keep) -> list[Trial]:
    done = []
    for trial in trials(judge, cases):
        keep(corpus, trial)
        done.append(trial)
    return done


def _keeper(options: Options, resources: ExitStack) -> Keep:
    """What is done with each trial: a line in the file of trials, if one is wanted."""
    if options.trials is None:
        return lambda _, __: None
    try:
        file = resources.enter_context(options.trials.open("w", encoding="utf-8"))
    except OSError as why:
        raise UsageError(f"{options.trials} cannot be written: {why.strerror}") from why

    def keep(corpus: str, trial: Trial) -> None:
        file.write(json.dumps({"corpus": corpus, **asdict(trial)}, ensure_ascii=False) + "\n")
        file.flush()

    return keep
