"""How often proven patches that differ are told apart, and how often those that do alike are left alone.

Each case of the corpus is a repository with patches that all pass its tests; its kind is `ambiguous` or `clean`.
"""

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tddbot.bench.judge_cases import JudgeCase, read_cases
from tddbot.bench.judge_seat import judge_seat
from tddbot.bench.measure import Measure, median
from tddbot.domain import Conclusion, Option, Patch, Question

AMBIGUOUS, CLEAN = "ambiguous", "clean"
_NAME = re.compile(r"^def \w+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one case: if it was fixed, what was asked, and whether each test holds with its patch alone."""

    case: JudgeCase
    is_fixed: bool
    question: Question | None
    is_telling: bool

    @property
    def is_right(self) -> bool:
        """Whether an ambiguous case led to tests that part its patches, and a clean one to none."""
        if self.case.kind == CLEAN:
            return self.is_fixed and self.question is None
        return self.is_fixed and self.question is not None and self.is_telling


def measured(directory: Path, say: Callable[[str], None], most: int | None = None) -> list[Measure]:
    """Judge the corpus' cases, at most so many of each kind, and return what was found; each miss is said.

    A case takes some seconds, and one that is ambiguous as many runs more as there are behaviours.
    """
    cases = read_cases(directory)
    return measures([each for kind in (AMBIGUOUS, CLEAN) for each in _of_kind(cases, kind, most)], say)


def measures(told: Sequence[Told], say: Callable[[str], None]) -> list[Measure]:
    """Return what these cases come to."""
    for each in told:
        if not each.is_right:
            asked = f"asked {each.question.call}" if each.question else "nothing was asked"
            say(f"{each.case.name} ({each.case.kind}): {asked if each.is_fixed else 'not fixed'}")
    found, silent = ([each.is_right for each in told if each.case.kind == kind] for kind in (AMBIGUOUS, CLEAN))
    lengths = [len(each.question.call) for each in told if each.question and each.case.kind == AMBIGUOUS]
    differ = (
        "repositories with two patches or more that pass all tests and differ; told apart by tests that hold with one"
    )
    alike = "repositories with two patches or more that do the same on all that a user could mean"
    length = "the smallest input found on which they part, in the median"
    return [
        Measure("judge.ambiguity.found", sum(found), f"of {len(found)}", differ, "higher", len(found)),
        Measure("judge.ambiguity.silent", sum(silent), f"of {len(silent)}", alike, "higher", len(silent)),
        *([Measure("judge.ambiguity.input", median(lengths), "characters", length)] if lengths else []),
    ]


def tried(case: JudgeCase, directory: Path) -> Told:
    """Propose the patches of one case side by side, and run the tests that were made with each behaviour."""
    with judge_seat(directory / "case", case.files) as seat:
        resolution = seat.judged(seat.targets[0], case.patches).resolution
    question = resolution.question
    is_fixed = resolution.conclusion is Conclusion.FIXED
    if question is None:
        return Told(case, is_fixed, None, False)
    own = [_green(case, question, option.patch, directory / str(at)) for at, option in enumerate(question.options)]
    return Told(case, is_fixed, question, own == [[at] for at in range(len(question.options))])


def _of_kind(cases: Sequence[JudgeCase], kind: str, most: int | None) -> Iterator[Told]:
    for case in [each for each in cases if each.kind == kind][:most]:
        with tempfile.TemporaryDirectory(prefix="tddbot-ambiguity-") as directory:
            yield tried(case, Path(directory))


def _green(case: JudgeCase, question: Question, patch: Patch, root: Path) -> list[int]:
    """Return which of the options' tests hold with a patch, where they are pasted to the end of the test file."""
    files = {**case.files, **{edit.path: edit.after for edit in patch.edits if edit.after is not None}}
    tests = [_named(option, at) for at, option in enumerate(question.options)]
    files[question.path] = "\n\n".join([files[question.path], *tests])
    with judge_seat(root, files) as seat:
        greens = seat.baseline.greens()
    return [at for at in range(len(tests)) if f"{question.path}::test_option_{at}" in greens]


def _named(option: Option, at: int) -> str:
    return _NAME.sub(f"def test_option_{at}", option.test, count=1) + "\n"
