"""How often tests that contradict each other are found before anybody is asked, and how often others are left alone.

Each case of the corpus is a repository; its kind is `contradictory` or `clean`. What `expects` has are the two lines; a
clean case has a patch that makes all of its tests green.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tddbot.bench.judge_cases import JudgeCase, read_cases
from tddbot.bench.judge_seat import JudgeSeat, judge_seat
from tddbot.bench.measure import Measure, median
from tddbot.contradicting import contradicted
from tddbot.domain import Resolution, Target
from tddbot.preparing import prepare
from tddbot.proof import Contradiction
from tddbot.stop import Stop
from tddbot.work import begun

CONTRADICTORY, CLEAN = "contradictory", "clean"


@dataclass(frozen=True, slots=True)
class Heard:
    """What was found in one case, target by target, and the seconds that each target took with a laboratory ready."""

    case: JudgeCase
    clashes: tuple[Contradiction, ...]
    seconds: tuple[float, ...]

    @property
    def is_right(self) -> bool:
        """Whether the two lines were found, or nothing where there is nothing."""
        if self.case.kind == CLEAN:
            return not self.clashes
        return any(_places(clash) == sorted(self.case.expects) for clash in self.clashes)


def measured(directory: Path, say: Callable[[str], None], most: int | None = None) -> list[Measure]:
    """Look into the corpus' cases, at most so many of each kind, and return what was found; each miss is said."""
    cases = read_cases(directory)
    heard = [each for kind in (CONTRADICTORY, CLEAN) for each in _of_kind(cases, kind, most)]
    for each in heard:
        if not each.is_right:
            found = "; ".join(clash.reason for clash in each.clashes) or "nothing was found"
            say(f"{each.case.name} ({each.case.kind}): {found}")
    right, silent = ([each.is_right for each in heard if each.case.kind == kind] for kind in (CONTRADICTORY, CLEAN))
    clash = "repositories with two tests that no implementation can satisfy together; found with their lines, unasked"
    alike = "repositories with tests that look like it and can be satisfied; nothing is said of them"
    spent = "what the check adds to a target, with a laboratory that is ready, in the median"
    took = [1000 * seconds for each in heard for seconds in each.seconds]
    return [
        Measure("judge.contradiction.found", sum(right), f"of {len(right)}", clash, "higher", len(right)),
        Measure("judge.contradiction.silent", sum(silent), f"of {len(silent)}", alike, "higher", len(silent)),
        *([Measure("judge.contradiction.time", median(took), "ms", spent)] if took else []),
    ]


def heard(case: JudgeCase, seat: JudgeSeat) -> Heard:
    """Look into each target of a case, as the loop does before it asks anybody."""
    looked = [each for target in seat.targets if (each := _looked(seat, target)) is not None]
    return Heard(case, tuple(clash for clash, _ in looked if clash), tuple(seconds for _, seconds in looked))


def _looked(seat: JudgeSeat, target: Target) -> tuple[Contradiction | None, float] | None:
    """Return what is found of one target, and in which time; None where it does not come to that."""
    work = seat.work(target)
    with begun(work) as lab:
        prepared = prepare(work)
        if isinstance(prepared, Resolution):
            return None
        lab.calls(target.node_ids[0].partition("::")[0], (), Stop())  # which waits until it is ready
        started = time.perf_counter()
        clash = contradicted(replace(prepared[0], lab=lab), prepared[1])
        return clash, time.perf_counter() - started


def _of_kind(cases: Sequence[JudgeCase], kind: str, most: int | None) -> Iterator[Heard]:
    for case in [each for each in cases if each.kind == kind][:most]:
        with (
            tempfile.TemporaryDirectory(prefix="tddbot-contradiction-") as directory,
            judge_seat(Path(directory) / "case", case.files) as seat,
        ):
            yield heard(case, seat)


def _places(clash: Contradiction) -> list[str]:
    return sorted(f"{each.path}:{each.line}" for each in (clash.first, clash.second))
