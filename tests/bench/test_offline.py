"""The benchmark of the offline generator, as small as it goes, as a user would start it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tddbot.bench.offline import Options, chosen
from tddbot.cli.fixtures import fixture
from tests.runner.tools import require_namespaces

COMMAND = [sys.executable, "-m", "tddbot", "bench", "offline"]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory):
    require_namespaces()
    trials = tmp_path_factory.mktemp("bench") / "trials.jsonl"
    command = [
        *COMMAND,
        "--quick",
        "--cases",
        "2",
        "--only",
        "repair",
        "--only",
        "expressions",
        "--json",
        "--trials",
        str(trials),
    ]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    measures = {measure["name"]: measure for measure in map(json.loads, done.stdout.splitlines())}
    return measures, [json.loads(line) for line in trials.read_text(encoding="utf-8").splitlines()]


def test_each_measure_has_what_every_benchmark_prints(outcome):
    for measure in outcome[0].values():
        assert set(measure) == {"name", "value", "unit", "target", "better", "met", "how"}
        assert (measure["met"] is None) == (measure["target"] is None)


@pytest.mark.parametrize(
    ("name", "target"),
    [("repair.right", 95), ("repair.green", None), ("repair.right_of_offered", 98), ("repair.verified.median", 100),
     ("repair.wrong", None), ("repair.questions", None), ("repair.missed", None), ("injected.equivalent", None),
     ("expressions.offered", None), ("expressions.right", None), ("expressions.green", None),
     ("expressions.green_but_wrong", None), ("expressions.handed_over", None)],
)  # fmt: skip
def test_what_was_promised_is_measured_against_its_target(outcome, name, target):
    assert outcome[0][f"offline.{name}"]["target"] == target


def test_what_came_of_the_trials_adds_up(outcome):
    measures, trials = outcome
    value = {name: measure["value"] for name, measure in measures.items()}
    repairs = [trial for trial in trials if trial["kind"] != "stub"]
    assert len(repairs) == value["offline.injected.killed"] > 0
    right = sum(trial["came"] == "right" for trial in repairs)
    assert value["offline.repair.right"] == pytest.approx(100 * right / len(repairs), rel=1e-4)
    lost = sum(value[f"offline.repair.{what}"] for what in ("wrong", "questions", "missed"))
    assert right + lost == len(repairs)
    assert len(trials) - len(repairs) == 2


def test_part_of_the_cases_lies_evenly_over_all():
    place, library = fixture("offline"), fixture("scaffold")
    every = chosen(Options(place, library))
    assert [case.name for case in every] == sorted(path.stem for path in Path(place).glob("*.py"))
    assert chosen(Options(place, library, cases=2)) == [every[0], every[len(every) // 2]]
    assert chosen(Options(place, library, cases=1000)) == every


@pytest.mark.parametrize("arguments", [["--cases", "0"], ["--data", "/nowhere"], ["--only", "luck"]])
def test_a_wrong_option_is_a_usage_error(arguments):
    assert subprocess.run([*COMMAND, *arguments], capture_output=True).returncode == 2


def test_data_of_another_form_is_a_usage_error(tmp_path):
    (tmp_path / "made.jsonl").write_text("{}\n")
    done = subprocess.run([*COMMAND, "--data", str(tmp_path / "made.jsonl")], capture_output=True, text=True)
    assert done.returncode == 2
    assert "no problem of the kind" in done.stderr
