"""The benchmark of the generator's side, as a user would start it, and the project that it makes up."""

import ast
import json
import os
import subprocess
import sys

import pytest

from tddbot.bench.generator_project import FILES, made_before, make, search_answer, whole_answer
from tddbot.bench.loopback import loopback
from tddbot.context.brief import survey
from tddbot.domain import Brief, Excerpt, Patch, Role
from tddbot.generator.answers.answer import parse
from tddbot.repository.git_repository import GitRepository

_POST = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], b'x').read())"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    return make(tmp_path_factory.mktemp("made") / "project", 3)


@pytest.fixture(scope="module")
def measures():
    command = [sys.executable, "-m", "tddbot", "bench", "generator", "--quick", "--rounds", "1", "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {measure["name"]: measure for measure in map(json.loads, done.stdout.splitlines())}


def test_each_measure_has_what_every_benchmark_prints(measures):
    for measure in measures.values():
        assert set(measure) == {"name", "value", "unit", "target", "better", "met", "how"}
        assert measure["unit"] == "ms"
        assert measure["value"] > 0
        assert (measure["met"] is None) == (measure["target"] is None)


@pytest.mark.parametrize(
    ("name", "target"),
    [("warm", 50), ("parse.whole", 5), ("parse.search", 5), ("cold", None), ("call", None), ("first_call", None),
     ("warm.brief", None), ("warm.prompt", None)],
)  # fmt: skip
def test_what_was_promised_is_measured_against_its_target(measures, name, target):
    assert measures[f"generator.{name}.median"]["target"] == target
    assert {f"generator.{name}.p10", f"generator.{name}.p90"} <= set(measures)


def test_the_project_is_as_large_as_is_said(made):
    files = sorted(made.root.rglob("*.py"))
    assert len(files) == FILES
    lengths = sorted(len(path.read_text().splitlines()) for path in files if path.name != "__init__.py")
    assert lengths[5] >= 100
    assert lengths[-2] <= 300 < lengths[-1]
    for path in files:
        ast.parse(path.read_text())


def test_it_is_the_same_for_the_same_seed_and_another_for_another(made, tmp_path):
    assert made_before(made.root, 3) == made
    assert make(tmp_path / "again", 3).target == made.target
    texts = [{path.read_text() for path in root.rglob("*.py")} for root in (made.root, tmp_path / "again")]
    other = make(tmp_path / "other", 4)
    assert texts[0] == texts[1]
    assert len({path.read_text() for path in other.root.rglob("shop4/*/*0.py")} & texts[0]) == 0


def test_its_target_has_a_brief_with_all_that_a_brief_may_have(made):
    repository = GitRepository.open(made.root)
    brief = survey(made.target, made.confirmed, repository.files(), repository.read, baseline=made.baseline).brief
    assert {excerpt.role for excerpt in brief.excerpts} == set(Role) - {Role.MISSING}
    assert len(brief.sources()) >= 5


def test_its_answers_are_of_three_hundred_lines_and_patches(made):
    text = (made.root / made.long_module).read_text()
    brief = Brief(made.target, (Excerpt(made.long_module, text, Role.SOURCE),))
    for answer, path in (
        (whole_answer(text, made.absent), made.absent),
        (search_answer(text, made.long_module), made.long_module),
    ):
        assert 295 <= len(answer.splitlines()) <= 310
        outcome = parse(answer, brief, GitRepository.open(made.root).read).outcome
        assert isinstance(outcome, Patch)
        assert outcome.paths == (path,)


def test_the_server_is_gone_in_the_end_and_has_timed_what_it_served():
    with loopback("an answer") as server:
        address = server.server_address
        done = subprocess.run(
            [sys.executable, "-c", _POST, f"{server.base_url}/responses"],
            capture_output=True, text=True, env={"NO_PROXY": "127.0.0.1"},
        )  # fmt: skip
    assert "response.completed" in done.stdout
    assert len(server.served) == 1
    with loopback("another") as other:
        assert other.server_address != address or other.served == []


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["--unknown"]])
def test_a_wrong_option_is_a_usage_error(arguments):
    command = [sys.executable, "-m", "tddbot", "bench", "generator", *arguments]
    assert subprocess.run(command, capture_output=True).returncode == 2
