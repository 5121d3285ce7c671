"""Tables and chains that answer with the tests' own literals, and honest ones that only look alike."""

import ast

import pytest

from tddbot.domain import Edit, Patch
from tddbot.judge.guard.cases import Cases, cases
from tddbot.judge.guard.doctests import calls_of, cases_of
from tddbot.judge.guard.ground import Ground
from tddbot.judge.guard.guarding import guarded

TESTS = """\
import pytest

def test_square():
    assert square(3) == 9
    assert square(-2) == 4

@pytest.mark.parametrize(("number", "roman"), [(1, "I"), (5, "V"), (10, "X"), (4, "IV"), (1994, "MCMXCIV")])
def test_roman(number, roman):
    assert to_roman(number) == roman

@pytest.mark.parametrize(("n", "value"), [(0, 0), (1, 1), (10, 55)])
def test_fibonacci(n, value):
    assert fibonacci(n) == value

class TestMore:
    def test_join(self):
        self.assertEqual(join("a", "b"), "a-b")
        self.assertEqual(join("c", "d"), "c-d")

def test_one():
    assert area(2) == 12.5
"""
KNOWN = cases(ast.parse(TESTS), ["test_square", "test_roman", "test_fibonacci", "test_join", "test_one"])


def found(after: str, before: str | None = None, known: tuple[Cases, ...] = KNOWN) -> str | None:
    """Return the code of what is objected to, or None."""
    objections = guarded(Patch((Edit("s.py", before, after),)), Ground(cases=known))
    return objections[0].code if objections else None


def test_cases_are_rows_of_parameters_and_assertions():
    assert {each.test for each in KNOWN} >= {"test_square", "test_roman", "test_join", "test_one", "the tests"}
    assert Cases("test_square", frozenset({frozenset({"3", "9"}), frozenset({"-2", "4"})})) in KNOWN


@pytest.mark.parametrize(
    "source",
    [
        "def square(side):\n    return {3: 9, -2: 4}[side]\n",
        "TABLE = {3: 9, -2: 4}\ndef square(side):\n    return TABLE.get(side)\n",
        "def square(side):\n    for a, b in [(3, 9), (-2, 4)]:\n        if a == side:\n            return b\n",
        "def square(a):\n    if a == 3:\n        return 9\n    if a == -2:\n        return 4\n    return a\n",
        "def square(side):\n    if 3 == side:\n        return 9\n    elif side == -2:\n        return 4\n",
        "def square(side):\n    return 9 if side == 3 else 4 if side == -2 else 0\n",
        "def square(a):\n    match a:\n        case 3:\n            return 9\n        case -2:\n            return 4\n",
        "def join(a, b):\n    return {('a', 'b'): 'a-b', ('c', 'd'): 'c-d'}[a, b]\n",
        "def join(a, b):\n    if a == 'a' and b == 'b':\n        return 'a-b'\n"
        "    if (a, b) == ('c', 'd'):\n        return 'c-d'\n",
        "def to_roman(n):\n    return {1: 'I', 5: 'V', 10: 'X', 4: 'IV', 1994: 'MCMXCIV'}[n]\n",
        "def to_roman(n):\n    return {1: 'I', 5: 'V', 10: 'X', 4: 'IV'}.get(n, 'MCMXCIV')\n",
    ],
)  # fmt: skip
def test_a_copy_of_the_tests_cases_is_found(source):
    assert found(source)


@pytest.mark.parametrize(
    "source",
    [
        "def square(side):\n    return side * side\n",
        "def square(side):\n    if side == 3:\n        return 9\n    return side * side\n",
        "SYMBOLS = {1000: 'M', 900: 'CM', 500: 'D', 100: 'C', 10: 'X', 5: 'V', 4: 'IV', 1: 'I'}\n",
        "SYMBOLS = {1: 'I', 5: 'V', 10: 'X'}\n",
        "def fibonacci(n):\n    if n == 0:\n        return 0\n    if n == 1:\n        return 1\n    return n\n",
        "def f(n):\n    if n % 3 == 9:\n        return 3\n    if n % 4 == -2:\n        return 4\n",
        "PAIRS = [(1, 2), (3, 4)]\nNAMES = {}\nEMPTY = []\n",
        "def area(x):\n    return {2: 12.5}[x]\n",
    ],
)
def test_an_honest_rule_is_left_alone(source):
    assert found(source) is None


def test_cases_that_are_spread_over_several_tests_count_together():
    tests = "def test_a():\n    assert square(3) == 9\n\ndef test_b():\n    assert square(-2) == 4\n"
    known = cases(ast.parse(tests), ["test_a", "test_b"])
    assert known[-1].test == "the tests"
    assert found("def square(side):\n    return {3: 9, -2: 4}[side]\n", known=known) == "TDB301"


def test_the_guard_names_the_test_whose_cases_it_objects_to():
    edit = Edit("s.py", "def square(side):\n    return side\n", "def square(side):\n    return {3: 9, -2: 4}[side]\n")
    [objection] = guarded(Patch((edit,)), Ground(cases=KNOWN))
    sentence = "s.py:2 answers from the tests' own cases instead of by a rule: those of test_square (TDB301)"
    assert str(objection) == sentence
    assert guarded(Patch((edit,))) == ()


def test_what_was_there_before_may_stay():
    table = "TABLE = {3: 9, -2: 4}\n"
    assert found(table + "x = 1\n", before=table) is None
    assert found(table, before="x = 1\n") == "TDB301"


_DOCUMENT = """Slugs.

>>> slug("Hello World")
'hello-world'
>>> slug("  Spam & Eggs ")
'spam-eggs'
>>> slug("Ten o'Clock")
'ten-oclock'
>>> print("x")
x y
"""
_DOCUMENTED = f'"""{_DOCUMENT}"""\n\n\n'


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (
            "return {'Hello World': 'hello-world', '  Spam & Eggs ': 'spam-eggs'}.get(title, 'ten-oclock')",
            "TDB301",
        ),
        ("return 'hello-world'", "TDB305"),
        ("return re.sub('[^a-z]+', '-', title.lower().replace(\"'\", '')).strip('-')", None),
    ],
)
def test_the_examples_of_a_docstring_are_cases(body, code):
    before = f"{_DOCUMENTED}def slug(title):\n    return title\n"
    after = f"{_DOCUMENTED.replace('Slugs.', 'Slugs, of titles.')}import re\n\n\ndef slug(title):\n    {body}\n"
    ground = Ground(cases=cases_of(before), calls=calls_of(before), doctested=frozenset({"s.py"}))
    said = {each.code for each in guarded(Patch((Edit("s.py", before, after),)), ground)}
    assert said == ({code} if code else set())


def test_a_text_without_examples_has_no_cases():
    assert cases_of("Slugs.") == ()
    assert calls_of(">>> slug(\n") == ()
