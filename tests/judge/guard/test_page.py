"""docs/guard.md is made from the table of rules, and each rule does what its examples say."""

import ast
import re
from pathlib import Path

import pytest

from tddbot.domain import Edit, Patch
from tddbot.judge.guard.cases import calls, cases
from tddbot.judge.guard.ground import Ground
from tddbot.judge.guard.guarding import guarded
from tddbot.judge.guard.page import document
from tddbot.judge.guard.rules import GROUPS, RULES

PAGE = (Path(__file__).parents[3] / "docs" / "guard.md").read_text()
IN_PYTHON = [rule for rule in RULES.values() if rule.is_python]


def test_the_page_is_what_the_table_says():
    assert PAGE.endswith(document())


def test_the_page_and_the_table_name_the_same_rules():
    assert re.findall(r"^### (TDB\d{3}) ", PAGE, re.MULTILINE) == list(RULES)
    assert set(re.findall(r"TDB\d{3}", PAGE)) == set(RULES)


def test_codes_and_names_are_unique_and_lie_in_their_group():
    rules = [rule for _, group in GROUPS for rule in group]
    assert len({rule.code for rule in rules}) == len({rule.name for rule in rules}) == len(rules)
    for title, group in GROUPS:
        assert all(rule.code.startswith(f"TDB{title[0]}") for rule in group)


def said(source: str, test: str) -> list[str]:
    tree = ast.parse(test)
    ground = Ground(cases=cases(tree), calls=calls(tree))
    return [each.code for each in guarded(Patch((Edit("s.py", "x = 1\n", source),)), ground)]


@pytest.mark.parametrize("rule", IN_PYTHON, ids=lambda rule: rule.code)
def test_what_a_rule_shows_as_bad_is_objected_to(rule):
    assert rule.code in said(rule.bad, rule.test)


@pytest.mark.parametrize("rule", IN_PYTHON, ids=lambda rule: rule.code)
def test_what_a_rule_shows_as_good_is_fine(rule):
    assert said(rule.good, rule.test) == []
