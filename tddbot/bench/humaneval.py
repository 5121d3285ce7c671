"""Problems in the form of HumanEval's JSON lines, read as cases. Nothing of that data lies in this repository."""

import ast
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

from tddbot.bench.offline_cases import Case
from tddbot.errors import UsageError

_FIELDS = ("task_id", "prompt", "entry_point", "canonical_solution", "test")
CANDIDATE = "candidate"
"""The name that a problem's `check` gives to the function under test."""


def read_problems(path: Path) -> list[Case]:
    """Return the problems of a `.jsonl` or `.jsonl.gz` as cases. Raise UsageError for a file of another form."""
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).decode()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", "--data takes JSON lines, gzipped or not.") from error
    return [_case(line, f"{path}:{number}") for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _case(line: str, where: str) -> Case:
    try:
        fields = json.loads(line)
        task, prompt, function, solution, test = (str(fields[name]) for name in _FIELDS)
        name = re.sub(r"\W+", "_", task).lower().strip("_")
        source = prompt + solution
        return Case(name, function, source, pytest_file(test, name, function, source))
    except (ValueError, LookupError, TypeError, SyntaxError) as error:
        raise UsageError(
            f"{where} is no problem of the kind: {error!r}", f"Each line has {', '.join(_FIELDS)}."
        ) from error


def pytest_file(test: str, module: str, function: str, source: str) -> str:
    """Return a problem's `check(candidate)` as a user would write it: one test for each plain assertion of it.

    Where it does more than to assert (a loop, a local name), it stays one test that calls `check`. Assertions of a
    constant are left out. Of the module's functions, those that `check` names are imported. Raise LookupError where
    there is no `check`.
    """
    tree = ast.parse(test)
    check = next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "check"), None)
    if check is None:
        raise LookupError("no function `check`")
    before = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    named = {node.id for node in ast.walk(check) if isinstance(node, ast.Name)} | {function}
    defined = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    used = ", ".join(name for name in defined if name in named)
    imports = "".join(f"{ast.unparse(node)}\n" for node in before) + f"from {module} import {used}\n"
    split = [*_split(check, function)]
    if split:
        return imports + "".join(f"\n\ndef test_{number}():\n    {each}\n" for number, each in enumerate(split, 1))
    return f"{imports}\n\n{ast.unparse(check)}\n\n\ndef test_it():\n    check({function})\n"


def _split(check: ast.FunctionDef, function: str) -> Iterator[str]:
    """Yield the assertions as text, or nothing where the body holds anything else."""
    asserts = [node for node in check.body if isinstance(node, ast.Assert)]
    if len(asserts) < len(check.body):
        return
    for node in asserts:
        if not isinstance(node.test, ast.Constant):
            for name in ast.walk(node):
                if isinstance(name, ast.Name) and name.id == CANDIDATE:
                    name.id = function
            yield ast.unparse(node)
