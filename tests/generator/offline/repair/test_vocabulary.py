import pytest

from tddbot.generator.offline.repair.vocabulary import Vocabulary, literals_of, vocabulary

CODE = """\
import os.path
from a import b as c

LIMIT = 3

def one(a, /, b=1, *, c=2): ...

def many(*a): ...

class Box:
    def __init__(self, low): self.low = low
    def size(self, other=None): return self.low + other.high
    @staticmethod
    def made(a): return Box(a).size().low
"""


def test_functions_and_methods_are_known_with_what_they_take() -> None:
    words = vocabulary(CODE)
    assert [(name, arity.least, arity.most) for name, arity in words.functions.items()] == [
        ("one", 1, 2),
        ("many", 0, float("inf")),
    ]
    assert words.functions["one"].names == ("a", "b", "c")
    assert [words.methods[name].takes(1) for name in ("__init__", "size", "made")] == [True, True, True]
    assert not words.methods["__init__"].takes(0)


def test_attributes_are_known_by_what_they_are_looked_up_on() -> None:
    assert vocabulary(CODE).fields == {"self": ("low",), "other": ("high",), "": ("low",)}


def test_names_of_the_module_and_builtins_can_be_read() -> None:
    words = vocabulary(CODE)
    assert {"os", "c", "LIMIT", "one", "Box", "sorted"} <= words.known
    assert not {"b", "size", "low"} & words.known


def test_numbers_and_short_texts_of_the_tests_are_wanted() -> None:
    tests = ["def test():\n    assert f(365, 1.5) == 'year'\n", f"x = '{'long' * 20}', True, 0x{'f' * 5000}, b'b'\n"]
    assert literals_of(tests) == ("365", "1.5", "'year'")


@pytest.mark.parametrize("text", ["def f(:\n", "\0", ""])
def test_what_does_not_parse_has_no_words(text: str) -> None:
    assert vocabulary(text, [text]) == Vocabulary()
