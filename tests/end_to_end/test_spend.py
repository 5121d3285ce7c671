"""What was spent and what it was worth, from a store as tddbot leaves it."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tddbot.domain import (
    Attempt,
    Candidate,
    Conclusion,
    Dud,
    Edit,
    Outcome,
    Patch,
    Resolution,
    Result,
    Ruling,
    Target,
    Usage,
    Verdict,
)
from tddbot.errors import ExitCode
from tddbot.repository.git_repository import GitRepository
from tddbot.store.sqlite_store import SqliteStore
from tests.end_to_end.project import Project
from tests.generator.responses_server import ResponsesServer, answered

GREEN = {"tests/test_ok.py": "def test_ok():\n    assert True\n"}
BILL = Usage(1, 1000, 200, 300, 250, Decimal("0.125"))
WORST = Usage(1, 1200, output_tokens=32_000, usd=Decimal("0.5"))
PATCH = Patch((Edit("module.py", None, "x = 2\n"),))
TARGET = Target("cause", (Result("t.py::a", Outcome.FAILED),))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.make(tmp_path, GREEN, settings="[tool.tddbot.budget]\nusd_per_day = 2\n")


def worked(project: Project) -> None:
    """Two calls, the second of which was never settled, an attempt that failed and one that won."""
    with SqliteStore.open(GitRepository.open(project.root).state) as store:
        purse = store.purse(None)
        number = purse.reserve(WORST, "model:small-one", TARGET.id)
        assert isinstance(number, int)
        purse.settle(number, BILL)
        purse.reserve(WORST, "model:small-one", TARGET.id)
        dud = Dud("nothing to mend", "offline")
        won = Candidate(PATCH, "model:small-one", "the start\nwas one too low", BILL, reasoning="It says 2.\nSo 2.")
        store.record_attempt(TARGET.id, Attempt(dud, None, Verdict(Ruling.DUD), "offline"))
        store.record_attempt(TARGET.id, Attempt(won, None, Verdict(Ruling.ACCEPTED), "small, low effort"))
        store.record_resolution(Resolution(TARGET, Conclusion.FIXED, usage=BILL, seconds=12.5))
        store.record_resolution(Resolution(TARGET, Conclusion.CANCELLED))


def test_where_nothing_happened_one_sentence_says_so(project: Project) -> None:
    done = project.run("spend")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Nothing was spent in this repository, and no target was worked on to its end.\n"
    found = json.loads(project.run("spend", "--json").stdout)
    assert (found["today"], found["targets"], found["rungs"], found["usd_left_today"]) == ([], 0, [], "2.0")


def test_spend_for_people(project: Project) -> None:
    worked(project)
    before = project.digest()
    lines = project.run("spend", env={"COLUMNS": "80"}).stdout.splitlines()
    assert lines[:3] == [
        "today (UTC), and in all",
        "  model      calls  input  cached  output  reasoning     USD",
        "  small-one      1  1,000     200     300        250  0.1250",
    ]
    assert "1 call, 33,200 tokens, 0.5000 USD at most" in lines[3]
    assert lines[4].startswith("1.37 of 2.00 USD left today; prices of 20")
    assert lines[6] == "1 of 1 target solved (95 % certain: 21 % to 100 %); 1 cancelled or flaky left out"
    assert lines[9].split() == ["offline", "1", "0", "0", "%", "–", "–", "0.0000"]
    assert lines[10].endswith("1       1   100 %  0.1250  12.5      0.1250")
    assert "\x1b" not in "".join(lines)
    assert project.digest() == before


def test_spend_where_the_output_speaks_ascii(project: Project) -> None:
    worked(project)
    with SqliteStore.open(GitRepository.open(project.root).state) as store:
        store.record_resolution(Resolution(replace(TARGET, cause="other"), Conclusion.FIXED, usage=BILL, seconds=2.5))
    done = project.run("spend", env={"COLUMNS": "40", "PYTHONIOENCODING": "ascii", "NO_COLOR": "1"})
    assert done.returncode == 0
    assert "█" not in done.stdout
    assert " 100 % " in done.stdout


def test_spend_for_programs(project: Project) -> None:
    worked(project)
    found = json.loads(project.run("spend", "--json").stdout)
    assert found["today"] == found["in_all"]
    assert found["today"][0]["model"] == "small-one"
    assert (found["today"][0]["settled"]["usd"], found["today"][0]["reserved"]["usd"]) == ("0.125", "0.5")
    assert (found["usd_per_day"], found["usd_left_today"]) == ("2.0", "1.375")
    assert [(rung["rung"], rung["solved"]) for rung in found["rungs"]] == [("offline", 0), ("small, low effort", 1)]
    assert found["solved_by_seconds"] == [{"at": 12.5, "solved": 1}]
    assert (found["targets"], found["solved"], found["left_out"]) == (1, 1, 1)


def test_show_says_who_made_a_patch_and_why(project: Project) -> None:
    worked(project)
    shown = project.run("show", PATCH.id).stdout
    assert "  by     model:small-one: the start was one too low\n" in shown
    assert "  rung   small, low effort: accepted; 1 call, 1,300 tokens, 0.1250 USD\n" in shown
    assert shown.endswith("         It says 2.\n         So 2.\n")
    found = json.loads(project.run("show", PATCH.id, "--json").stdout)
    assert (found["attempt"]["rung"], found["attempt"]["reasoning"]) == ("small, low effort", "It says 2.\nSo 2.")


def test_the_doctor_knows_how_old_the_prices_are_and_for_whom_there_is_none(project: Project) -> None:
    _, findings = project.events("doctor", env={"OPENAI_BASE_URL": "http://localhost:1/v1"})
    (prices,) = (finding for finding in findings if finding["part"] == "prices")
    assert prices["fit"] is None
    assert prices["detail"] == (
        "a server on this machine has the prices that you set; "
        "none is known for gpt-6-luna and gpt-6.2-sol, so no limit in USD holds"
    )
    assert "prices" in prices["remedy"]
    _, findings = project.events("doctor", env={"OPENAI_BASE_URL": "https://me:word@models.test/v1"})
    told = {finding["part"]: finding["detail"] for finding in findings}
    assert told["prices"].startswith("of 20")
    assert told["model"] == "gpt-6-luna, then gpt-6.2-sol at https://models.test/v1, with no key"


RED = {
    "a.py": "def f():\n    return 'x'.upper()\n",
    "test_a.py": "from a import f\ndef test_a():\n    assert f() == 7\n",
}
SETTINGS = """[tool.tddbot.model]
base_url = "{address}"
max_output_tokens = 256
prices = {{ "gpt-6-luna" = [0, 0, 1000], "gpt-6.2-sol" = [0, 0, 1000] }}
[tool.tddbot.budget]
calls = 2
usd_per_day = 0.5
"""


def test_the_limit_of_a_day_holds_from_one_tddbot_to_the_next(tmp_path: Path) -> None:
    """A call is 0.256 USD at worst and 0.10 by its bill: the third is the last that fits, two for each target."""
    usage = {"input_tokens": 900, "output_tokens": 100}
    with HTTPServer(threaded=True) as http:
        server = ResponsesServer(http)
        server.queue([answered("I do not know.", usage)] * 9)
        project = Project.make(tmp_path, RED, settings=SETTINGS.format(address=server.base_url))
        first = project.run("fix")
        assert (first.returncode, len(server.requests)) == (ExitCode.MEANS, 2), first.stderr
        assert "small, low effort: " in first.stdout
        assert "000 USD)" in first.stdout
        second = project.run("fix")
        assert (second.returncode, len(server.requests)) == (ExitCode.MEANS, 3), second.stderr
        assert (
            "could pass the limit of 0.5 USD for one day in this repository (0.30 spent or reserved)" in second.stdout
        )
    found = json.loads(project.run("spend", "--json").stdout)
    assert (found["today"][0]["settled"]["calls"], found["today"][0]["settled"]["usd"]) == (3, "0.3")
    assert (found["today"][0]["reserved"]["calls"], found["targets"], found["solved"]) == (0, 2, 0)
