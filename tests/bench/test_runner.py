"""The whole benchmark, as small as it goes, as a user would start it."""

import json
import os
import subprocess
import sys

import pytest

from tests.runner.tools import require_namespaces

COMMAND = [sys.executable, "-m", "tddbot", "bench", "runner"]


def bench(cache, *arguments: str) -> "subprocess.CompletedProcess[str]":
    variables = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    return subprocess.run([*COMMAND, *arguments], env=variables, capture_output=True, text=True)


@pytest.fixture(scope="module")
def measures(tmp_path_factory: pytest.TempPathFactory):
    require_namespaces()
    cache = tmp_path_factory.mktemp("cache")
    done = bench(cache, "--quick", "--rounds", "1", "--runs", "3", "--json", "--python", sys.executable)
    assert done.returncode == 0, done.stderr
    assert list((cache / "tddbot" / "bench").iterdir()) == []
    return {measure["name"]: measure for measure in map(json.loads, done.stdout.splitlines())}


def test_each_measure_has_what_every_benchmark_prints(measures):
    for measure in measures.values():
        assert set(measure) == {"name", "value", "unit", "target", "better", "met", "how"}
        assert (measure["met"] is None) == (measure["target"] is None)


@pytest.mark.parametrize(
    "name",
    [
        "runner.tiny.plain.median", "runner.tiny.cold.p10", "runner.tiny.warm.p90", "runner.tiny.warm_against_plain",
        "runner.tiny.side_by_side.4.median", "runner.tiny.side_by_side.gain_of_4",
        "runner.tiny.memory.zygote.processes",
        "runner.tiny.memory.run.rss_largest", "runner.entering.files_500.jail.median",
        "runner.entering.files_5000.parents_share.median", "runner.endurance.tddbot.descriptors.growth",
        "runner.endurance.zygote.rss.growth",
    ],
)  # fmt: skip
def test_what_was_promised_is_measured(measures, name):
    assert name in measures


def test_nothing_is_left_after_some_runs_in_a_row(measures):
    growth = {name: measure["value"] for name, measure in measures.items() if name.endswith(".growth")}
    counts = {name: value for name, value in growth.items() if not name.endswith(".rss.growth")}
    assert counts
    assert set(counts.values()) == {0}


def test_a_registry_that_cannot_be_asked_leaves_measures_out_and_says_so(tmp_path):
    variables = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": "/dev/null"}
    done = subprocess.run(
        [*COMMAND, "--quick", "--json"],
        env={**os.environ, **variables, "XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "tiny is left out: `pip install` failed" in done.stderr


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["--python", "/nowhere"]])
def test_a_wrong_option_is_a_usage_error(tmp_path, arguments):
    assert bench(tmp_path, *arguments).returncode == 2
