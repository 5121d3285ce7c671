"""The project's own Ruff and mypy, for real and in the jail, on what a model wrote."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.end_to_end.project import Project, last
from tests.end_to_end.test_fix import MISSING, whole, with_model
from tests.generator.responses_server import ResponsesServer

CLEAN = "def square(side: int) -> int:\n    return side * side\n"
UNUSED = f"import os\n\n\n{CLEAN}"
MISTYPED = "def square(side: int) -> str:\n    return side * side\n"


@pytest.fixture
def server() -> Iterator[ResponsesServer]:
    with HTTPServer(threaded=True) as httpserver:
        server = ResponsesServer(httpserver)
        yield server
        server.released.set()


def test_a_veto_is_fed_back_and_the_next_answer_is_applied(tmp_path: Path, server: ResponsesServer) -> None:
    project = Project.make(tmp_path, MISSING, '\n[tool.ruff]\n[tool.tddbot.judge]\nruff = "veto"\n')
    server.answer(whole("shapes/area.py", UNUSED))
    server.answer(whole("shapes/area.py", CLEAN))
    code, events = project.events("fix", env=with_model(server))
    assert code == 0, events[-1]
    assert project.read("shapes/area.py") == CLEAN
    vetoed = next(each["attempt"] for each in events if each.get("attempt", {}).get("verdict", {}).get("won"))
    assert vetoed["verdict"]["ruling"] == "gated"
    assert vetoed["verdict"]["reasons"] == ["ruff: shapes/area.py:1: F401 `os` imported but unused"]
    assert "F401 `os` imported but unused" in json.dumps(server.requests[1]["input"])
    assert last(events, "patch_applied")["evidence"]["gates"] == [
        {"name": "ruff", "findings": [], "fault": "", "may_veto": True}
    ]


def test_a_warning_is_shown_and_the_patch_is_applied(tmp_path: Path, server: ResponsesServer) -> None:
    project = Project.make(tmp_path, MISSING, "\n[tool.mypy]\npretty = true\n")
    server.answer(whole("shapes/area.py", MISTYPED))
    done = project.run("fix", env=with_model(server))
    assert done.returncode == 0, done.stderr
    assert "\n  gates  mypy: shapes/area.py:2: return-value Incompatible return value type" in done.stdout
    assert project.read("shapes/area.py") == MISTYPED


def test_a_tool_that_is_not_there_is_said_and_vetoes_nothing(tmp_path: Path, server: ResponsesServer) -> None:
    settings = '\n[tool.basedpyright]\n[tool.tddbot.judge]\npyright = "veto"\n'
    project = Project.make(tmp_path, MISSING, settings)
    server.answer(whole("shapes/area.py", CLEAN))
    done = project.run("fix", env=with_model(server))
    assert done.returncode == 0, done.stderr
    assert "\n  gates  pyright: the project's Python has no module basedpyright\n" in done.stdout


def test_where_nothing_is_configured_there_are_no_gates(tmp_path: Path, server: ResponsesServer) -> None:
    project = Project.make(tmp_path, MISSING)
    server.answer(whole("shapes/area.py", UNUSED))
    code, events = project.events("fix", env=with_model(server))
    assert code == 0
    assert last(events, "patch_applied")["evidence"]["gates"] == []
