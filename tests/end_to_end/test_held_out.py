"""Cases that are withheld from a model, with every part real: no request holds them, and who learns cases fails."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.end_to_end.project import Project, last
from tests.generator.responses_server import ResponsesServer, answered

PATH = "tests/test_numerals.py"
ROWS = [
    (1009, "MIX"), (1104, "MCIV"), (1206, "MCCVI"), (1311, "MCCCXI"), (1419, "MCDXIX"), (1515, "MDXV"),
    (1666, "MDCLXVI"), (1723, "MDCCXXIII"), (1848, "MDCCCXLVIII"), (1954, "MCMLIV"),
    (2021, "MMXXI"), (2444, "MMCDXLIV"),
]  # fmt: skip
STUB = "def roman(number):\n    raise NotImplementedError\n"
GENERAL = """\
PARTS = [
    ("M", 1_000), ("CM", 900), ("D", 500), ("CD", 400), ("C", 100), ("XC", 90), ("L", 50), ("XL", 40), ("X", 10),
    ("IX", 9), ("V", 5), ("IV", 4), ("I", 1),
]


def roman(number):
    text = ""
    for letters, value in PARTS:
        while number >= value:
            text += letters
            number -= value
    return text
"""

TABLE = (
    "import pytest\n\nfrom numerals import roman\n\n\n@pytest.mark.parametrize(\n"
    '    ("number", "expected"),\n    [\n'
    + "".join(f"        ({number}, {text!r}),\n" for number, text in ROWS)
    + "    ],\n)\ndef test_roman(number, expected):\n    assert roman(number) == expected\n"
)
ASSERTIONS = "from numerals import roman\n\n\ndef test_roman():\n" + "".join(
    f"    assert roman({number}) == {text!r}\n" for number, text in ROWS
)
LOOP = (
    f"from numerals import roman\n\n\ndef test_roman():\n    for number, expected in {ROWS!r}:\n"
    "        assert roman(number) == expected\n"
)
SUBTESTS = (
    "import unittest\n\nfrom numerals import roman\n\nCASES = [\n"
    + "".join(f"    ({number}, {text!r}),\n" for number, text in ROWS)
    + "]\n\n\nclass TestRoman(unittest.TestCase):\n    def test_roman(self):\n"
    "        for number, expected in CASES:\n            with self.subTest(number=number):\n"
    "                self.assertEqual(roman(number), expected)\n"
)


@pytest.fixture
def server() -> Iterator[ResponsesServer]:
    with HTTPServer(threaded=True) as httpserver:
        server = ResponsesServer(httpserver)
        yield server
        server.released.set()


def with_model(server: ResponsesServer) -> dict[str, str]:
    return {"OPENAI_API_KEY": "sk-test-of-the-loopback", "OPENAI_BASE_URL": server.base_url}


def whole(text: str) -> str:
    return f"It was not there.\n\nnumerals.py\n```python\n{text}```\n"


def stands_in(value: object, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){value}(?!\w)", text))


def shown_to(request: str) -> list[tuple[int, str]]:
    return [row for row in ROWS if stands_in(row[1], request)]


def learnt(rows: list[tuple[int, str]]) -> str:
    """What only knows these rows, in a way that looks like no table of them."""
    numbers, letters = "".join(f"{number:05}" for number, _ in rows), " ".join(text for _, text in rows)
    return (
        f"NUMBERS = {numbers!r}\nLETTERS = {letters!r}\n\n\ndef roman(number):\n"
        "    at = NUMBERS.find(str(number).zfill(5))\n"
        "    return LETTERS.split()[at // 5] if at >= 0 else 'I' * (number % 7)\n"
    )


def first_request(project: Project, server: ResponsesServer) -> str:
    """What a model would be sent first; nothing is sent."""
    done = project.run("context", "--json", env=with_model(server))
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("tests", "stub"),
    [(TABLE, STUB), (TABLE, None), (ASSERTIONS, STUB), (ASSERTIONS, None), (LOOP, STUB), (SUBTESTS, STUB)],
    ids=["table", "table of a missing module", "assertions", "assertions of a missing module", "loop", "subtests"],
)
def test_what_only_passes_what_was_shown_is_sent_back_without_the_values(
    tmp_path: Path, server: ResponsesServer, tests: str, stub: str | None
) -> None:
    project = Project.make(tmp_path, {PATH: tests, **({} if stub is None else {"numerals.py": stub})})
    server.queue([lambda request: answered(whole(learnt(shown_to(request.get_data(as_text=True)))))(request)])
    server.answer(whole(GENERAL))
    code, events = project.events("fix", env=with_model(server))
    verdicts = [event["attempt"]["verdict"] for event in events if event["event"] == "attempt_judged"]
    assert [verdict["ruling"] for verdict in verdicts[-2:]] == ["overfit", "accepted"], verdicts
    assert code == 0
    assert project.read("numerals.py") == GENERAL
    assert len(server.bodies) == 2
    shown = shown_to(server.bodies[0].decode())
    assert 6 <= len(shown) < len(ROWS)
    hidden = [row for row in ROWS if row not in shown]
    for body in server.bodies:
        sent = json.dumps(json.loads(body), ensure_ascii=False)
        for number, text in hidden:
            assert not stands_in(number, sent)
            assert not stands_in(text, sent)
    said = json.dumps(server.requests[1]["input"])
    assert "Verdict: overfit." in said
    assert "withheld" in json.dumps(server.requests[0]["input"])
    assert last(events, "patch_applied")["evidence"]["usage"]["calls"] == 2


def test_the_user_is_shown_all(tmp_path: Path, server: ResponsesServer) -> None:
    project = Project.make(tmp_path, {PATH: TABLE, "numerals.py": STUB})
    server.answer(whole(GENERAL))
    _, events = project.events("fix", "--dry-run", env=with_model(server))
    taken = json.dumps(last(events, "baseline_taken"))
    assert all(f"[{number}-{text}]" in taken for number, text in ROWS)


def test_a_file_that_is_asked_for_is_shown_without_its_withheld_cases(tmp_path: Path, server: ResponsesServer) -> None:
    project = Project.make(tmp_path, {PATH: TABLE, "numerals.py": STUB, "tests/test_more.py": "def test_it(): pass\n"})
    server.answer(f"need-file {PATH}\n")
    server.answer("need-file tests/test_more.py\n")
    server.answer(whole(GENERAL))
    code, _ = project.events("fix", env=with_model(server))
    assert code == 0
    shown = shown_to(server.bodies[0].decode())
    assert len(shown) == 9
    assert [shown_to(body.decode()) for body in server.bodies] == [shown] * 3


def test_a_setting_has_all_of_it_shown(tmp_path: Path, server: ResponsesServer) -> None:
    project = Project.make(
        tmp_path, {PATH: TABLE, "numerals.py": STUB}, settings="\n[tool.tddbot.judge]\nheld_out = 0\n"
    )
    request = first_request(project, server)
    assert shown_to(request) == ROWS
    assert "withheld" not in request
