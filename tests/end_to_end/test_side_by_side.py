"""Several right answers to one question: which is applied, and what is asked. A server on loopback, real runs."""

import subprocess
import sys
from pathlib import Path

from pytest_httpserver import HTTPServer

from tests.end_to_end.project import Project, last
from tests.generator.responses_server import ResponsesServer

KEY = "sk-" + "of-the-loopback" * 2
WIDE = """
[[tool.tddbot.model.ladder]]
role = "large"
effort = "high"
width = 3
"""
TEST = "from runs import encode\n\n\ndef test_encode():\n    assert encode('aabbb') == 'a2b3'\n"
STUB = "def encode(text: str) -> str:\n    raise NotImplementedError\n"
HEAD = "def encode(text: str) -> str:\n"
LOOP = (
    HEAD + "    parts = []\n    for letter in text:\n        if parts and parts[-1][0] == letter:\n"
    "            parts[-1][1] += 1\n        else:\n            parts.append([letter, 1])\n"
    "    return ''.join(f'{letter}{count}' for letter, count in parts)\n"
)
BY_GROUPS = (
    "from itertools import groupby\n\n\n"
    + HEAD
    + "    return ''.join(f'{letter}{len(list(group))}' for letter, group in groupby(text))\n"
)
BY_HAND = (
    HEAD + "    result = ''\n    while text:\n        rest = text.lstrip(text[0])\n"
    "        result += f'{text[0]}{len(text) - len(rest)}'\n        text = rest\n    return result\n"
)
IN_ALL = (
    "from collections import Counter\n\n\n"
    + HEAD
    + "    return ''.join(f'{letter}{count}' for letter, count in Counter(text).items())\n"
)


def answer(text: str) -> str:
    return f"It has to count.\n\nruns.py\n```python\n{text}```\n"


def project_of(directory: Path) -> Project:
    return Project.make(directory, {"runs.py": STUB, "tests/test_runs.py": TEST}, settings=WIDE)


def fixed(project: Project, *texts: str) -> dict[str, object]:
    """What --json says of the resolution, once each of these texts has been the answer to a call."""
    with HTTPServer(threaded=True) as http:
        server = ResponsesServer(http)
        for text in texts:
            server.answer(answer(text))
        code, events = project.events("fix", env={"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url})
        assert (code, len(server.requests)) == (0, 3)
    resolution = last(events, "target_resolved")["resolution"]
    assert resolution["conclusion"] == "fixed"
    return dict(resolution)


def test_of_three_right_answers_that_do_alike_the_smallest_is_applied(tmp_path: Path) -> None:
    project = project_of(tmp_path)
    resolution = fixed(project, LOOP, BY_GROUPS, BY_HAND)
    assert project.read("runs.py") == BY_GROUPS
    assert resolution["question"] is None


def test_of_two_behaviours_one_is_applied_and_the_question_is_in_the_record(tmp_path: Path) -> None:
    project = project_of(tmp_path)
    question = fixed(project, LOOP, IN_ALL, BY_HAND)["question"]
    assert isinstance(question, dict)
    assert (project.read("runs.py"), question["path"]) == (BY_HAND, "tests/test_runs.py")
    tests = [option["test"] for option in question["options"]]
    assert len(tests) == 2
    assert [passes(project, test) for test in tests] == [True, False]
    project.write({"runs.py": IN_ALL})
    assert [passes(project, test) for test in tests] == [False, True]


def passes(project: Project, test: str) -> bool:
    """Whether a test that is pasted to the end of the user's file holds, by pytest itself."""
    project.write({"tests/test_runs.py": f"{TEST}\n\n{test}\n"})
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=project.root, check=False
    )
    assert done.returncode in (0, 1)
    return done.returncode == 0


def test_the_question_is_on_the_screen(tmp_path: Path) -> None:
    project = project_of(tmp_path)
    with HTTPServer(threaded=True) as http:
        server = ResponsesServer(http)
        for text in (LOOP, IN_ALL, BY_HAND):
            server.answer(answer(text))
        done = project.run("fix", env={"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url})
    assert done.returncode == 0
    assert "the tests leave it open" in done.stdout
    assert "def test_encode_" in done.stdout
    assert "this one was taken" in done.stdout
