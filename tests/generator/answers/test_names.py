"""Which public names an edit takes from a module."""

import pytest

from tddbot.generator.answers.names import lost_names


@pytest.mark.parametrize(
    ("before", "lost"),
    [
        ("def f(): ...", ("f",)),
        ("async def f(): ...", ("f",)),
        ("class A: ...", ("A",)),
        ("LIMIT = 1", ("LIMIT",)),
        ("LIMIT: int = 1", ("LIMIT",)),
        ("a, (b, *c) = x", ("a", "b", "c")),
        ("if x:\n  def f(): ...\nelse:\n  def g(): ...", ("f", "g")),
        ("try:\n  a = 1\nexcept E:\n  b = 1\nelse:\n  c = 1\nfinally:\n  d = 1", ("a", "b", "c", "d")),
        ("with x:\n  a = 1\nfor i in x:\n  b = 1\nmatch x:\n  case 1:\n    c = 1", ("a", "b", "c")),
        ("from x import a as a", ("a",)),
        ("__all__ = ['a', 'b']\nfrom x import a, b", ("a (in __all__)", "b (in __all__)")),
        ("__all__ = ('a',)\n__all__ += ['b']", ("a (in __all__)", "b (in __all__)")),
        ("def _f(): ...\n_X = 1\n__version__ = '1'\nclass _A:\n  def f(self): ...", ()),
        ("import os\nfrom typing import Any\nimport numpy as np", ()),
        ("a = 1\ndel a", ()),
        ("if __name__ == '__main__':\n  a = 1", ()),
        ("def f(:", ()),
        ("", ()),
    ],
)
def test_what_a_module_defines_is_lost_with_it(before: str, lost: tuple[str, ...]) -> None:
    assert lost_names(before, "_x = 1\n") == lost
    assert lost_names(before, before) == ()


@pytest.mark.parametrize(
    "after",
    [
        "from x import f",
        "from x import g as f",
        "from x import *",
        "import f",
        "f = g",
        "def __getattr__(name): ...",
        "if x:\n  f = 1\nelse:\n  f = 2",
        "for f in x: ...",
        "with x as f: ...",
        "globals()['f'] = 1",
        "globals().update(x)",
        "def f(:",
    ],
)
def test_a_name_is_kept_wherever_it_may_still_be_had(after: str) -> None:
    assert lost_names("def f(): ...\n", after) == ()


def test_in_a_package_what_it_imports_from_itself_is_exported() -> None:
    before = "from .a import f\nfrom pkg.b import g\nimport os\nfrom typing import Any\nfrom . import _h\n"
    assert lost_names(before, "", "src/pkg/__init__.py") == ("f", "g")
    assert lost_names(before, "", "src/pkg/mod.py") == ()
    assert lost_names(before, "from .b import f, g\n", "src/pkg/__init__.py") == ()


def test_an_entry_of_all_is_kept_where_all_is_gone_or_no_list() -> None:
    before = "__all__ = ['f']\ndef f(): ...\n"
    assert lost_names(before, "def f(): ...\n") == ()
    assert lost_names(before, "__all__ = sorted(x)\ndef f(): ...\n") == ()
    assert lost_names(before, "__all__ = []\n__all__.append(x)\ndef f(): ...\n") == ()
    assert lost_names(before, "__all__ = []\ndef f(): ...\n") == ("f (in __all__)",)
    assert lost_names(before, "__all__ = []\n") == ("f",)


A = """
class A:
  LIMIT = 1
  size: int
  def f(self): ...
  def _g(self): ...
  def __init__(self):
    self.x = 1
    self._y = 1
"""


def test_members_of_a_public_class_are_lost_by_name() -> None:
    assert lost_names(A, "class A: ...") == ("A.LIMIT", "A.size", "A.f", "A.x")
    assert lost_names(A, "") == ("A",)
    assert lost_names(A.replace("class A", "class _A"), "class _A: ...") == ()


@pytest.mark.parametrize(
    "after",
    [
        "class B:\n  LIMIT = size = x = 1\n  def f(self): ...\nclass A(B): ...",
        "from b import B\nclass A(B): ...",
        "class A(mixin()): ...",
        "from b import A",
        "A = make()",
        "class A:\n  def __getattr__(self, name): ...",
        "class A:\n  LIMIT = size = 1\n  f = g\n  @property\n  def x(self): ...",
        "class A:\n  def __init__(self):\n    self._set()\n  def _set(me):\n    me.x, me.f, me.LIMIT, me.size = y",
        "class A:\n  def __init__(self, **more):\n    self.__dict__.update(more)",
        "class A:\n  def __init__(self, **more):\n    setattr(self, 'x', 1)",
        "class A(B): ...\nclass B(C): ...\nfrom c import C",
    ],
)
def test_a_member_is_kept_where_a_class_may_still_have_it(after: str) -> None:
    assert lost_names(A, after) == ()


def test_a_class_that_is_its_own_base_ends() -> None:
    assert lost_names(A, "class A(A): ...") == ("A.LIMIT", "A.size", "A.f", "A.x")


def test_known_bases_give_what_they_have_and_no_more() -> None:
    before = "class A(Exception):\n  def f(self): ...\n  def add_note(self, note): ...\n"
    assert lost_names(before, "class A(Exception): ...") == ("A.f",)
    assert lost_names(before, "class A(ABC, Generic[T]): ...") == ("A.f", "A.add_note")


def test_without_measure_it_ends() -> None:
    chain = "if x: a = 1\n" + "elif y: b = 1\n" * 300
    assert lost_names(chain, "a = 1") == ("b",)
    classes = "class A0:\n  f = 1\n" + "".join(f"class A{n}(A{n - 1}):\n  f = 1\n" for n in range(1, 5000))
    assert lost_names(classes, classes.replace("f = 1", "g = 1"))[0] == "A0.f"
    same = "class A:\n  f = 1\n" * 5000
    assert lost_names(same, same) == ()
