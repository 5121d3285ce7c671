"""A laboratory with a patch in it: what is asked of it is one change away from the patch."""

from collections.abc import Iterable, Iterator, Sequence

import pytest

from tddbot.domain import Edit, Patch
from tddbot.lab import Answer, Screened
from tddbot.stop import Stop
from tddbot.ties.patched import PatchedLab, is_of_bodies
from tests.fakes import NoLab

FIX = Patch((Edit("a.py", None, "A = 1\n"), Edit("b.py", "B = 0\n", "B = 1\n")))
MUTANT = Patch((Edit("a.py", None, "A = 2\n"), Edit("b.py", "B = 0\n", "B = 1\n")))
CHANGE = Patch((Edit("a.py", "A = 1\n", "A = 2\n"),))


class Listening(NoLab):
    """Keeps the patches that it is given."""

    def __init__(self) -> None:
        self.heard: list[Patch | None] = []

    def screen(self, patches: Iterable[Patch], stop: Stop, whole: bool = False) -> Iterator[Screened]:
        self.heard += patches
        return iter(())

    def ask(
        self, path: str, expressions: Sequence[str], patches: Sequence[Patch | None], stop: Stop
    ) -> tuple[tuple[Answer, ...], ...]:
        self.heard += patches
        return ()


def test_only_what_differs_from_the_patch_is_handed_on():
    inner = Listening()
    lab = PatchedLab(inner, FIX)
    lab.screen([FIX, MUTANT], Stop())
    lab.ask("a.py", ["A"], [None, MUTANT], Stop())
    assert inner.heard == [Patch(()), CHANGE, None, CHANGE]
    assert lab.fault == inner.fault


@pytest.mark.parametrize(
    ("before", "after", "is_it"),
    [
        ("def f(n):\n    return n\n", "def f(n):\n    return n + 1\n", True),
        ("class A:\n    def f(self): pass\n", "class A:\n    def f(self): return 1\n", True),
        ("def f(n):\n    return n\n", "def f(n, m):\n    return n\n", False),
        ("def f(n):\n    return n\n", "def g(n):\n    return n\n", False),
        ("A = 1\n", "A = 2\n", False),
        (None, "def f(n):\n    return n\n", False),
        ("def f(:\n", "def f(n):\n    return n\n", False),
    ],
)
def test_a_patch_of_bodies_changes_only_what_functions_do(before, after, is_it):
    assert is_of_bodies(Patch((Edit("a.py", before, after),))) is is_it
