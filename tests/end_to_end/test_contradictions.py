"""Tests that no implementation can satisfy together: found by `tddbot fix` and `watch`, with a model and without."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.end_to_end.project import Project
from tests.end_to_end.test_watch import watching
from tests.generator.responses_server import ResponsesServer

SHOP = "def price(code):\n    return 3\n\n\ndef double(number):\n    return number + number\n"
OLD = "from shop import price\n\n\ndef test_price():\n    assert price('A') == 3\n"
NEW = "from shop import price\n\n\ndef test_new_price():\n    assert price('A') == 4\n"
BOTH = ["tests/test_new.py::test_new_price", "tests/test_old.py::test_price"]


@pytest.fixture
def server() -> Iterator[ResponsesServer]:
    with HTTPServer(threaded=True) as httpserver:
        server = ResponsesServer(httpserver)
        yield server
        server.released.set()


def with_model(server: ResponsesServer) -> dict[str, str]:
    return {"OPENAI_API_KEY": "sk-test-of-the-loopback", "OPENAI_BASE_URL": server.base_url}


def resolutions(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event["resolution"] for event in events if event["event"] == "target_resolved"]


def test_the_two_lines_are_shown_and_no_model_is_asked(tmp_path: Path, server: ResponsesServer) -> None:
    project = Project.make(tmp_path, {"shop.py": SHOP, "tests/test_old.py": OLD, "tests/test_new.py": NEW})
    before = project.digest()
    done = project.run("fix", env=with_model(server))
    assert done.returncode == 1
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "tests/test_new.py:5" in done.stdout
    shown = [line for line in lines if "assert price('A') == 3" in line and "assert price('A') == 4" in line]
    assert len(shown) == 1
    assert "one of the two has to be changed; no patch may touch a test" in lines
    assert "`price('A')` cannot both be 4 and be 3" in done.stdout
    assert server.requests == []
    assert project.digest() == before


def test_what_shares_the_cause_and_what_does_not_go_on(tmp_path: Path) -> None:
    cases = "import pytest\nfrom shop import double, price\n\n\n"
    cases += "@pytest.mark.parametrize('number, twice', [(1, 2), (3, 6), (3, 7)])\n"
    cases += "def test_double(number, twice):\n    assert double(number) == twice\n"
    slipped = SHOP.replace("number + number", "number * number")
    files = {"shop.py": slipped, "tests/test_double.py": cases, "tests/test_old.py": OLD, "tests/test_new.py": NEW}
    project = Project.make(tmp_path, files)
    _, events = project.events("fix")
    ended = resolutions(events)
    contradictory = [each["contradiction"] for each in ended if each["conclusion"] == "contradictory tests"]
    assert sorted(map(sorted, contradictory)) == [
        ["tests/test_double.py::test_double[3-6]", "tests/test_double.py::test_double[3-7]"],
        BOTH,
    ]
    tried = [result["node_id"] for each in ended for result in each["target"]["results"]]
    assert "tests/test_double.py::test_double[1-2]" in tried
    assert len(ended) <= 4


def test_a_model_that_names_two_tests_is_believed_at_once_where_it_can_be_shown(
    tmp_path: Path, server: ResponsesServer
) -> None:
    files = {"shop.py": SHOP, "tests/test_old.py": OLD, "tests/test_new.py": NEW}
    # A function of such a name may answer otherwise each time, so that nothing is claimed unasked.
    files = {path: text.replace("price", "next_price") for path, text in files.items()}
    project = Project.make(tmp_path, files)
    nodes = [node.replace("price", "next_price") for node in BOTH]
    server.answer(f"tests-contradict\n- {nodes[0]}\n- {nodes[1]}\nThree and four.\n")
    code, events = project.events("fix", env=with_model(server))
    (ended,) = resolutions(events)
    assert (code, ended["conclusion"], len(server.requests)) == (1, "contradictory tests", 1)
    assert sorted(ended["contradiction"]) == nodes
    assert (ended["clash"]["first"]["path"], ended["clash"]["first"]["line"]) == ("tests/test_new.py", 5)
    assert ended["clash"]["second"]["text"] == "assert next_price('A') == 3"


def test_a_model_that_names_two_tests_which_do_not_contradict_each_other_is_not_believed(
    tmp_path: Path, server: ResponsesServer
) -> None:
    new = NEW.replace("price('A') == 4", "price('B') == 4")
    project = Project.make(tmp_path, {"shop.py": SHOP, "tests/test_old.py": OLD, "tests/test_new.py": new})
    server.answer(f"tests-contradict\n- {BOTH[0]}\n- {BOTH[1]}\nThree and four.\n")
    right = SHOP.replace("return 3", "return ord(code) - 62")
    for _ in range(3):
        server.answer(f"It has to look at the code.\n\nshop.py\n```python\n{right}```\n")
    _, events = project.events("fix", env=with_model(server))
    (ended,) = resolutions(events)
    assert ended["conclusion"] == "fixed"
    assert ended["clash"] is None
    assert len(server.requests) > 1


def test_a_watch_does_not_come_back_to_it(tmp_path: Path) -> None:
    project = Project.make(tmp_path, {"shop.py": SHOP, "tests/test_old.py": OLD, "tests/test_new.py": NEW})
    with watching(project) as watched:
        watched.until("target_resolved")
        project.write({"tests/test_more.py": "def test_more():\n    assert 1 == 1\n"})
        watched.until("files_changed")
        assert watched.until("baseline_taken")["wanted"] == []
        project.write({"shop.py": SHOP.replace("number + number", "2 * number")})
        watched.until("files_changed")
        assert watched.until("baseline_taken")["wanted"] == []
    assert len([event for event in watched.seen if event["event"] == "target_resolved"]) == 1
