"""The corpus of right patches that differ or do not, and what is measured of it."""

from collections import Counter
from pathlib import Path

import pytest

from tddbot.bench.ambiguities import AMBIGUOUS, CLEAN, Told, measures, tried
from tddbot.bench.judge_cases import JudgeCase, read_case, read_cases
from tddbot.domain import Option, Question

CORPUS = Path(__file__).parents[2] / "fixtures" / "ambiguity"


def test_the_corpus_has_a_dozen_of_each_kind() -> None:
    cases = read_cases(CORPUS)
    counts = Counter(case.kind for case in cases)
    assert counts.keys() == {AMBIGUOUS, CLEAN}
    assert min(counts.values()) >= 12
    assert [case.name for case in cases if len({patch.id for patch in case.patches}) < 2] == []


@pytest.mark.parametrize("name", ["stack_peek", "private_fields"])
def test_a_case_is_told_apart_by_tests_that_hold_with_one_patch_alone_or_left_alone(name: str, tmp_path: Path) -> None:
    told = tried(read_case(CORPUS / f"{name}.toml"), tmp_path)
    assert told.is_fixed
    assert (told.question is not None) == (told.case.kind == AMBIGUOUS)
    assert told.is_right


def told(kind: str, call: str | None, is_telling: bool = True, is_fixed: bool = True) -> Told:
    question = None if call is None else Question((Option(CASE.patches[0], "a note"),), call, "tests/test_it.py")
    return Told(JudgeCase("case", kind, "It is so.", {}), is_fixed, question, is_telling)


CASE = read_cases(CORPUS)[0]


def test_both_kinds_are_measured_and_each_miss_is_said() -> None:
    said: list[str] = []
    found, silent, length = measures(
        [
            told(AMBIGUOUS, "f(1)"),
            told(AMBIGUOUS, None),
            told(AMBIGUOUS, "f(22222)", is_telling=False),
            told(CLEAN, None),
            told(CLEAN, "f(3)"),
            told(CLEAN, None, is_fixed=False),
        ],
        said.append,
    )
    assert (found.value, found.target, found.met) == (1, 3, False)
    assert (silent.value, silent.target, silent.met) == (1, 3, False)
    assert (length.value, length.unit) == (6, "characters")
    assert said == [
        "case (ambiguous): nothing was asked",
        "case (ambiguous): asked f(22222)",
        "case (clean): asked f(3)",
        "case (clean): not fixed",
    ]
