"""A module without its bodies is still Python, and says all that a caller needs."""

import ast

import pytest

from tddbot.context.bounds import ONE_SIGNATURE
from tddbot.context.code.remembered import parsed
from tddbot.context.code.signatures import signatures_of

MODULE = '''
"""Prices.

More on prices.
"""
from __future__ import annotations
import os, sys as system

RATE: float = 1 + 2
TABLE = {"a": 1}
A, B = 1, 2
_hidden = 3
if sys.version_info > (3, 12):
    from typing import Self
else:
    Self = object
try:
    import fast
except ImportError:
    fast = None


@dataclass(frozen=True)
class Price(Base, metaclass=Meta):
    """A price."""

    amount: int
    currency: str = "EUR"
    tags: list[str] = field(default_factory=lambda: ["one", "two", "three", "four", "five", "six", "seven"])
    RED = 1

    class Inner:
        x = 1

    def __init__(self, amount: int, /, *rest: str, rounded: bool = True, **more) -> None:
        self.amount = amount

    @property
    @functools.lru_cache(maxsize=None)
    def net(self) -> "Price":
        """Without tax.

        More."""
        return compute()

    def _private(self): ...


async def load(path, default="a long default that nobody needs to see in a signature, really", n=-1):
    return 1


def _helper(): ...
'''

SHOWN = '''
\'Prices.\'
from __future__ import annotations
import os, sys as system
RATE: float = ...
TABLE = ...
A = ...
B = ...
from typing import Self
Self = ...
import fast
fast = ...
@dataclass(frozen=True)
class Price(Base, metaclass=Meta):
    """A price."""
    amount: int
    currency: str = 'EUR'
    tags: list[str] = field
    RED = ...

    class Inner:
        x = ...

    def __init__(self, amount: int, /, *rest: str, rounded: bool=True, **more) -> None:
        ...

    @property
    @functools.lru_cache(maxsize=None)
    def net(self) -> 'Price':
        """Without tax."""
        ...
async def load(path, default=..., n=-1):
    ...
'''


def signatures(text: str) -> str:
    tree = parsed(text)
    assert tree is not None
    before = ast.dump(tree, include_attributes=True)
    found = signatures_of(tree, text)
    assert ast.dump(tree, include_attributes=True) == before
    ast.parse(found)
    return found


def test_everything_but_the_bodies():
    shown = [line for line in signatures(MODULE).splitlines() if line]
    assert shown == [line for line in SHOWN.splitlines() if line]


@pytest.mark.parametrize("text", ["", "# nothing\n", "print(1)\n", "_a = 1\ndef _b(): 0\n", "if x: print(2)\n"])
def test_a_module_without_signatures(text):
    assert signatures(text) == ""


def test_a_long_one_is_cut_between_two_definitions():
    found = signatures("".join(f"def function_{number}(first, second): pass\n" for number in range(1000)))
    assert len(found) <= ONE_SIGNATURE
    assert found.endswith("    ...\n# [the rest of this module is not shown]\n")


def test_an_annotation_that_nests_too_deeply():
    text = "x: " + "-" * 5_000 + "1\n"
    tree = ast.Module([ast.AnnAssign(ast.Name("x"), _nested(50_000), None, 1, lineno=1, col_offset=0)], [])
    assert signatures_of(tree, text) == ""


def _nested(deep: int) -> ast.expr:
    found: ast.expr = ast.Constant(1)
    for _ in range(deep):
        found = ast.UnaryOp(ast.USub(), found)
    return found
