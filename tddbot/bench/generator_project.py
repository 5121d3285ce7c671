"""A project of 200 Python files for the benchmark of the generator: four layers that import one another, and tests."""

import random
from dataclasses import dataclass
from pathlib import Path

from tddbot.domain import Failure, Frame, NodeId, Outcome, Result, Run, Target
from tddbot.repository.create import create

FILES = 200
_LAYERS = ("api", "services", "models", "tables")
_MODULES = 35
_TESTS = 50
_REDS = 3
_A_TEST = 7
_CHANGED = 12
_LINES = 300


@dataclass(frozen=True, slots=True)
class Made:
    """A project on disk; `confirmed` is what the second, detailed run of its target would say.

    `long_module` is one of over 300 lines, `absent` none yet. `seed` makes the same again.
    """

    root: Path
    seed: int
    target: Target
    baseline: Run
    confirmed: Run
    long_module: str
    absent: str


def make(root: Path, seed: int) -> Made:
    """Write the project and commit it; another seed gives other paths and texts. Raise UnfitError where git cannot."""
    files = _files(seed)
    _write(root, files)
    create(root, "As made up")
    return _made(root, seed, files)


def made_before(root: Path, seed: int) -> Made:
    """Return a project that lies there already."""
    return _made(root, seed, _files(seed))


def _files(seed: int) -> dict[str, str]:
    dice, package = random.Random(seed), _package(seed)
    files = {f"{package}/__init__.py": f'"""{package}."""\n'}
    for depth, layer in enumerate(_LAYERS):
        files[f"{package}/{layer}/__init__.py"] = f'"""The {layer}."""\n'
        for number in range(_MODULES):
            files[f"{package}/{layer}/{_name(number)}.py"] = _module(package, depth, number, dice)
    files[_long_module(seed)] += "\n\n" + "\n\n".join(_function(number + 100, (), dice) for number in range(40))
    for number in range(_TESTS):
        files[f"tests/{_LAYERS[0]}/test_{_name(number)}.py"] = _tests(package, number, dice)
    files["tests/conftest.py"] = files["conftest.py"] = _CONFTEST
    for number in range(FILES - sum(path.endswith(".py") for path in files)):
        files[f"tools/tool{number:02}.py"] = _module(package, len(_LAYERS) - 1, number, dice)
    files["pyproject.toml"] = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["attrs"]\n'
    return files


def _package(seed: int) -> str:
    return f"shop{seed}"


def _long_module(seed: int) -> str:
    return f"{_package(seed)}/{_LAYERS[1]}/{_name(0)}.py"


def _name(number: int) -> str:
    return f"{_NOUNS[number % len(_NOUNS)]}{number // len(_NOUNS)}"


def _write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="ascii")


def _module(package: str, depth: int, number: int, dice: random.Random) -> str:
    """Return a module of 100 to 300 lines that imports four of the layer below it, if there is one."""
    lines = [f'"""{_LAYERS[depth]} of {_name(number)}."""', "", "import re", "from dataclasses import dataclass", ""]
    below = dice.sample(range(_MODULES), 4) if depth + 1 < len(_LAYERS) else []
    lines += [f"from {package}.{_LAYERS[depth + 1]} import {_name(other)}" for other in below]
    lines += ["", f"LIMIT = {dice.randrange(1000)}", 'PATTERN = re.compile(r"[a-z]+")', "", "", _class(number, dice)]
    for place in range(dice.randrange(8, 20)):
        lines += ["", _function(place, [_name(other) for other in below], dice)]
    return "\n".join(lines)


def _class(number: int, dice: random.Random) -> str:
    name = _name(number).title()
    methods = "\n".join(_METHOD.format(name=f"{verb}_{number}") for verb in dice.sample(_VERBS, 4))
    return f'@dataclass(frozen=True)\nclass {name}:\n    """One {_name(number)}."""\n\n    amount: int\n\n{methods}'


def _function(place: int, below: tuple[str, ...] | list[str], dice: random.Random) -> str:
    called = f"{dice.choice(below)}.{dice.choice(_VERBS)}_{place % 8}(total, deep - 1)" if below else "total"
    return _FUNCTION.format(name=f"{dice.choice(_VERBS)}_{place}", called=called, number=dice.randrange(1000))


def _tests(package: str, number: int, dice: random.Random) -> str:
    name = _name(number % _MODULES)
    tests = "".join(_TEST.format(place=place, module=name, number=dice.randrange(100)) for place in range(20))
    return f'"""Tests of {name}."""\n\nimport pytest\n\nfrom {package}.{_LAYERS[0]} import {name}\n{tests}'


def _made(root: Path, seed: int, files: dict[str, str]) -> Made:
    """Return the project with the outcomes that its tests would have: three of them red by one cause."""
    test, module = f"tests/{_LAYERS[0]}/test_{_name(_A_TEST)}.py", f"{_package(seed)}/{_LAYERS[0]}/{_name(_A_TEST)}.py"
    results: dict[NodeId, Result] = {}
    for path in sorted(files):
        if path.startswith("tests/") and not path.endswith("conftest.py"):
            for place in range(20):
                red = path == test and place < _REDS
                node = f"{path}::test_{place}"
                results[node] = _red(node, test, module) if red else Result(node, Outcome.PASSED)
    target = Target("AssertionError", tuple(result for result in results.values() if result.outcome.is_red))
    lines = {module: frozenset(range(20, 60)), test: frozenset(range(8, 16))}
    near = {node: result for node, result in results.items() if node.startswith(test)}
    confirmed = Run("tree", near, coverage=dict.fromkeys(near, lines))
    return Made(root, seed, target, Run("tree", results), confirmed, _long_module(seed), f"{_package(seed)}/new.py")


def _red(node: NodeId, test: str, module: str) -> Result:
    values = tuple((f"value{number}", "x" * 60) for number in range(10))
    frames = (Frame(test, 12, node.rpartition("::")[2], values), Frame(module, 30, "load_1", values))
    text = "\n".join(f"E       line {number} of what pytest says about it" for number in range(60))
    return Result(
        node, Outcome.FAILED, 0.01, Failure("call", "AssertionError", "assert 1 == 2", frames, text, "2", "1")
    )


def whole_answer(text: str, path: str) -> str:
    """Return an answer that gives a file of 300 lines whole: as many functions of `text` as there is room for."""
    lines = text.splitlines()
    end = max(number for number, line in enumerate(lines[:_LINES]) if line.startswith("def "))
    lines = [*lines[:end], *(f"VALUE_{number} = {number}" for number in range(_LINES - end))]
    return f"The tests import what does not exist.\n\n{path}\n```python\n{chr(10).join(lines)}\n```\n"


def search_answer(text: str, path: str) -> str:
    """Return an answer of some 300 lines that changes a file at twelve places by SEARCH/REPLACE."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("def ")][-_CHANGED:]
    blocks = []
    for start in starts:
        found = lines[start : start + 11]
        changed = [line.replace("total = ", "total = 1 + ") for line in found]
        blocks.append("\n".join(["<<<<<<< SEARCH", *found, "=======", *changed, ">>>>>>> REPLACE"]))
    return f"Each is off by one.\n\n{path}\n```python\n{chr(10).join(blocks)}\n```\n"


_NOUNS = (
    "basket", "buyer", "coupon", "currency", "customer", "delivery", "discount", "invoice", "item", "ledger", "order",
    "parcel", "payment", "price", "refund", "seller", "stock", "tax",
)  # fmt: skip
_VERBS = ["load", "store", "count", "merge", "split", "check", "total", "find", "apply", "parse"]

_CONFTEST = '''"""Fixtures."""

import pytest


@pytest.fixture
def amounts():
    """Some amounts."""
    return [1, 2, 3]
'''

_METHOD = '''    def {name}(self, other: int, *, rounded: bool = True) -> int:
        """Return the amount with another."""
        return round(self.amount + other) if rounded else self.amount * other
'''

_FUNCTION = '''
def {name}(values: list[int], deep: int = {number}) -> int:
    """Return what the values come to."""
    total = 0
    for value in values:
        if value > deep:
            total = total + value * 2
        else:
            total = total - 1
    return {called}
'''

_TEST = '''

def test_{place}(amounts):
    """Test {place}."""
    assert {module}.load_{place}(amounts, {number}) == {number}
    with pytest.raises(ValueError):
        {module}.check_{place}(None)
'''
