"""What a laboratory tells of functions: what expressions come to, which calls tests lead to, and what they demand."""

from pathlib import Path

import pytest

from tddbot.domain import Edit, Patch
from tddbot.lab import Answer, Example, Relation
from tddbot.stop import Stop
from tests.runner.test_lab import changed, request
from tests.runner.tools import Project

NOTHING = Answer("", plain=False)


def asked(project: Project, *expressions: str, path: str = "a.py") -> list[Answer]:
    with project.runner.lab(request(project, ["test_a.py::test_a"])) as lab:
        (row,) = lab.ask(path, expressions, [None], Stop())
        return list(row)


@pytest.fixture
def plain(project: Project) -> Project:
    project.write({"a.py": "LIMIT = 2\ndef f(x):\n    return x + 1\n", "b.py": "here = __name__\n"})
    return project.write({"test_a.py": "from a import f\ndef test_a(): assert f(1) == 3\n"})


VALUES = [
    "None", "True", "-1", "1.5", "float('nan')", "float('-inf')", "(1+2j)", "'ä\\n'", "b'\\x00'", "[1, [2]]", "()",
    "(1,)", "set()", "{1, 2}", "frozenset()", "frozenset({1})", "{}", "{'a': {1: (2, None)}}",
]  # fmt: skip


def test_plain_values_come_as_source(plain: Project) -> None:
    answers = asked(plain, *VALUES)
    assert [repr(eval(answer.text)) for answer in answers] == [repr(eval(value)) for value in VALUES]
    assert all(answer.plain and not answer.raised for answer in answers)


def test_equal_values_have_equal_texts(plain: Project) -> None:
    one, other, third, fourth = asked(
        plain, "{'b': 1, 'a': 2}", "{'a': 2, 'b': 1}", "{'x', 'y', 'z'}", "{'z', 'y', 'x'}"
    )
    assert (one, third) == (other, fourth)


def test_other_values_come_as_their_types_and_exceptions_as_theirs(plain: Project) -> None:
    found = asked(
        plain, "range(3)", "(x for x in [])", "[object()]", "type('E', (int,), {})(1)", "'x' * 5000", "10 ** 5000"
    )
    assert [answer.text for answer in found] == ["range", "generator", "list", "E", "str", "int"]
    assert not any(answer.plain or answer.raised for answer in found)
    raised = asked(plain, "f('')", "1 / 0", "unknown", "f(", "exit()", "LIMIT")
    assert [answer.text for answer in raised] == [
        "TypeError", "ZeroDivisionError", "NameError", "SyntaxError", "SystemExit", "2",
    ]  # fmt: skip
    assert [answer.raised for answer in raised] == [True] * 5 + [False]


def test_what_ends_the_process_or_never_ends_is_no_answer_and_the_rest_is_answered(plain: Project) -> None:
    hostile = [
        "[0 for _ in iter(int, 1)]",
        "__import__('os')._exit(0)",
        "__import__('time').sleep(600)",
        "'x' * 10 ** 11",
    ]
    found = asked(plain, "1", *hostile, "2")
    assert [found[0].text, found[5].text] == ["1", "2"]
    assert found[1:4] == [NOTHING] * 3
    assert found[4].text in ("MemoryError", "")


def test_each_patch_has_its_row_whatever_it_changes(plain: Project) -> None:
    patches = [
        None,
        changed(plain, "a.py", ("x + 1", "x * 5")),
        changed(plain, "a.py", ("LIMIT = 2", "LIMIT = 7")),
        Patch(
            (
                Edit("new.py", None, "y = 9\n"),
                plain.edit("a.py", "from new import y as LIMIT\ndef f(x):\n    return 0\n"),
            )
        ),
        changed(plain, "a.py", ("def f", "while True: pass\ndef f")),
        changed(plain, "a.py", ("def f", "def (")),
        Patch((plain.edit("test_a.py", ""),)),
    ]
    with plain.runner.lab(request(plain, ["test_a.py::test_a"])) as lab:
        rows = lab.ask("a.py", ["f(2)", "LIMIT"], patches, Stop())
    assert [[answer.text for answer in row] for row in rows] == [
        ["3", "2"], ["10", "2"], ["3", "7"], ["0", "9"], ["", ""], ["SyntaxError"] * 2, ["", ""],
    ]  # fmt: skip


def test_a_module_that_no_test_imports_can_be_asked(plain: Project) -> None:
    assert asked(plain, "here", path="b.py") == [Answer("'b'")]
    plain.write(
        {
            "src/pack/__init__.py": "",
            "src/pack/deep.py": "here = __name__\n",
            "conftest.py": "import sys\nsys.path.insert(0, 'src')\n",
        }
    )
    assert asked(plain, "here", path="src/pack/deep.py") == [Answer("'pack.deep'")]
    assert asked(plain, "here", path="gone.py")[0].text == "ModuleNotFoundError"


# Calls

SHOP = """
class Cart:
    def __init__(self, start, tax=0):
        self.total = start
        self.tax = tax
    def add(self, price):
        self.total += price
        return self.total
    @property
    def whole(self): return self.total
    @staticmethod
    def fixed(x): return x
    @classmethod
    def named(cls, x): return x
class Plain:
    def double(self, x): return 2 * x
def price(a, b=2, *more, k=1, **rest):
    if a == "bad":
        raise ValueError(a)
    try:
        raise KeyError
    except KeyError:
        return [a, b]
async def later(x): return x
def many(x):
    yield x
def deep(n):
    return 0 if n == 0 else deep(n - 1)
def wrong(): return 1
"""
SHOPPING = """
import asyncio
from shop import *
def test_a(): assert wrong() == 2
def test_price():
    price(1)
    price(1)
    price(3, 4, 5, k=6, z=7)
    price([], lambda: 1)
    try: price("bad")
    except ValueError: pass
def test_cart():
    cart = Cart(5, tax=1)
    cart.whole
    cart.add(2)
    cart.add(3)
    Cart.fixed(1); Cart.named(2); Plain().double(4)
def test_later():
    assert asyncio.run(later(3)) == 3
    assert list(many(1)) == [1]
def test_deep(): deep(900)
"""


def test_calls_are_told_with_arguments_answer_and_source(project: Project) -> None:
    project.write({"shop.py": SHOP, "test_shop.py": SHOPPING})
    keep = [f"test_shop.py::test_{name}" for name in ("price", "cart", "later")]
    names = ["price", "Cart.add", "Cart.whole", "Cart.fixed", "Cart.named", "Plain.double", "later", "many"]
    with project.runner.lab(request(project, ["test_shop.py::test_a"], keep)) as lab:
        calls = lab.calls("shop.py", names, Stop())
        assert [call.expression for call in calls] == [
            "price(1, 2, k=1)", "price(3, 4, *(5,), k=6, **{'z': 7})", "", "price('bad', 2, k=1)",
            "Cart(5, 1).whole", "Cart(5, 1).add(2)", "", "Cart.fixed(1)", "Cart.named(2)", "Plain().double(4)",
            "later(3)", "many(1)",
        ]  # fmt: skip
        texts = [(call.answer.text, call.answer.raised) for call in calls]
        assert texts == [
            ("[1, 2]", False), ("[3, 4]", False), ("list", False), ("ValueError", True), ("5", False), ("7", False),
            ("10", False), ("1", False), ("2", False), ("8", False), ("coroutine", False), ("generator", False),
        ]  # fmt: skip
        assert calls[1].arguments == (("a", "3"), ("b", "4"), ("*more", "(5,)"), ("k", "6"), ("**rest", "{'z': 7}"))
        assert calls[2].arguments[:2] == (("a", "[]"), ("b", ""))
        assert [call.node_id for call in calls[:5]] == [keep[0]] * 4 + [keep[1]]
        plain = [call for call in calls if call.expression and call.answer.plain]
        again = lab.ask("shop.py", [call.expression for call in plain], [None], Stop())
        assert [answer.text for answer in again[0]] == [call.answer.text for call in plain]
        assert lab.calls("shop.py", ["gone"], Stop()) == lab.calls("gone.py", ["f"], Stop()) == ()


def test_of_many_calls_some_are_told(project: Project) -> None:
    project.write({"shop.py": SHOP, "test_shop.py": SHOPPING})
    with project.runner.lab(request(project, ["test_shop.py::test_a"], ["test_shop.py::test_deep"])) as lab:
        calls = lab.calls("shop.py", ["deep"], Stop())
        assert len(calls) == 500
        assert calls[0].expression == "deep(900)"


# Examples

FUNCTIONS = """
import functools
def f(x, y=0, *more, k=1, **kw):
    return x
def wrong(x): return x
class Box:
    def m(self, x): return x
    @staticmethod
    def s(x): return x
async def later(x): return x
@functools.lru_cache
def cached(x): return x
def other(x): return f(x)
"""
DEMANDS = """
import asyncio, math, unittest
import pytest
import a
from a import Box, later, cached, other
from a import f as g
def check(candidate):
    assert candidate(1) == 10
    assert True
    assert candidate(2) == 20, "why"
@pytest.fixture
def seven(): return 7
def test_a(): assert a.wrong(1) == 2
def test_helper(): check(g)
@pytest.mark.parametrize("x, e", [(1, 11), ([1], {"b": 2})])
def test_table(x, e): assert e == g(x)
def test_forms(seven):
    assert a.f(seven, k=2) is None
    assert g("t", 1, 2, z=3)
    assert not g(8)
    assert g(1.5) == pytest.approx(2.5)
    assert pytest.approx(2.5) == g(1.5)
    assert abs(g(2.0) - 3.0) < 1e-6
    assert math.isclose(g(2.0), 3.5)
    r = g(3)
    assert r == 4
    assert r > 3 or r == 9
    assert len(g(4)) == 4
    assert g(lambda: 1) == 2
    assert g(5) == 6 and g(6) == 7
    assert [g(1), g(2)] == [8, 9]
def test_loops():
    for i in range(2):
        assert g(i) == i + 1
    assert all(g(x) == y for x, y in [(10, 11)])
def test_raises():
    with pytest.raises(ValueError, match="x") as info:
        g("bad")
    assert "x" in str(info.value)
    pytest.raises(TypeError, g, 3)
    assert g(9) == 9
class TestCase(unittest.TestCase):
    def test_case(self):
        self.assertEqual(g(1), 100)
        self.assertTrue(g(2))
        self.assertFalse(g(22))
        self.assertIsNone(g(3))
        self.assertAlmostEqual(g(4), 4.5)
        self.assertIn(g(4), [4])
        with self.assertRaises(KeyError):
            g(5)
        self.assertRaises(IndexError, g, 6)
def test_more():
    assert Box().m(1) == 2
    assert Box.s(2) == 3
    assert asyncio.run(later(3)) == 4
    assert cached(4) == 5
    assert other(5) == 6
"""


def told(examples: tuple[Example, ...]) -> list[str]:
    return [
        " ".join(
            (", ".join((*each.arguments, *map("=".join, each.keywords))), each.relation.value, each.expected)
        ).strip()
        for each in examples
    ]


@pytest.fixture
def demanding(project: Project) -> Project:
    return project.write({"a.py": FUNCTIONS, "test_a.py": DEMANDS})


WANTED = {
    "test_helper": ["1 == 10", "2 == 20"],
    "test_table[1-11]": ["1 == 11"],
    "test_table[x1-e1]": ["[1] == {'b': 2}"],
    "test_forms": [
        "7, k=2 is None", "'t', 1, 2, z=3 true", "8 false", "1.5 approx 2.5", "1.5 approx 2.5", "2.0 approx 3.0",
        "2.0 approx 3.5", "3 == 4", "5 == 6", "6 == 7", "1 == 8", "2 == 9",
    ],
    "test_loops": ["0 == 1", "1 == 2", "10 == 11"],
    "test_raises": ["'bad' raises ValueError", "3 raises TypeError", "9 == 9"],
    "TestCase::test_case": [
        "1 == 100", "2 true", "22 false", "3 is None", "4 approx 4.5", "5 raises KeyError", "6 raises IndexError",
    ],
    "test_more": ["5 == 6"],
}  # fmt: skip


def test_demands_are_told_in_every_form(demanding: Project) -> None:
    reds = ["test_a", *(name for name in WANTED if name not in ("test_helper", "test_more"))]
    reds = [f"test_a.py::{name}" for name in (*reds, "test_helper", "test_more")]
    with demanding.runner.lab(request(demanding, reds)) as lab:
        examples = lab.examples("a.py", "f", Stop())
        assert lab.fault == ""
        for name, wanted in WANTED.items():
            assert told(tuple(each for each in examples if each.node_id == f"test_a.py::{name}")) == wanted, name
        first = next(each for each in examples if each.node_id == "test_a.py::test_helper")
        assert first.line == DEMANDS.splitlines().index("    assert candidate(1) == 10") + 1
        assert (first.relation, first.expected) == (Relation.EQUAL, "10")
        for name, wanted in {"Box.m": "1 == 2", "Box.s": "2 == 3", "later": "3 == 4", "cached": "4 == 5"}.items():
            assert told(lab.examples("a.py", name, Stop())) == [wanted], name
        assert lab.examples("a.py", "gone", Stop()) == lab.examples("gone.py", "f", Stop()) == ()
        assert lab.examples("a.py", "Box", Stop()) == ()


def test_a_scaffold_makes_the_function_that_is_not_there_yet(project: Project) -> None:
    project.write({"test_a.py": "from new import f\ndef test_a():\n    assert f(1) == 2\n    assert f(2) == 3\n"})
    scaffold = Patch((Edit("new.py", None, "def f(x):\n    raise NotImplementedError\n"),))
    with project.runner.lab(request(project, ["test_a.py"])) as lab:
        examples = lab.examples("new.py", "f", Stop(), scaffold)
        assert told(examples) == ["1 == 2", "2 == 3"]
        assert {each.node_id for each in examples} == {"test_a.py::test_a"}
        assert lab.examples("new.py", "f", Stop()) == ()


def test_what_a_test_does_wrong_leaves_out_only_that(project: Project, tmp_path: Path) -> None:
    project.write({"a.py": "def f(x): return x\n"})
    source = "from a import f\ndef test_a():\n    assert f(1) == 2\n    while True: pass\n"
    source += "def test_b():\n    assert f(2).gone == 1\n    assert f(unknown) == 1\n    assert f(3) == 4\n"
    project.write({"test_a.py": source + "def test_c():\n    f(4) + 1\n    assert f(5) == 6\n"})
    with project.runner.lab(request(project, [f"test_a.py::test_{name}" for name in "abc"], test_seconds=2.0)) as lab:
        assert told(lab.examples("a.py", "f", Stop())) == ["3 == 4", "5 == 6"]
