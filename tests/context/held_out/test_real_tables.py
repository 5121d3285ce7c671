"""Random tables: what is withheld maps to what pytest collects, and no value of it is left in a text that parses."""

import ast
import random
import re
import subprocess
import sys

import pytest

from tddbot.context.held_out.groups import Text, groups
from tddbot.context.held_out.holding import held_out
from tddbot.context.held_out.names import combined
from tddbot.domain import Brief, Excerpt, Role, Target
from tddbot.withholding import hides
from tests.context.held_out.tables import red

TABLES = 60
ODD = (
    "None", "True", "[1, 2]", "{{'a': {0}}}", "Decimal('1.{0}')", "Colour.RED", "Decimal", "-{0}", "{0}.5",
    "b'by\\xe9{0}'",
    "'naïve {0}'", "'tab\\t{0}'", "'a-b[{0}]::c'", "({0}, 'x')", "lambda: {0}", "1e{0}", "'{0}' * 2", "set()", "{0}j",
    "'long{0}' 'er'", '"quote\\"{0}"', "'# no comment,{0}'", "int", "...",
)  # fmt: skip


class Maker:
    """Makes one file of random tables; each row has a number of its own, by which it is told apart."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.number = 1_000

    def file(self) -> str:
        head = "import enum\nfrom decimal import Decimal\nimport pytest\n\nclass Colour(enum.Enum):\n    RED = 1\n\n"
        return head + "\n\n".join(self.test(number) for number in range(TABLES)) + "\n"

    def test(self, number: int) -> str:
        width, rows = self.random.randint(1, 3), self.random.randint(7, 20)
        names = [f"p{at}" for at in range(width)]
        asked = self.random.choice([", ".join(names), repr(names), repr(tuple(names))][: width * 3 - 2])
        asked = repr(asked) if asked[0] not in "[(" else asked
        text = (
            f"@pytest.mark.parametrize({asked}, {self.list([self.row(width) for _ in range(rows)])}{self.ids(rows)})\n"
        )
        if not self.random.randrange(6):
            text += f"@pytest.mark.parametrize('other', ['one', {self.random.choice(['2', 'None', '[]'])}])\n"
            names.append("other")
        if self.random.randrange(4):
            return f"{text}def test_{number}({', '.join(names)}): pass"
        inside = "".join(
            f"    {line}" for line in f"{text}def test_{number}(self, {', '.join(names)}): pass".splitlines(True)
        )
        return f"class Test{number}:\n{inside}"

    def row(self, width: int) -> str:
        self.number += 1
        values = [
            f"{self.random.choice(['{0}', repr('value {0}'), *ODD])}".format(self.number) for _ in range(width - 1)
        ]
        values.insert(self.random.randint(0, width - 1), self.random.choice(["{0}", "'word {0}'"]).format(self.number))
        kind = self.random.randrange(8)
        if kind == 0:
            name = self.random.choice([f", id='named {self.number}'", ", id=None", ""])
            return f"pytest.param({', '.join(values)}{name})"
        if kind == 1 and width > 1:
            return f"[{', '.join(values)}]"
        return values[0] if width == 1 else f"({', '.join(values)})"

    def list(self, rows: list[str]) -> str:
        opening, closing = self.random.choice(["[]", "()"])
        style = self.random.randrange(4)
        if style == 0:
            return f"{opening}{', '.join(rows)}{closing}"
        lines = [f"    {row},{self.random.choice(['', '  # a remark, with comma', ' '])}" for row in rows]
        if style == 1:
            lines = [f"    {row.replace(', ', f',{chr(10)}        ')}," for row in rows]
        if style == 2:
            lines = [f"    {', '.join(rows[at : at + 3])}," for at in range(0, len(rows), 3)]
        return opening + "\n" + "\n".join(lines) + "\n" + closing

    def ids(self, rows: int) -> str:
        if self.random.randrange(5):
            return ""
        names = ", ".join(self.random.choice([f"'id {at}'", "None"]) for at in range(rows))
        return f", ids=[{names}]"


@pytest.fixture(scope="module", params=range(3))
def collected(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    text = Maker(request.param).file()
    directory = tmp_path_factory.mktemp("tables")
    (directory / "test_tables.py").write_text(text, encoding="utf-8")
    (directory / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    done = subprocess.run(command, cwd=directory, capture_output=True, encoding="utf-8", check=False)
    nodes = [line for line in done.stdout.splitlines() if "::" in line]
    assert len(nodes) > TABLES, done.stdout
    return text, nodes


def withheld_of(text: str, reds: list[str], nodes: list[str], share: float):  # type: ignore[no-untyped-def]
    brief = Brief(Target("cause", tuple(map(red, reds))), (Excerpt("test_tables.py", text, Role.TEST),))
    return held_out(brief.target, {"test_tables.py": text}, nodes, brief, share)


def test_the_names_of_rows_are_pytests_own(collected: tuple[str, list[str]]) -> None:
    text, nodes = collected
    found = known = 0
    for group in groups(ast.parse(text), Text(text)):
        mine = [node for node in nodes if node.partition("[")[0] == f"test_tables.py::{group.test}"]
        for names in combined(group):
            found += 1
            hits = [node for node in mine if node.partition("[")[2][:-1] in names]
            # What is not certain, such as an expression's value, may be missed, and is then left alone.
            known += len(hits) == len(mine) // len(group.cases)
    assert known > 0.9 * found


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_what_is_withheld_is_gone_and_is_what_pytest_names(collected: tuple[str, list[str]], share: float) -> None:
    text, nodes = collected
    found = withheld_of(text, nodes, nodes, share)
    after = found.texts["test_tables.py"]
    assert len(found.tests) > TABLES / 2
    before = {
        group.test: group for group in groups(ast.parse(text), Text(text)) if group.place == 0 or len(group.cases) > 2
    }
    for group in groups(ast.parse(after), Text(after)):
        if len(group.cases) <= 2:
            continue
        own = before[group.test]
        gone = _numbers(own) - _numbers(group)
        assert len(group.cases) >= min(len(own.cases), max(6, (1 - share) * len(own.cases)))
        hidden = {node for node in found.node_ids if node.partition("[")[0] == f"test_tables.py::{group.test}"}
        assert len(hidden) % max(1, len(own.cases) - len(group.cases)) == 0
        assert bool(hidden) == (len(own.cases) > len(group.cases))
        for number in gone:
            assert not re.search(rf"(?<!\d){number}(?!\d)", after)
        for node in hidden:
            said = set(map(int, re.findall(r"(?<!\d)\d{4}(?!\d)", node.partition("[")[2])))
            assert said & gone or not said


def test_a_file_that_is_not_collected_hides_the_same_tests(collected: tuple[str, list[str]]) -> None:
    text, nodes = collected
    found = withheld_of(text, ["test_tables.py"], [], 0.25)
    gone = _all_numbers(text) - _all_numbers(found.texts["test_tables.py"])
    for node in nodes:
        said = set(map(int, re.findall(r"(?<!\d)\d{4}(?!\d)", node.partition("[")[2])))
        if said & gone:
            assert hides(node, found)


def _numbers(group) -> set[int]:  # type: ignore[no-untyped-def]
    return {number for case in group.cases for value in case.values for number in _all_numbers(ast.unparse(value))}


def _all_numbers(text: str) -> set[int]:
    return set(map(int, re.findall(r"(?<!\d)1\d{3}(?!\d)", text)))
