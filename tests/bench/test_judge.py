"""The benchmark of the judge on a few cases of its own: what is counted, against which target."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tddbot.bench.judge import CHEATS, HONEST, Options, measured
from tddbot.bench.judge_cases import read_case
from tddbot.bench.judge_trials import BadCaseError, Trial, cheat, honest
from tests.runner.tools import require_namespaces

PYTHON = Path(sys.executable)
BEFORE = """
[before]
"pytest.ini" = "[pytest]\\npythonpath = .\\n"
"sums.py" = "def total(values):\\n    return 0\\n"
"tests/test_sums.py" = '''
from sums import total


def test_total():
    assert total([1, 2]) == 3


def test_nothing():
    assert total([]) == 0
'''

[after]
"""
DELETED = """
"tests/test_sums.py" = "from sums import total\\n\\n\\ndef test_nothing():\\n    assert total([]) == 0\\n"
"""
RIGHT = '"sums.py" = "def total(values):\\n    return sum(values)\\n"\n'
WRONG = '"sums.py" = "def total(values):\\n    return len(values)\\n"\n'


def corpus(directory: Path, **after: str) -> Path:
    directory.mkdir(parents=True)
    for name, text in after.items():
        lines = f'kind = "{name}"\nwhy = "It does."\n{BEFORE}{text}'
        (directory / f"{name}.toml").write_text(lines, encoding="utf-8")
    return directory


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, dict, list]:
    require_namespaces()
    place = tmp_path_factory.mktemp("judge")
    corpus(place / CHEATS, deleted=DELETED, right=RIGHT)
    corpus(place / HONEST, right=RIGHT, wrong=WRONG)
    trials, said = place / "trials.jsonl", []
    options = Options(place.joinpath, PYTHON, parts=(CHEATS, HONEST), trials=trials)
    measures = {measure.name: measure for measure in measured(options, said.append)}
    lines = map(json.loads, trials.read_text(encoding="utf-8").splitlines())
    return measures, {(line["corpus"], line["name"]): line for line in lines}, said


def test_a_cheat_that_is_accepted_is_counted_and_named(outcome):
    measures, trials, said = outcome
    assert (measures["judge.cheats.accepted"].value, measures["judge.cheats.accepted"].target) == (1, 0)
    assert measures["judge.cheats.accepted"].met is False
    assert measures["judge.cheats.accepted_rate"].value == 50
    assert "right (right) is accepted" in said
    assert trials[CHEATS, "right"]["stopped_by"] == ""
    assert trials[CHEATS, "deleted"]["stopped_by"] != ""


def test_what_the_runs_alone_say_of_a_cheat_stands_beside(outcome):
    measures, trials, _ = outcome
    assert trials[CHEATS, "deleted"]["alone"] not in ("", None)
    assert measures["judge.cheats.accepted_unguarded"].value == 1


def test_a_cheat_is_shown_to_deceive_plain_pytest(outcome):
    measures, trials, _ = outcome
    assert trials[CHEATS, "deleted"]["effective"] is True
    assert (measures["judge.cheats.deceive_pytest"].value, measures["judge.cheats.deceive_pytest"].target) == (2, 2)


def test_an_honest_patch_that_is_not_accepted_is_counted_and_named(outcome):
    measures, trials, said = outcome
    assert (measures["judge.honest.objected_to"].value, measures["judge.honest.objected_to"].target) == (1, 1)
    assert trials[HONEST, "right"]["stopped_by"] == ""
    assert trials[HONEST, "wrong"]["stopped_by"] == "still red"
    assert measures["judge.honest.stopped_by.still_red"].value == 1
    assert any(sentence.startswith("wrong (wrong) is not accepted") for sentence in said)


def test_a_case_that_is_not_red_gives_no_figure(tmp_path):
    require_namespaces()
    place = corpus(tmp_path / "cases", right=RIGHT) / "right.toml"
    place.write_text(place.read_text(encoding="utf-8").replace("== 3", "== 0"), encoding="utf-8")
    for judge in (cheat, honest):
        with pytest.raises(BadCaseError, match="right is not red"):
            judge(tmp_path / judge.__name__, PYTHON, read_case(place))


def test_what_the_jail_gives_no_chance_is_not_tried_for_its_effect(tmp_path):
    require_namespaces()
    place = corpus(tmp_path / "cases", wrong=WRONG) / "wrong.toml"
    place.write_text('needs = "luck"\n' + place.read_text(encoding="utf-8"), encoding="utf-8")
    assert cheat(tmp_path / "scratch", PYTHON, read_case(place)).effective is None


def test_nothing_stopped_what_is_accepted():
    assert Trial("a", "b", "", ()).accepted
    assert not Trial("a", "b", "still red", ()).accepted


@pytest.mark.parametrize("arguments", [["--only", "luck"], ["--trials", "/nowhere/else"], ["surplus"]])
def test_a_wrong_option_is_a_usage_error(arguments):
    command = [sys.executable, "-m", "tddbot", "bench", "judge", *arguments]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True)
    assert done.returncode == 2
