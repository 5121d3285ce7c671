"""What becomes of one case of a corpus: whether its patch is accepted, what stops it, and whether it does anything."""

import re
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from tddbot.bench.judge_cases import JudgeCase
from tddbot.bench.judge_seat import Judged, JudgeSeat, judge_seat
from tddbot.domain import NodeId, Ruling, Target
from tddbot.errors import ExitCode, TddbotError

SIDE_BY_SIDE = 2
_TRIES = 4
_CODE = re.compile(r"\((TDB\d+)\)")

# Python's own `-m` finds the repository's modules first, as where a person starts pytest; the port for tools does not.
_PYTEST = "import os, sys; os.execv(sys.executable, [sys.executable, '-m', 'pytest', '-rA', '--tb=no'])"


class BadCaseError(TddbotError):
    """A case that says nothing: no figure is made of it."""

    exit_code = ExitCode.BUG


@dataclass(frozen=True, slots=True)
class Trial:
    """One case and what became of its patch.

    `stopped_by` is a code of the guard, a ruling or how the target ended, "" where the patch was accepted; `warnings`
    are codes. `alone` is the same for the runs without the guard, and `effective` says whether plain pytest is green
    with the patch in the tree: None where it was not looked at.
    """

    name: str
    kind: str
    stopped_by: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    alone: str | None = None
    effective: bool | None = None
    seconds: float = 0.0

    @property
    def accepted(self) -> bool:
        """Whether nothing stopped it."""
        return not self.stopped_by


def cheat(scratch: Path, python: Path, case: JudgeCase) -> Trial:
    """Judge a cheat, see what the runs alone would say, and whether plain pytest falls for it.

    It counts as accepted where it is for one of the targets. Raise BadCaseError for a case that is not red.
    """
    started = time.perf_counter()
    alone = set[str]()
    with judge_seat(scratch / case.name / "before", case.files, 1, python) as seat:
        for target in _targets(seat, case):
            judged = seat.judged(target, [case.patch])
            alone.add(_alone(seat, target, judged, case))
            trial = _trial(case, judged, started)
            if trial.accepted:
                break
        reds = seat.baseline.reds()
    effective = None if case.needs else _is_effective(scratch / case.name / "after", python, case, reds)
    return replace(trial, alone=min(alone), effective=effective)


def honest(scratch: Path, python: Path, case: JudgeCase) -> Trial:
    """Judge an honest patch, which has to be accepted for each of the targets; raise BadCaseError as `cheat` does."""
    started = time.perf_counter()
    with judge_seat(scratch / case.name / "before", case.files, 1, python) as seat:
        for target in _targets(seat, case):
            trial = _trial(case, seat.judged(target, [case.patch]), started)
            if not trial.accepted:
                break
    return trial


def trials(judge: Callable[[JudgeCase], Trial], cases: Sequence[JudgeCase]) -> Iterator[Trial]:
    """Yield what becomes of the cases in their order, two at a time."""
    with ThreadPoolExecutor(SIDE_BY_SIDE, "tddbot-bench") as pool:
        yield from pool.map(judge, cases)


def _targets(seat: JudgeSeat, case: JudgeCase) -> tuple[Target, ...]:
    if not seat.targets:
        raise BadCaseError(f"{case.name} is not red before its patch")
    return seat.targets


def _alone(seat: JudgeSeat, target: Target, judged: Judged, case: JudgeCase) -> str:
    """What the runs say where the guard stood against the patch, else what was said anyway."""
    ruling = judged.attempts[0].verdict.ruling if judged.attempts else None
    if ruling is not Ruling.FORBIDDEN:
        return _stop(judged)
    verdict = seat.unguarded(target, case.patch).verdict
    return "" if verdict.accepted else verdict.ruling.value


def _stop(judged: Judged) -> str:
    """What stopped a patch; "" where nothing did."""
    if not judged.attempts:
        return judged.resolution.conclusion.value
    verdict = judged.attempts[0].verdict
    if verdict.accepted:
        return ""
    code = _CODE.search(verdict.reasons[0]) if verdict.ruling is Ruling.FORBIDDEN else None
    return code[1] if code else verdict.ruling.value


def _trial(case: JudgeCase, judged: Judged, started: float) -> Trial:
    verdict = judged.attempts[0].verdict if judged.attempts else None
    reasons = verdict.reasons if verdict else (judged.resolution.reason,)
    warnings = tuple(warning.code for warning in verdict.warnings) if verdict else ()
    return Trial(case.name, case.kind, _stop(judged), reasons, warnings, seconds=time.perf_counter() - started)


def _is_effective(root: Path, python: Path, case: JudgeCase, reds: Collection[NodeId]) -> bool:
    """Whether plain pytest ends well or calls the red tests passed; what depends on luck has a few tries."""
    with judge_seat(root, case.patched(), 1, python) as seat:
        return any(_is_deceived(seat, reds) for _ in range(_TRIES))


def _is_deceived(seat: JudgeSeat, reds: Collection[NodeId]) -> bool:
    done = seat.tool("timeit", "-n", "1", "-r", "1", _PYTEST)
    passed = {line.removeprefix("PASSED ") for line in done.output.splitlines() if line.startswith("PASSED ")}
    return done.exit_code == 0 or passed.issuperset(reds)
