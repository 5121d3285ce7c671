"""What `tddbot context` prints is what `tddbot fix` sends, byte for byte, and no secret is in it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.context.privacy.test_secrets import KEYS
from tests.end_to_end.project import Project
from tests.generator.responses_server import ResponsesServer

KEY = "sk-test-of-the-" + "loopback"
PASSWORD, CODE = "k4f9" + "Zq1LmW2", "hunter" + "2"
MD5 = "5d41402abc4b2a76b9719d911017c592"
TEST = f'''
import pytest
from shapes.area import square
from shop.price import total
from shop.own import secret_rule

AWS = "{KEYS["AWS key"]}"
DATABASE = "{PASSWORD}"
DOOR = "{CODE}"
MINE = "{KEY}"
OTHER = "prefix-{"tok3n-Of-the-User"}"
DIGEST = "{MD5}"
BOMB = "\\x1b[31m"

@pytest.mark.parametrize("key", [DOOR, AWS])
def test_square(key):
    entered = DOOR + AWS
    assert secret_rule(1) == 1
    assert square(3) == 9, entered
    assert total(1) == secret_rule(1)
'''
FILES = {
    "shapes/__init__.py": "",
    "shapes/area.py": "def square(side):\n    raise NotImplementedError\n",
    "shop/__init__.py": "",
    "shop/price.py": "def total(x):\n    return x\n",
    "shop/own.py": "def secret_rule(x):\n    # the secret of the house\n    return x\n",
    "tests/test_area.py": TEST,
    ".env": f"DATABASE_URL=postgres://app:{PASSWORD}@db/app\nDOOR_CODE_SECRET={CODE}\n"
    "OPENAI_BASE_URL=http://127.0.0.1:9/v1\nOPENAI_API_KEY=sk-of-the-repository\n",
    ".aiexclude": "own.py\n",
}
SECRETS = (KEYS["AWS key"], PASSWORD, CODE, KEY, "tok3n-Of-the-User", "sk-of-the-repository", "secret of the house")


@pytest.fixture
def server() -> Iterator[ResponsesServer]:
    with HTTPServer(threaded=True) as httpserver:
        server = ResponsesServer(httpserver)
        yield server
        server.released.set()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.make(tmp_path, FILES)


def with_model(server: ResponsesServer) -> dict[str, str]:
    return {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url, "SOME_TOKEN": "tok3n-Of-the-User"}


def texts(body: dict[str, Any]) -> list[str]:
    return [body["instructions"], *(part["text"] for item in body["input"] for part in item["content"])]


def test_what_is_printed_is_what_is_sent(project: Project, server: ResponsesServer) -> None:
    before, environment = project.digest(), with_model(server)
    printed = project.run("context", "--json", env=environment)
    assert printed.returncode == 0, printed.stderr
    shown = project.run("context", "tests/test_area.py", env=environment)
    assert shown.returncode == 0, shown.stderr
    assert server.requests == []
    assert project.digest() == before

    project.run("fix", env=environment)
    (line,) = printed.stdout.splitlines()
    assert server.bodies[0].decode() == line
    for text in texts(server.requests[0]):
        assert text in shown.stdout


def test_no_secret_is_sent_or_printed_but_a_hash_is(project: Project, server: ResponsesServer) -> None:
    environment = with_model(server)
    printed = project.run("context", env=environment)
    project.run("fix", env=environment)
    assert len(server.requests) >= 2
    for everything in (printed.stdout + printed.stderr, *map(json.dumps, server.requests)):
        assert [secret for secret in SECRETS if secret in everything] == []
    assert MD5 in printed.stdout
    assert MD5 in json.dumps(server.requests[0])
    for mark in (
        "[redacted: AWS key]",
        "[redacted: value of DATABASE_URL in .env]",
        "[redacted: value of DOOR_CODE_SECRET in .env]",
        "[redacted: value of OPENAI_API_KEY in the environment]",
        "prefix-[redacted: value of SOME_TOKEN in the environment]",
    ):
        assert mark in printed.stdout
        assert f"taken out: {mark.removeprefix('prefix-')}" in printed.stderr


def test_hidden_code_is_neither_shown_nor_named_in_the_map(project: Project) -> None:
    printed = project.run("context")
    assert printed.returncode == 0, printed.stderr
    assert "shop/price.py" in printed.stdout
    assert "own.py" not in printed.stdout
    assert "shop/own.py is kept from models by an ignore file, although the red tests use it" in printed.stderr


def test_the_repositorys_own_env_file_is_not_loaded(project: Project, server: ResponsesServer) -> None:
    without_key = project.run("fix")
    assert "OPENAI_API_KEY" in without_key.stdout
    assert without_key.returncode == 1
    project.run("fix", env=with_model(server))
    assert server.requests
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"


def test_a_rung_by_number_and_by_name_and_several_side_by_side(project: Project) -> None:
    first, third = project.run("context", "--json"), project.run("context", "--json", "--rung", "3")
    assert json.loads(first.stdout)["reasoning"]["effort"] == "low"
    assert json.loads(third.stdout)["reasoning"]["effort"] == "medium"
    assert "what was tried before" in third.stderr
    wide = project.run("context", "--json", "--rung", "4").stdout.splitlines()
    assert len(set(wide)) == len(wide) == 4
    wrong = project.run("context", "--rung", "nonsense")
    assert wrong.returncode == 2
    assert "1: small, low effort" in wrong.stderr


def test_sizes_are_told_beside_the_text(project: Project) -> None:
    printed = project.run("context")
    assert "tests/test_area.py (test): " in printed.stderr
    assert "bytes, at most" in printed.stderr
    assert "tddbot: the request for tests/test_area.py::test_square" in printed.stderr
    assert "instructions: " in printed.stderr
    assert "──────── instructions ────────" in printed.stdout


def test_where_nothing_is_red_nothing_would_be_sent(tmp_path: Path) -> None:
    printed = Project.make(tmp_path, {"test_ok.py": "def test_ok(): pass\n"}).run("context")
    assert (printed.returncode, printed.stdout) == (0, "")
    assert "no request would be made" in printed.stderr


def test_where_only_the_tests_author_can_mend_it_nothing_would_be_sent(tmp_path: Path) -> None:
    printed = Project.make(tmp_path, {"test_odd.py": "def test_odd(:\n    pass\n"}).run("context")
    assert (printed.returncode, printed.stdout) == (0, "")
    assert "no request would be made" in printed.stderr


def test_nothing_of_it_is_in_the_environment(project: Project) -> None:
    assert "DOOR_CODE_SECRET" not in os.environ
