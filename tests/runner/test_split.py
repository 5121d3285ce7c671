"""What fits split mode by its text alone, and what the tests' side is told of a module."""

import pytest

from tddbot.domain import Edit, Patch
from tddbot.runner.split import reason_unfit, surfaces

MODULE = '''
"""Sums."""
from __future__ import annotations
class Bad(ValueError):
    """No sum."""
class Worse(Bad): pass
class Rich(ValueError):
    def __init__(self, n): self.n = n
class Box: pass
def add(a: int, /, b=[1], *rest, c=len, **more) -> int:
    """Adds."""
def each():
    yield 1
def lists():
    return [x for x in (lambda: (yield))()]
async def wait(): pass
'''


def patch(path: str = "src/pkg/sums.py", after: str | None = MODULE) -> Patch:
    return Patch((Edit(path, "", after),))


@pytest.mark.parametrize(
    "test",
    [
        "from pkg.sums import add\ndef test(): assert add(1) == 2",
        "from pkg.sums import add, Box, each\ndef test(): assert add(1) == 2",
        "import pkg.sums\ndef test(): pkg.sums.add(1)",
        "from pkg import sums\ndef test(): sums.add(1)",
        "from pkg import add\ndef test(): add(1)",
        "from .sums import add\ndef test(): add(1)",
        "import pytest\nfrom pkg.sums import Bad, Worse, add\ndef test():\n    with pytest.raises(Worse): add(1)",
        "from pkg.sums import lists\ndef test(): lists()",
        "from pkg.sums import *\ndef test(): add(1)",
    ],
)
def test_functions_over_plain_data_fit(test: str) -> None:
    assert reason_unfit(patch(), {"tests/test_a.py": test}) is None


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ("from pkg.sums import Box\ndef test(): Box()", "the class Box"),
        ("from pkg.sums import Box as B\ndef test(): B()", "the class Box"),
        ("import pkg.sums as s\ndef test(): s.Box()", "the class Box"),
        ("from pkg.sums import *\ndef test(): Box()", "the class Box"),
        ("from pkg.sums import Rich\ndef test():\n    try: pass\n    except Rich: pass", "the class Rich"),
        ("from pkg.sums import each\ndef test(): each()", "a generator"),
        ("from pkg.sums import wait\ndef test(): wait()", "async"),
        ("import subprocess\nfrom pkg.sums import add", "subprocess"),
        ("from importlib import reload\nimport pkg.sums", "importlib"),
        ("from concurrent.futures import Executor\nimport pkg.sums", "concurrent"),
        (
            "import unittest\nimport pkg.sums\nclass T(unittest.TestCase):\n    def t(self): self.assertLogs()",
            "assertLogs",
        ),
        ("def test(): pass", "imports nothing"),
        ("import other\ndef test(): pass", "imports nothing"),
        ("def test(:", "SyntaxError"),
    ],
)
def test_what_needs_one_process_is_told(test: str, reason: str) -> None:
    assert reason in (reason_unfit(patch(), {"tests/test_a.py": test}) or "")


def test_a_module_that_looked_at_its_callers_before_does_not_fit() -> None:
    frames = "import sys\ndef add(a): return sys._getframe(1)\n"
    tests = {"test_x.py": "from pkg.sums import add\n"}
    assert "callers" in (reason_unfit(Patch((Edit("pkg/sums.py", frames, MODULE),)), tests) or "")
    assert reason_unfit(Patch((Edit("pkg/sums.py", MODULE, frames),)), tests) is None


def test_what_other_tests_need_does_not_count() -> None:
    text = "from pkg.sums import add, Box\ndef test_a(): add(1)\ndef test_b(): Box()\n"
    assert reason_unfit(patch(), {"test_x.py": text}, ("test_x.py::test_a[1]",)) is None
    assert "Box" in (reason_unfit(patch(), {"test_x.py": text}, ("test_x.py::test_b",)) or "")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (patch(after=None), "deleted"),
        (patch("src/pkg/data.txt", "x"), "no module"),
        (patch("src/pkg/not-a-name.py"), "no module"),
        (patch(after="def f(:"), "SyntaxError"),
        (patch(after="(" * 5000 + ")" * 5000), "cannot be read"),
        (patch("tests/test_a.py"), "holds tests itself"),
    ],
)
def test_a_patch_that_cannot_be_divided_is_told(change: Patch, reason: str) -> None:
    assert reason in (reason_unfit(change, {"tests/test_a.py": "import pkg.sums, test_a"}) or "")


def test_a_surface_has_signatures_and_plain_exceptions() -> None:
    surface = surfaces(patch())["src/pkg/sums.py"]
    add = surface["functions"]["add"]

    assert surface["doc"] == "Sums."
    assert (add["name"], add["doc"], add["returns"]) == ("add", "Adds.", "int")
    assert [(name, kind) for name, kind, *_ in add["parameters"]] == [
        ("a", "POSITIONAL_ONLY"),
        ("b", "POSITIONAL_OR_KEYWORD"),
        ("rest", "VAR_POSITIONAL"),
        ("c", "KEYWORD_ONLY"),
        ("more", "VAR_KEYWORD"),
    ]
    assert [default for _, _, default, _ in add["parameters"]] == [
        None,
        {"source": "[1]", "tree": ["l", 0, [1]]},
        None,
        {"source": "len"},
        None,
    ]
    assert surface["exceptions"] == {
        "Bad": {"base": "ValueError", "builtin": True, "doc": "No sum."},
        "Worse": {"base": "Bad", "builtin": False, "doc": None},
    }


@pytest.mark.parametrize(
    "text",
    [
        "def f(a): pass\ndef f(b): pass",
        "def f(a): pass\nf = 1",
        "def f(a): pass\nif f:\n    from x import f",
        "import functools\n@functools.cache\ndef f(a): pass",
        "if 1:\n    def f(a): pass",
    ],
)
def test_a_name_that_is_not_surely_that_function_has_no_signature(text: str) -> None:
    assert surfaces(patch(after=text))["src/pkg/sums.py"]["functions"] == {}
