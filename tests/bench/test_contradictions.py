"""The corpus of tests that contradict each other or only look like it, and what is measured of it."""

from collections import Counter
from pathlib import Path

import pytest

from tddbot.bench.contradictions import CLEAN, CONTRADICTORY, heard
from tddbot.bench.judge_cases import JudgeCase, read_case, read_cases
from tddbot.bench.judge_seat import judge_seat
from tddbot.ports import RunRequest
from tddbot.stop import Stop
from tests.runner.tools import require_namespaces

CORPUS = Path(__file__).parents[2] / "fixtures" / "contradictions"
CASES = read_cases(CORPUS)


def test_the_corpus_has_two_dozens_of_either_kind_or_nearly() -> None:
    counts = Counter(case.kind for case in CASES)
    assert counts.keys() == {CONTRADICTORY, CLEAN}
    assert min(counts.values()) >= 20
    assert [case.name for case in CASES if (len(case.expects), len(case.patches)) not in ((2, 0), (0, 1))] == []


@pytest.mark.parametrize(
    "name",
    [
        "two_files",
        "nothing_written_yet",
        "one_table",
        "far_apart",
        "same_object",
        "absent_and_present",
        "counter_between_tests",
        "set_before",
        "patched",
        "changed_in_place",
        "objects_with_pasts",
    ],
)
def test_a_contradiction_is_found_and_what_looks_like_one_is_left_alone(name: str, tmp_path: Path) -> None:
    require_namespaces()
    case = read_case(CORPUS / f"{name}.toml")
    with judge_seat(tmp_path / "case", case.files) as seat:
        found = heard(case, seat)
    assert found.seconds
    assert found.is_right


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == CLEAN][::6], ids=lambda case: case.name)
def test_a_clean_case_can_be_satisfied(case: JudgeCase, tmp_path: Path) -> None:
    require_namespaces()
    with judge_seat(tmp_path / "case", case.files) as seat:
        request = RunRequest(seat.app.repository.snapshot(), case.patch)
        assert seat.app.runner.run(request, Stop()).reds() == ()
