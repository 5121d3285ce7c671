"""Where a scaffold goes, and that what is there stays as it is."""

import ast

import pytest

from tddbot.domain import Failure
from tests.generator.offline.scaffold.making import inquiry, no_attribute, no_name, texts

METHOD = 'from shop import Cart\n\ndef test():\n    assert Cart().total([1]) == 3\n    assert Cart.make("x")\n'
FUNCTION = "from shop import f\n\ndef test():\n    assert f([1]) == 3\n"


def grown(test: str, failure: Failure, source: str) -> str:
    text = texts(inquiry(test, failure, {"shop.py": source}))["shop.py"]
    ast.parse(text, feature_version=(3, 8))
    return text


def kept(before: str, after: str) -> bool:
    """Whether every line of the one is in the other, in the same order."""
    lines = iter(after.splitlines())
    return all(any(line == other for other in lines) for line in before.splitlines())


def test_a_method_is_put_at_the_end_of_its_class_in_its_indentation() -> None:
    source = "class Cart:\n\tsize = 3\n\n\nclass Other:\n\tsize = 4\n"
    after = grown(METHOD, no_attribute("Cart", "total"), source)
    assert kept(source, after)
    assert '\tsize = 3\n\n\tdef total(self, a: "list[int]") -> int:\n\t\traise' in after
    assert after.index("def make") < after.index("class Other")


def test_a_class_on_one_line_is_opened() -> None:
    after = grown(METHOD, no_attribute("Cart", "total"), "class Cart: pass\n")
    assert after.startswith("class Cart:\n    pass\n\n    def total(self")


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n"])
def test_a_function_stands_two_lines_below(end: str) -> None:
    after = grown(FUNCTION, no_name("shop", "f"), f"x = 1{end}")
    assert after.startswith('x = 1\n\n\ndef f(a: "list[int]") -> int:\n')


def test_a_function_stands_above_the_main_guard() -> None:
    after = grown(FUNCTION, no_name("shop", "f"), "x = 1\n\n\nif __name__ == '__main__':\n    print(x)\n")
    assert after.index("def f") < after.index("if __name__")


def test_line_endings_and_quotes_are_the_projects() -> None:
    after = grown(FUNCTION, no_name("shop", "f"), "x = 'a'\r\ny = ['b', 'c']\r\n")
    assert after.count("\n") == after.count("\r\n")
    assert "NotImplementedError('f is not written yet')" in after


def test_where_annotations_are_never_evaluated_they_are_not_quoted() -> None:
    source = '"""A shop."""\n\nfrom __future__ import annotations\n\nx = 1\n'
    after = grown(FUNCTION, no_name("shop", "f"), source)
    assert "def f(a: list[int]) -> int:" in after
    assert kept(source, after)


def test_what_is_used_while_the_module_is_loaded_stands_above_it() -> None:
    failure = Failure("collect", "NameError", "name 'MOST' is not defined")
    source = "import os\n\nTABLE = range(MOST + 1)\n"
    after = grown("from shop import TABLE\n\ndef test():\n    assert TABLE\n", failure, source)
    assert after == "import os\n\n\nMOST = 0\n\nTABLE = range(MOST + 1)\n"


def test_imports_that_annotations_take_come_after_the_others() -> None:
    test = "from pathlib import Path\nfrom shop import f\n\ndef test():\n    assert f(Path('x')) == 3\n"
    after = grown(test, no_name("shop", "f"), '"""A shop."""\n\nimport os\n\nx = os.sep\n')
    assert "import os\nfrom pathlib import Path\n" in after
    assert "def f(a: Path) -> int:" in after


def test_a_package_hands_on_what_its_modules_define() -> None:
    test = "from shop import Cart\n\ndef test():\n    assert Cart(1).total() == 3\n"
    sources = {"shop/__init__.py": "from .cart import Cart\n", "shop/cart.py": "x = 1\n"}
    made_of = texts(inquiry(test, no_name("shop.cart", "Cart"), sources))
    assert list(made_of) == ["shop/cart.py"]
    assert "class Cart:" in made_of["shop/cart.py"]
