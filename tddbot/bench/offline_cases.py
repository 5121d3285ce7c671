"""A case of the offline benchmark: one function in a module of its own, right as it is, with a test file for it."""

import ast
import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tddbot.repository.create import create

_PYPROJECT = """[tool.pytest.ini_options]
pythonpath = ["."]
testpaths = ["tests"]

[tool.tddbot.runner]
test_seconds = 2
"""


@dataclass(frozen=True, slots=True)
class Case:
    """`source` is the module `name`.py, in which `function` is under test; `tests` is its pytest file's text."""

    name: str
    function: str
    source: str
    tests: str

    @property
    def module(self) -> str:
        """The module's path."""
        return f"{self.name}.py"

    @property
    def test_file(self) -> str:
        """The test file's path."""
        return f"tests/test_{self.name}.py"

    def stub(self) -> str:
        """Return the module with the function's signature alone: no docstring, and a body that is yet to be written."""
        tree = ast.parse(self.source)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == self.function:
                node.body = [copy.deepcopy(_UNWRITTEN)]
        return ast.unparse(tree) + "\n"


_UNWRITTEN = ast.parse("raise NotImplementedError").body[0]


def write_project(root: Path, cases: Sequence[Case]) -> None:
    """Make a git repository of these cases, each with its module and test file, all committed."""
    (root / "tests").mkdir(parents=True)
    (root / "pyproject.toml").write_text(_PYPROJECT, encoding="utf-8")
    for case in cases:
        (root / case.module).write_text(case.source, encoding="utf-8")
        (root / case.test_file).write_text(case.tests, encoding="utf-8")
    create(root, "As it is right")


def read_cases(directory: Path) -> list[Case]:
    """Return the cases of a directory: each `X.py` with its `tests/test_X.py`; its last function is under test."""
    found = []
    for path in sorted(directory.glob("*.py")):
        source, tests = path.read_text(encoding="utf-8"), directory / "tests" / f"test_{path.name}"
        functions = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
        found.append(Case(path.stem, functions[-1], source, tests.read_text(encoding="utf-8")))
    return found
