import ast

import pytest

from tddbot.generator.offline.expressions.stubs import filled, stubs


def after(text, expression="a + b"):
    return filled(text, [(stub, expression) for stub in stubs(text)])


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("def f(a, b):\n    pass\n", "def f(a, b):\n    return a + b\n"),
        ("def f(a, b):\n    ...  # later\n", "def f(a, b):\n    return a + b  # later\n"),
        ("def f(a, b):\n    raise NotImplementedError('é')\n", "def f(a, b):\n    return a + b\n"),
        ("def f(a, b):\n    raise NotImplementedError", "def f(a, b):\n    return a + b"),
        ('def f(a, b):\n    """Add."""\n', 'def f(a, b):\n    """Add."""\n    return a + b\n'),
        ('def f(a, b):\n    """Add."""', 'def f(a, b):\n    """Add."""\n    return a + b\n'),
        ('def f(a, b):\n    """Add."""\n    pass\n', 'def f(a, b):\n    """Add."""\n    return a + b\n'),
        ("def f(a, b):\n    # why\n    pass\n", "def f(a, b):\n    # why\n    return a + b\n"),
        ("def f(a, b):\r\n    pass\r\n", "def f(a, b):\r\n    return a + b\r\n"),
        ("x = '\x0c\u2028'\n\ndef f(a, b):\n    pass\n", "x = '\x0c\u2028'\n\ndef f(a, b):\n    return a + b\n"),
    ],
)
def test_the_body_is_replaced_and_all_else_stays(before, expected):
    assert after(before) == expected


def test_several_functions_are_filled_at_once():
    text = "def f(a, b):\n    pass\n\n\ndef g(a, b):\n    pass\n"
    assert after(text) == text.replace("pass", "return a + b")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('"""Doc."""\n\nimport os\n\n\n', '"""Doc."""\n\nimport math\nimport os\n\n\n'),
        ("from __future__ import annotations\n\n\n", "from __future__ import annotations\nimport math\n\n\n"),
        ('"""Doc."""\n\n\n', '"""Doc."""\n\nimport math\n\n\n'),
        ("", "import math\n\n\n"),
        ("import math\n\n\n", "import math\n\n\n"),
    ],
)
def test_what_the_expression_needs_is_imported(head, expected):
    made = after(f"{head}def f(a, b):\n    pass\n", "math.gcd(a, b)")
    assert made == f"{expected}def f(a, b):\n    return math.gcd(a, b)\n"
    ast.parse(made)


def test_a_function_with_a_body_is_none():
    assert stubs("def f(a):\n    return a\n\n\ndef g(a):\n    raise ValueError\n") == ()
    assert stubs("def f(:\n") == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("class A:\n    def f(self, a):\n        pass\n", "method"),
        ("async def f(a):\n    pass\n", "asynchronous"),
        ("def f(*a):\n    pass\n", "any number"),
        ("def f():\n    pass\n", "no argument"),
        ("def f(a, b, c, d):\n    pass\n", "more than 3"),
        ("@cache\ndef f(a):\n    pass\n", "decorated"),
        ("def f(a): pass\n", "one line"),
    ],
)
def test_what_is_handed_over_says_why(text, reason):
    (stub,) = stubs(text)
    assert reason in stub.unfit
