"""How much a change matters that no test notices, and how it is said."""

import pytest

from tddbot.domain import Patch
from tddbot.judge.unpinned.unpinned import Survivor, is_telling, ranked, words
from tddbot.lab import Answer
from tddbot.ties.contest import Split
from tddbot.ties.manners import Manner

MUTANT = Patch(())


def survivor(source: str, was: str, becomes: str, kind: str = "boundary", split: Split | None = None) -> Survivor:
    start = source.index(was)
    return Survivor("a.py", source, start, start + len(was), becomes, kind, "patch", MUTANT, "f", split)


def split(call: str, strays: int = 0) -> Split:
    answers = {"patch": Answer("1"), MUTANT.id: Answer("2")}
    return Split("a.py", call, strays, Manner.VALUE, answers, {"patch": "1", MUTANT.id: "2"})


def test_the_words_read_on():
    assert words(survivor("def f(n):\n    return n > 3\n", ">", ">=")) == "`n > 3` were `n >= 3`"
    assert words(survivor("def f(n):\n    n += 1\n", "n += 1", "pass", "removal")) == "`n += 1` were left out"


def test_the_line_is_that_of_the_change():
    assert survivor("# é\n\nx = 1 > 3\n".replace("é", "e"), ">", ">=").line == 3


def test_ordinary_inputs_come_before_the_edge_and_that_before_what_is_only_likely():
    text = "def f(n):\n    return n > 3, n < 4\n"
    far = survivor(text, ">", ">=", split=split("f(1)", strays=1))
    near = survivor(text, "<", "<=", "jump", split=split("f(100)"))
    unknown = survivor(text, "3", "4")
    assert ranked([unknown, far, near]) == [near, far, unknown]


def test_among_those_boundaries_come_first_and_then_the_smallest_input():
    text = "def f(n):\n    return n > 3, n < 4\n"
    constant = survivor(text, "3", "4", "constant", split("f(1)"))
    large, small = survivor(text, ">", ">=", split=split("f(100)")), survivor(text, "<", "<=", split=split("f(1)"))
    assert ranked([constant, large, small]) == [small, large, constant]


@pytest.mark.parametrize(
    ("source", "was", "becomes", "kind", "is_told"),
    [
        ("if self.n > 30: g()\n", ">", ">=", "boundary", True),
        ("if self.n > best: g()\n", ">", ">=", "boundary", False),
        ("if self.n > 0: g()\n", ">", ">=", "boundary", False),
        ("if self.n == 3: g()\n", "==", "!=", "negation", True),
        ("self.n = 3\n", "self.n = 3", "pass", "removal", True),
        ("self._cache[n] = 3\n", "self._cache[n] = 3", "pass", "removal", False),
        ("self.file.close()\n", "self.file.close()", "pass", "removal", False),
        ("x = open(a, 4096)\n", "4096", "4097", "constant", False),
        ("x = max(a, b)\n", "a, b", "b, a", "call", False),
    ],
)
def test_where_nobody_can_be_asked_only_what_is_hardly_the_same_is_told(source, was, becomes, kind, is_told):
    assert is_telling(survivor(source, was, becomes, kind)) is is_told
