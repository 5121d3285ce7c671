"""`tddbot watch` as a user lives with it: real saves, real inotify."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pytest_httpserver import HTTPServer

from tests.end_to_end.project import Project
from tests.generator.responses_server import ResponsesServer, answered, silent

GOOD = "def double(x):\n    return 2 * x\n"
SLIPPED = "def double(x):\n    return 2 + x\n"
TESTS = "from double import double\n\ndef test_double():\n    assert double(5) == 10\n"


class Watched:
    """A running `tddbot watch --json`, event by event."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.seen: list[dict[str, Any]] = []

    def until(self, name: str) -> dict[str, Any]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event = json.loads(line)
            self.seen.append(event)
            if event["event"] == name:
                return event
        raise AssertionError(f"no {name} came; {[event['event'] for event in self.seen]}")


@contextmanager
def watching(project: Project, env: dict[str, str] | None = None) -> Iterator[Watched]:
    process = subprocess.Popen(
        project.command("watch", "--json"),
        cwd=project.root,
        env=project.environment(env),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Watched(process)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stdout is not None
        process.stdout.close()


def test_a_save_that_turns_a_test_red_is_repaired_and_its_own_write_starts_nothing(tmp_path: Path) -> None:
    project = Project.make(tmp_path, {"double.py": GOOD, "tests/test_double.py": TESTS})
    with watching(project) as watched:
        assert watched.until("baseline_taken")["wanted"] == []
        project.write({"double.py": SLIPPED})
        assert watched.until("files_changed")["paths"] == ["double.py"]
        assert watched.until("baseline_taken")["wanted"] == ["tests/test_double.py::test_double"]
        watched.until("patch_applied")
        assert project.read("double.py") == "def double(x):\n    return 2 * x\n"
        project.write({"note.txt": "nothing to do with it"})
        assert watched.until("files_changed")["paths"] == ["note.txt"]


def test_a_red_that_was_there_when_last_seen_is_left_alone(tmp_path: Path) -> None:
    failing = "def test_known():\n    assert 1 == 2\n"
    project = Project.make(tmp_path, {"double.py": GOOD, "tests/test_double.py": TESTS, "tests/test_known.py": failing})
    with watching(project) as watched:
        assert watched.until("baseline_taken")["wanted"] == ["tests/test_known.py::test_known"]
        watched.until("target_resolved")
    with watching(project) as watched:
        assert watched.until("baseline_taken")["wanted"] == []
        project.write({"double.py": SLIPPED})
        watched.until("files_changed")
        assert watched.until("baseline_taken")["wanted"] == ["tests/test_double.py::test_double"]


def test_a_save_during_work_cancels_it_and_plans_anew(tmp_path: Path) -> None:
    tests = "from area import square\n\ndef test_square():\n    assert square(3) == 9\n"
    project = Project.make(tmp_path, {"tests/test_area.py": tests})
    with HTTPServer(threaded=True) as httpserver:
        server = ResponsesServer(httpserver)
        right = "It is missing.\n\narea.py\n```python\ndef square(x):\n    return x * x\n```\n"
        server.queue([silent(server), answered(right)])
        env = {"OPENAI_API_KEY": "sk-x", "OPENAI_BASE_URL": server.base_url}
        with watching(project, env) as watched:
            watched.until("target_started")
            assert server.arrived.wait(60)
            project.write({"tests/test_area.py": tests + "    assert square(2) == 4\n"})
            assert watched.until("target_resolved")["resolution"]["conclusion"] == "cancelled"
            watched.until("patch_applied")
            assert "square(2) == 4" in json.dumps(server.requests[-1]["input"])
        server.released.set()
    assert project.read("area.py") == "def square(x):\n    return x * x\n"
