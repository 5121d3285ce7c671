"""What is known of a file besides its text: names, imports, what it takes from modules."""

import pytest

from tddbot.context.code.facts import Facts, facts_of
from tddbot.context.code.remembered import parsed


def facts(text: str) -> Facts:
    tree = parsed(text)
    assert tree is not None
    return facts_of(tree, text)


@pytest.mark.parametrize(
    ("text", "defined", "public"),
    [
        ("def f(): 0\nasync def g(): 0\nclass A:\n    x = 1\n    def m(self): 0\n", ("f", "g", "A"), ("f", "g", "A")),
        ("a, [b, c] = 1, (2, 3)\nd: int\n_e = a.f = 1\n", ("a", "d", "_e"), ("a", "d")),
        ("if x:\n    a = 1\nelif y:\n    b = 1\nelse:\n    c = 1\n", ("a", "b", "c"), ("a", "b", "c")),
        ("try:\n    a = 1\nexcept E:\n    b = 1\nelse:\n    c = 1\nfinally:\n    d = 1\n", ("a", "b", "c", "d"), None),
        ("with x:\n    a = 1\nfor i in x:\n    b = 1\n", ("a",), None),
        ("__all__ = ['a', 'gone', 1]\na = b = 1\n", ("__all__", "a", "b"), ("a",)),
        ("import a\nfrom b import c\n", (), ()),
    ],
)
def test_names(text, defined, public):
    assert facts(text).defined == defined
    assert facts(text).public == (defined if public is None else public)


def test_methods_and_inner_functions_are_named():
    named = facts("X = 1\nclass A:\n    def m(self):\n        def inner(): 0\n").named
    assert named == {"X", "A", "m", "inner"}


def test_what_is_taken_of_imported_names():
    text = "import a\nimport a.b as c\nimport d.e\na.x; a.y.z; c.w()\nd.e.f; other.g\nself.a.q\n"
    assert facts(text).taken == {"a": ("x", "y"), "c": ("w",), "d.e": ("f",)}


@pytest.mark.parametrize(
    ("text", "is_facade"), [("from a import b\nVERSION = '1'\n", True), ("", True), ("def f(): 0\n", False)]
)
def test_a_facade_has_no_code_of_its_own(text, is_facade):
    assert facts(text).is_facade is is_facade


def test_a_long_chain_of_conditions():
    text = "if x == 0:\n    a = 0\n" + "".join(f"elif x == {n}:\n    a{n} = {n}\n" for n in range(1, 2000))
    tree = parsed(text)
    assert tree is None or len(facts_of(tree, text).defined) == 2000
