"""`tddbot fix` against a server that nobody here has written: llama-cpp-python with a random model.

It offers Chat alone, says 500 to the developer role, ignores the fields it does not know, sends no usage in a stream,
and answers an overflow in a stream with nothing at all. Measured with 0.3.36.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.project import Project, last
from tests.third_party.llama_server import KEY, LlamaServer, make_model, serving

_PYTHON = os.environ.get("TDDBOT_LLAMA_PYTHON", "")

pytestmark = [
    pytest.mark.third_party,
    pytest.mark.skipif(
        not _PYTHON,
        reason="set TDDBOT_LLAMA_PYTHON to a Python that has `llama-cpp-python[server]` and `gguf`",
    ),
]

RED = {
    "shapes/__init__.py": "",
    "tests/test_area.py": """\
from shapes.area import square

def test_square():
    assert square(3) == 9
    assert square(-2) == 4
""",
}
RESPONSES, CHAT = "POST /v1/responses 404", "POST /v1/chat/completions"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(_PYTHON, tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def server(model: Path) -> Iterator[LlamaServer]:
    with serving(_PYTHON, model, model.with_name("wide.log"), context=16_384) as running:
        yield running


@pytest.fixture(scope="module")
def narrow(model: Path) -> Iterator[LlamaServer]:
    with serving(_PYTHON, model, model.with_name("narrow.log"), context=512) as running:
        yield running


def project_with(server: LlamaServer, tmp_path: Path, rung: str = "rounds = 2") -> Project:
    settings = f"""
[tool.tddbot.model]
base_url = "{server.base_url}"
api_key_env = "LLAMA_KEY"
small = "tiny"
large = "tiny"
max_output_tokens = 1024
retry_seconds = 0.01

[[tool.tddbot.model.ladder]]
role = "small"
effort = "low"
{rung}
"""
    return Project.make(tmp_path, RED, settings)


def test_noise_ends_in_an_untouched_tree_and_the_dialect_is_found_once(server: LlamaServer, tmp_path: Path) -> None:
    project = project_with(server, tmp_path)
    before, untouched = server.served(), project.digest()
    code, events = project.events("fix", env={"LLAMA_KEY": KEY})
    assert code == 1, events[-1]
    assert project.digest() == untouched
    assert project.git("status", "--porcelain") == ""
    first = server.served() - before
    assert first[RESPONSES] == 1
    assert first[f"{CHAT} 500"] == 1
    assert first[f"{CHAT} 200"] >= 1
    resolution = last(events, "target_resolved")["resolution"]
    assert resolution["conclusion"] == "gave up"
    assert resolution["usage"]["calls"] == first[f"{CHAT} 200"]
    assert "1 red test left" in last(events, "notice")["text"]

    code, events = project.events("fix", env={"LLAMA_KEY": KEY})
    assert code == 1, events[-1]
    assert project.digest() == untouched
    second = server.served() - before - first
    assert second[RESPONSES] == 0
    assert second[f"{CHAT} 500"] == 0
    assert second[f"{CHAT} 200"] >= 1


def test_a_wrong_key_ends_it_at_once_and_names_the_variable(server: LlamaServer, tmp_path: Path) -> None:
    project = project_with(server, tmp_path)
    before, untouched = server.served(), project.digest()
    wrong = f"{KEY}-no-more"
    done = project.run("fix", "--json", env={"LLAMA_KEY": wrong})
    assert done.returncode == 4, done.stdout
    assert project.digest() == untouched
    events = [json.loads(line) for line in done.stdout.splitlines()]
    reason = last(events, "target_resolved")["resolution"]["reason"]
    assert "LLAMA_KEY" in reason
    assert "key" in reason
    assert wrong not in done.stdout + done.stderr
    calls = server.served() - before
    assert calls[f"{CHAT} 401"] == 1
    assert calls[f"{CHAT} 200"] == 0


def test_a_context_that_is_too_small_is_said(narrow: LlamaServer, tmp_path: Path) -> None:
    project = project_with(narrow, tmp_path)
    untouched = project.digest()
    code, events = project.events("fix", env={"LLAMA_KEY": KEY})
    assert code == 1, events[-1]
    assert project.digest() == untouched
    assert "context" in last(events, "target_resolved")["resolution"]["reason"]


def test_candidates_side_by_side_that_the_server_cuts_off_come_to_an_end(server: LlamaServer, tmp_path: Path) -> None:
    # By default a new request ends the one before: `[DONE]` without a finish reason, and then a broken connection.
    project = project_with(server, tmp_path, "width = 4")
    untouched = project.digest()
    code, events = project.events("fix", env={"LLAMA_KEY": KEY})
    assert code == 1, events[-1]
    assert project.digest() == untouched
    proposals = [event["attempt"]["proposal"] for event in events if event["event"] == "attempt_judged"]
    assert len([proposal for proposal in proposals if proposal["generator"] == "model:tiny"]) == 4
    assert {proposal["kind"] for proposal in proposals} == {"dud"}
