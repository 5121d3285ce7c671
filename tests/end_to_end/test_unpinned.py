"""What the tests leave open of a proven patch, with the real parts: jail, laboratory, warm runner, pytest."""

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tddbot.app import opened
from tddbot.domain import Candidate, Conclusion, Edit, Evidence, Patch, Resolution
from tddbot.events import Event, PatchApplied
from tddbot.loop import cycle
from tddbot.ports import Rung
from tddbot.proof import Unpinned
from tddbot.stop import Stop
from tests.end_to_end.project import Project
from tests.fakes import ScriptedGenerator
from tests.runner.tools import require_namespaces

LOOSE = """\
from shop.price import price

def test_few():
    assert price(2, 3) == 6

def test_many():
    assert price(20, 3) == 55
"""
PINNED = """\
import pytest
from shop.price import price

@pytest.mark.parametrize(("n", "cost"), [(2, 6), (10, 30), (11, 28), (20, 55), (0, 0), (1, 3)])
def test_price(n, cost):
    assert price(n, 3) == cost
"""
PRICE = """\
def price(n, unit):
    if n > 10:
        return n * unit - 5
    return n * unit
"""


@pytest.fixture(autouse=True)
def _namespaces() -> None:
    require_namespaces()


class Fixed:
    """A project whose missing or wrong modules one patch has mended, and what was said of it."""

    def __init__(self, directory: Path, tests: str, after: Mapping[str, str], seconds: float = 60.0) -> None:
        before = dict.fromkeys(after, "def nothing():\n    raise NotImplementedError\n")
        files = {"shop/__init__.py": "", "tests/test_shop.py": tests, **before}
        self.project = Project.make(directory, files)
        self.evidence: list[Evidence] = []
        edits = tuple(Edit(path, before[path], text) for path, text in after.items())
        with opened(self.project.root, self._tell, "fix", self.project.environment()) as app:
            generator = ScriptedGenerator([[Candidate(Patch(edits), "script")]])
            ports = replace(app.ports(), generators={"script": generator})
            policy = replace(app.policy(), ladder=(Rung("script", "script"),), unpinned_seconds=seconds)
            _, (self.resolution,) = cycle(ports, policy, lambda run: run.reds(), Stop())
        assert isinstance(self.resolution, Resolution)
        assert self.resolution.conclusion is Conclusion.FIXED, self.resolution

    def _tell(self, event: Event) -> None:
        if isinstance(event, PatchApplied):
            self.evidence.append(event.evidence)

    @property
    def unpinned(self) -> tuple[Unpinned, ...]:
        return self.resolution.unpinned

    def is_green_with(self, tests: str, **changes: tuple[str, str]) -> bool:
        """Whether pytest passes with these tests in place, and these changes of modules of the package."""
        self.project.write({"tests/test_shop.py": tests})
        for module, (was, becomes) in changes.items():
            text = self.project.read(f"shop/{module}.py")
            assert was in text
            self.project.write({f"shop/{module}.py": text.replace(was, becomes)})
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        environment = {**self.project.environment(), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(command, cwd=self.project.root, env=environment, check=False, timeout=60).returncode == 0


def test_a_boundary_that_no_test_pins_comes_with_a_test_that_does(tmp_path: Path) -> None:
    fixed = Fixed(tmp_path, LOOSE, {"shop/price.py": PRICE})
    (first, *_) = fixed.unpinned
    assert (first.path, first.line, first.change) == ("shop/price.py", 2, "`n > 10` were `n >= 10`")
    assert fixed.evidence[0].unpinned == fixed.unpinned
    with_it = f"{LOOSE}\n\n{first.test}\n"
    assert fixed.is_green_with(LOOSE, price=("n > 10", "n >= 10"))
    assert not fixed.is_green_with(with_it)
    assert fixed.is_green_with(with_it, price=("n >= 10", "n > 10"))


def test_where_the_tests_pin_it_all_nothing_is_said(tmp_path: Path) -> None:
    fixed = Fixed(tmp_path, PINNED, {"shop/price.py": PRICE})
    assert fixed.unpinned == ()
    assert fixed.evidence[0].uncovered == ()


def test_what_is_the_same_program_in_other_words_is_not_told(tmp_path: Path) -> None:
    tests = """\
import pytest
from shop.best import best

@pytest.mark.parametrize("items", [[], [1], [3, 1, 2], [1, 5, 5], [-4, -2], [0, 0], [2, 9, 4, 7]])
def test_best(items):
    assert best(items) == (max(items) if items else None)
"""
    code = """\
def best(items):
    found = None
    for each in items:
        if found is None or each > found:
            found = each
    return found
"""
    assert Fixed(tmp_path, tests, {"shop/best.py": code}).unpinned == ()


def test_added_code_that_no_test_runs_is_named(tmp_path: Path) -> None:
    code = f"{PRICE}\n\ndef discount(n):\n    return n / 2\n"
    fixed = Fixed(tmp_path, PINNED, {"shop/price.py": code})
    assert fixed.evidence[0].uncovered == ("shop/price.py:8: return n / 2",)


def test_methods_and_exceptions_have_skeletons_that_hold(tmp_path: Path) -> None:
    tests = """\
from shop.account import Account

def test_balance():
    account = Account(10)
    account.pay(3)
    assert account.left == 7
"""
    code = """\
class TooLittle(Exception):
    pass


class Account:
    def __init__(self, left):
        self.left = left

    def pay(self, amount):
        if amount > self.left:
            raise TooLittle(amount)
        self.left -= amount
"""
    fixed = Fixed(tmp_path, tests, {"shop/account.py": code})
    told = [each for each in fixed.unpinned if each.line in (10, 11)]
    assert told
    for number, each in enumerate(told):
        if "..." not in each.test:
            imports = "".join(re.findall(r"^(?:import|from) .*\n", each.test, re.MULTILINE))
            assert fixed.is_green_with(f"{imports}{tests}\n\n{each.test}\n"), (number, each)


def test_a_slow_suite_ends_it_in_time(tmp_path: Path) -> None:
    slow = LOOSE.replace("def test_many():\n", "def test_many():\n    __import__('time').sleep(3)\n")
    assert Fixed(tmp_path, slow, {"shop/price.py": PRICE}, seconds=1.0).unpinned == ()
