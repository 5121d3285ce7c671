"""The main job with every part real: git, pytest, the jail, the store, HTTP on loopback."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.end_to_end.project import Project, last
from tests.generator.responses_server import ResponsesServer, silent

SLIP = {
    "clamp.py": """\
def clamp(x, low, high):
    if x < low:
        return low
    if x > high:
        return low
    return x
""",
    "tests/test_clamp.py": """\
from clamp import clamp

def test_inside():
    assert clamp(2, 1, 3) == 2

def test_above():
    assert clamp(9, 1, 3) == 3

def test_below():
    assert clamp(0, 1, 3) == 1
""",
}
MISSING = {
    "shapes/__init__.py": "",
    "tests/test_area.py": """\
from shapes.area import square

def test_square():
    assert square(3) == 9
    assert square(-2) == 4
""",
}


@pytest.fixture
def server() -> Iterator[ResponsesServer]:
    with HTTPServer(threaded=True) as httpserver:
        server = ResponsesServer(httpserver)
        yield server
        server.released.set()


def with_model(server: ResponsesServer) -> dict[str, str]:
    return {"OPENAI_API_KEY": "sk-test-of-the-loopback", "OPENAI_BASE_URL": server.base_url}


def whole(path: str, text: str) -> str:
    return f"The module did not exist.\n\n{path}\n```python\n{text}```\n"


def test_a_slip_is_repaired_proven_applied_and_undone(tmp_path: Path) -> None:
    project = Project.make(tmp_path, SLIP)
    before = project.digest()
    code, events = project.events("fix")
    assert code == 0
    assert "        return high\n" in project.read("clamp.py")
    applied = last(events, "patch_applied")
    assert applied["evidence"]["won"] == ["tests/test_clamp.py::test_above"]
    assert applied["evidence"]["kept"] == 2
    assert project.git("status", "--porcelain") == " M clamp.py\n"
    assert project.run("undo").returncode == 0
    assert project.digest() == before
    assert project.run("apply", applied["evidence"]["patch_id"][:6]).returncode == 0
    assert "        return high\n" in project.read("clamp.py")


def test_a_dry_run_stores_the_patch_and_changes_no_byte(tmp_path: Path) -> None:
    project = Project.make(tmp_path, SLIP)
    before = project.digest()
    code, events = project.events("fix", "--dry-run")
    assert code == 1
    stored = last(events, "patch_stored")
    assert project.digest() == before
    assert stored["evidence"]["patch_id"] in project.run("log").stdout
    shown = json.loads(project.run("show", stored["evidence"]["patch_id"], "--json").stdout)
    assert "+        return high" in shown["difference"]


def test_a_wrong_answer_is_fed_back_and_the_right_one_makes_the_missing_module(
    tmp_path: Path, server: ResponsesServer
) -> None:
    project = Project.make(tmp_path, MISSING)
    head, index = project.git("rev-parse", "HEAD"), (project.root / ".git/index").read_bytes()
    server.answer(whole("shapes/area.py", "def square(side):\n    return side * 2\n"))
    server.answer(whole("shapes/area.py", "def square(side):\n    return side * side\n"))
    code, events = project.events("fix", env=with_model(server))
    assert code == 0, events[-1]
    assert project.read("shapes/area.py") == "def square(side):\n    return side * side\n"
    assert project.git("status", "--porcelain", "-uall") == "?? shapes/area.py\n"
    assert project.git("rev-parse", "HEAD") == head
    assert (project.root / ".git/index").read_bytes() == index
    assert len(server.requests) == 2
    fed_back = json.dumps(server.requests[1]["input"])
    assert "6" in fed_back
    assert "assert" in fed_back
    assert last(events, "patch_applied")["evidence"]["usage"]["calls"] == 2


def test_the_tree_is_untouched_when_the_model_only_cheats(tmp_path: Path, server: ResponsesServer) -> None:
    project = Project.make(tmp_path, MISSING, settings='\n[tool.tddbot.budget]\ncalls = "unlimited"\n')
    before = project.digest()
    for _ in range(40):
        server.answer(whole("tests/test_area.py", "def test_square():\n    pass\n"))
    code, events = project.events("fix", env=with_model(server))
    assert code == 1
    assert project.digest() == before
    assert not [event for event in events if event["event"] == "patch_applied"]


def test_without_a_key_the_end_says_what_one_would_add(tmp_path: Path) -> None:
    project = Project.make(tmp_path, MISSING)
    before = project.digest()
    done = project.run("fix")
    assert done.returncode == 1
    assert "OPENAI_API_KEY" in done.stdout
    assert project.digest() == before


def test_a_wrong_key_ends_with_exit_code_4_and_never_shows_the_key(tmp_path: Path, httpserver: HTTPServer) -> None:
    project = Project.make(tmp_path, MISSING)
    before = project.digest()
    httpserver.expect_request("/v1/responses").respond_with_json({"error": {"message": "bad key"}}, status=401)
    env = {"OPENAI_API_KEY": "sk-a-very-secret-value", "OPENAI_BASE_URL": httpserver.url_for("/v1")}
    done = project.run("fix", "-v", env=env)
    assert done.returncode == 4
    assert "OPENAI_API_KEY" in done.stdout
    assert "very-secret" not in done.stdout + done.stderr
    assert project.digest() == before
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_the_model_thinks_leaves_the_tree_as_it_was(
    tmp_path: Path, server: ResponsesServer, number: int
) -> None:
    project = Project.make(tmp_path, MISSING)
    before = project.digest()
    server.queue([silent(server)])
    process = subprocess.Popen(
        project.command("fix"), cwd=project.root, env=project.environment(with_model(server)), stdout=subprocess.DEVNULL
    )
    assert server.arrived.wait(60)
    process.send_signal(number)
    assert process.wait(30) == 130
    assert project.digest() == before


def test_an_interrupt_while_a_candidate_runs_leaves_no_process(tmp_path: Path) -> None:
    token = f"token_{os.getpid()}_{time.monotonic_ns()}"
    files = {"tests/test_slow.py": f"import time\n\ndef test_{token}():\n    time.sleep(3600)\n"}
    project = Project.make(tmp_path, files)
    before = project.digest()
    process = subprocess.Popen(
        project.command("fix", "--json"), cwd=project.root, env=project.environment(), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "baseline_started" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    process.stdout.close()
    assert project.digest() == before


def test_a_second_tddbot_is_told_who_is_at_work(tmp_path: Path, server: ResponsesServer) -> None:
    project = Project.make(tmp_path, MISSING)
    server.queue([silent(server)])
    env = project.environment(with_model(server))
    first = subprocess.Popen(project.command("fix"), cwd=project.root, env=env, stdout=subprocess.DEVNULL)
    try:
        assert server.arrived.wait(60)
        second = project.run("fix")
        assert second.returncode == 3
        assert str(first.pid) in second.stderr
        assert project.run("log").returncode == 0
    finally:
        first.send_signal(signal.SIGINT)
        first.wait(30)


def test_crlf_latin1_and_the_executable_bit_survive_a_repair(tmp_path: Path) -> None:
    source = "# -*- coding: latin-1 -*-\r\n# Größe\r\ndef bigger(a, b):\r\n    return a < b\r\n"
    tests = "from size import bigger\n\ndef test_bigger():\n    assert bigger(2, 1)\n    assert not bigger(1, 1)\n"
    tests += "    assert not bigger(1, 2)\n"
    project = Project.make(tmp_path, {"size.py": source.encode("latin-1"), "tests/test_size.py": tests})
    (project.root / "size.py").chmod(0o755)
    assert project.run("fix").returncode == 0
    assert (project.root / "size.py").read_bytes() == source.replace("a < b", "a > b").encode("latin-1")
    assert (project.root / "size.py").stat().st_mode & 0o777 == 0o755
