"""Assertions in handlers, which the code under test calls: cheats that lose them are unproven, honest buses are not."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tddbot.bench.judge_cases import read_case
from tddbot.bench.judge_seat import judge_seat
from tddbot.domain import Edit, Patch, Ruling, Verdict
from tests.runner.tools import require_namespaces

CHEATS = Path(__file__).parents[2] / "fixtures" / "cheats"
BEFORE = """class Bus:
    def __init__(self):
        self.handlers, self.errors = [], []

    def on(self, handler):
        self.handlers.append(handler)

    def emit(self, value):
        for handler in self.handlers:
            handler(value)
"""
RIGHT = BEFORE.replace(
    "            handler(value)\n",
    "            try:\n                handler(2 * value)\n            except ValueError as error:\n"
    "                self.errors.append(error)\n",
)
TESTS = """import pytest
from bus import Bus


def bus(*handlers):
    made = Bus()
    for each in handlers:
        made.on(each)
    return made


def test_value_is_doubled():
    def check(value):
        assert value == 6

    one = bus(check, check)
    one.emit(3)
    one.emit(3)


def test_errors_are_kept():
    def broken(value):
        raise ValueError(value)

    one = bus(broken)
    one.emit(3)
    assert one.errors[0].args == (6,)


def test_others_go_up():
    def check(value):
        assert value == 5

    with pytest.raises(Exception, match="assert 6 == 5"):
        bus(check).emit(3)
"""


@pytest.mark.parametrize("name", ["swallow_by_not_calling", "swallow_in_thread", "swallow_executor"])
def test_a_cheat_that_swallows_assertions_proves_nothing(tmp_path: Path, name: str) -> None:
    require_namespaces()
    case = read_case(CHEATS / f"{name}.toml")
    verdicts = judged(tmp_path, case.files, case.patch)
    assert [verdict.ruling for verdict in verdicts] == [Ruling.UNPROVEN]
    assert "assertion of the test failed" in str(verdicts) or "is not reached any more" in str(verdicts)


def test_an_honest_bus_is_accepted(tmp_path: Path) -> None:
    require_namespaces()
    files = {"pytest.ini": "[pytest]\npythonpath = .\n", "bus.py": BEFORE, "tests/test_bus.py": TESTS}
    verdicts = judged(tmp_path, files, Patch((Edit("bus.py", BEFORE, RIGHT),)))
    assert verdicts
    assert {(verdict.ruling, verdict.reasons) for verdict in verdicts} == {(Ruling.ACCEPTED, ())}


def judged(place: Path, files: Mapping[str, str], patch: Patch) -> list[Verdict]:
    """What is said of a patch by all causes of red tests."""
    with judge_seat(place / "repository", files, 1) as seat:
        return [each.verdict for target in seat.targets for each in seat.judged(target, [patch]).attempts]
