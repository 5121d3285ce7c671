"""docs/verdicts.md says of each ruling, each ending and each line of the record what it means, and of nothing else."""

import re
from dataclasses import replace
from pathlib import Path

from tddbot.domain import Conclusion, Kind, Ruling
from tddbot.judge.evidence import UNCHANGED
from tddbot.judge.settings import JudgeSettings
from tddbot.report.record import evidence_lines
from tests.report.samples import EVIDENCE
from tests.report.test_record import WHOLE

DOCUMENT = (Path(__file__).parents[1] / "docs" / "verdicts.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[str]:
    """The first column of the table below a heading."""
    return re.findall(r"^\| `([^`]+)` \|", part(heading), re.MULTILINE)


def part(heading: str) -> str:
    return DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_every_ruling_is_explained():
    assert sorted(rows("Rulings")) == sorted(ruling.value for ruling in Ruling)


def test_every_ending_is_explained():
    assert sorted(rows("Endings")) == sorted(conclusion.value for conclusion in Conclusion)


def test_every_line_of_the_record_is_explained_in_its_order():
    whole = replace(WHOLE, kind=Kind.ROLLBACK, held=("cold proof",))
    assert rows("The record") == [label for label, _ in evidence_lines(whole, whole=True) if label]
    assert len(rows("The record")) > len(evidence_lines(EVIDENCE))
    assert UNCHANGED in part("The record")


def test_the_settings_that_it_names_exist():
    named = {"ruff", "mypy", "pyright", "gate_seconds"}
    assert named <= set(JudgeSettings.__struct_fields__)
    assert all(f"`{name}`" in part("Gates") for name in named)


def test_what_every_configuration_file_is_called():
    from_code = (Path(__file__).parents[1] / "tddbot" / "judge" / "gates" / "gates.py").read_text(encoding="utf-8")
    files = re.findall(r'"([\w.]+\.(?:toml|ini|cfg|json))"', from_code)
    assert len(set(files)) == 7
    assert [name for name in files if f"`{name}`" not in part("Gates")] == []
