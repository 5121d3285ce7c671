"""The injector of slips: what it makes of a function, and that it is exact about places."""

import ast

import pytest

from tests.real.slips import KINDS, functions, slips


def made(body: str, kind: str) -> list[str]:
    """The bodies that slips of one kind make of a function with this body."""
    source = f"def f(a, b, c):\n    {body}\n".encode()
    (function,) = functions("m.py", source)
    return [
        slip.injected(source).decode().partition("\n")[2].strip()
        for slip in slips(function, source)
        if slip.kind == kind
    ]


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        ("x = a < b", "comparison", ["x = a <= b", "x = a > b"]),
        ("x = (a) == (b)", "comparison", ["x = (a) != (b)"]),
        ("x = a is  not b", "comparison", ["x = a is b"]),
        ("x = a < b < c", "comparison", ["x = a <= b < c", "x = a > b < c", "x = a < b <= c", "x = a < b > c"]),
        ("x = 'é' in a", "comparison", ["x = 'é' not in a"]),
        ("x = a - b", "arithmetic", ["x = a + b"]),
        ("a += b", "arithmetic", ["a -= b"]),
        ("x = '%s' % a", "arithmetic", []),
        ("x = a and b and c", "boolean", ["x = a or b and c", "x = a and b or c"]),
        ("x = True", "boolean", ["x = False"]),
        ("x = a[10:]", "constant", ["x = a[11:]", "x = a[9:]"]),
        ("x = a[0]", "constant", ["x = a[-1]", "x = a[1]"]),
        ("x = 0xFF", "constant", []),
        ("return a + b", "lost return", ["a + b"]),
        ("return (a)", "lost return", ["(a)"]),
        ("return", "lost return", []),
        ("x = a if b else c", "negated condition", ["x = a if not b else c"]),
        ("x = a if not (b) else c", "negated condition", ["x = a if (b) else c"]),
        ("while a or b: c()", "negated condition", ["while not (a or b): c()"]),
    ],
)
def test_slips_of_a_kind(body: str, kind: str, expected: list[str]) -> None:
    assert sorted(made(body, kind)) == sorted(expected)


def test_methods_count_and_nested_functions_belong_to_the_one_around_them() -> None:
    source = b"class A:\n    @property\n    def f(self):\n        def g():\n            return 1\n        return g\n"
    (function,) = functions("m.py", source)
    assert (function.name, function.line) == ("A.f", 2)
    assert {slip.line for slip in slips(function, source) if slip.kind == "lost return"} == {5, 6}


def test_each_slip_changes_the_code_of_a_whole_module() -> None:
    lines = (
        "# é",
        "def f(a, b=1):",
        "    '''1'''",
        "    if a <= (b -",
        "       2) and not b:",
        "        return -a",
        "",
    )
    source = "\r\n".join(lines).encode()
    (function,) = functions("m.py", source)
    found = slips(function, source)
    assert {slip.kind for slip in found} == set(KINDS)
    before = ast.dump(ast.parse(source))
    assert all(ast.dump(ast.parse(slip.injected(source))) != before for slip in found)
