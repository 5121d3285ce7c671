"""A session that is recorded, and repeated without a network."""

import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.end_to_end.project import Project
from tests.generator.responses_server import ResponsesServer

FILES = {
    "shapes/__init__.py": "",
    "tests/test_area.py": "from shapes.area import square\n\n\ndef test_square():\n    assert square(3) == 9\n",
}
WRONG = "It is missing.\n\nshapes/area.py\n```python\ndef square(x):\n    return x + x\n```\n"
RIGHT = "It must multiply.\n\nshapes/area.py\n```python\ndef square(x):\n    return x * x\n```\n"
KEY = "sk-" + "of-the-loopback" * 2
FIXED = "def square(x):\n    return x * x\n"


def told(value: Any) -> Any:
    """What a display was told, but for the notices and the clocks."""
    if isinstance(value, dict):
        return {name: told(each) for name, each in value.items() if name not in ("seconds", "elapsed")}
    if isinstance(value, list):
        return [told(each) for each in value if not (isinstance(each, dict) and each.get("event") == "notice")]
    return value


def test_a_session_is_recorded_and_replayed_without_a_server(tmp_path: Path) -> None:
    project, session = Project.make(tmp_path, FILES), tmp_path / "session.jsonl"
    with HTTPServer(threaded=True) as http:
        server = ResponsesServer(http)
        server.answer(WRONG)
        server.answer(RIGHT)
        env = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url}
        code, first = project.events("fix", "--record", str(session), env=env)
        assert (code, project.read("shapes/area.py")) == (0, FIXED)
        assert len(server.requests) == 2
        assert KEY not in session.read_text()
        assert server.base_url not in session.read_text()
    assert stat.S_IMODE(session.stat().st_mode) == 0o600
    (project.root / "shapes/area.py").unlink()
    shutil.rmtree(project.root / ".git/tddbot")  # which remembers how it was green
    code, second = project.events("fix", "--replay", str(session))
    assert (code, project.read("shapes/area.py")) == (0, FIXED)
    assert told(second) == told(first)
    notices = [event for event in second if event["event"] == "notice"]
    assert any(f"replaying {session}: no model is asked" in str(event) for event in notices)


def test_a_replay_is_in_no_account_of_what_was_solved_for_money(tmp_path: Path) -> None:
    project, session = Project.make(tmp_path, FILES), tmp_path / "session.jsonl"
    with HTTPServer(threaded=True) as http:
        server = ResponsesServer(http)
        server.answer(RIGHT)
        env = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url}
        assert project.run("fix", "--record", str(session), env=env).returncode == 0
    before = project.run("spend").stdout
    assert "1 of 1 target solved" in before
    (project.root / "shapes/area.py").unlink()
    assert project.run("fix", "--replay", str(session)).returncode == 0
    assert project.run("spend").stdout == before


def test_what_is_not_in_the_recording_ends_the_replay_and_says_why(tmp_path: Path) -> None:
    project, session = Project.make(tmp_path, FILES), tmp_path / "session.jsonl"
    session.write_text('{"tddbot": "recording", "format": 1}\n')
    done = project.run("fix", "-v", "--replay", str(session))
    assert done.returncode == 4
    assert "the recording holds no answer to this request" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--record", "../a", "--replay", "../b"], "exclude each other"),
        (["--record", "session.jsonl"], "lies in the working tree"),
        (["--record", "../notes"], "exists and is no recording"),
        (["--replay", "../notes"], "line 1: this is no recording"),
        (["--replay", "../none"], "cannot be read"),
    ],
)
def test_what_cannot_be_recorded_or_replayed_is_told_at_once(tmp_path: Path, arguments: list[str], said: str) -> None:
    project = Project.make(tmp_path, FILES)
    (tmp_path / "notes").write_text("mine")
    before = project.digest()
    done = project.run("fix", *arguments)
    assert done.returncode == 2
    assert said in " ".join((done.stdout + done.stderr).split())
    assert project.digest() == before
    assert (tmp_path / "notes").read_text() == "mine"
