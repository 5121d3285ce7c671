"""Which functions of a module an expression may call."""

import pytest

from tddbot.generator.offline.expressions.pure import Pure, pure


def names(text):
    return [each.name for each in pure(text)]


def test_plain_functions_of_one_or_two_parameters_are_told_with_their_place():
    text = "def one(a):\n    return a\n\n\ndef two(a, b):\n    return a + b\n"
    assert pure(text) == (Pure("one", 1, 1), Pure("two", 2, 5))


@pytest.mark.parametrize(
    "text",
    [
        "import re\n_WORD = re.compile('a')\ndef f(a):\n    return _WORD.sub('', a)\n",
        "from math import pi as PI\ndef f(a):\n    return PI * a\n",
        "def f(a):\n    found = []\n    for x in a:\n        found.append(x)\n    return found\n",
        "def f(a):\n    counts = {}\n    for x in a:\n        counts[x] = counts.get(x, 0) + 1\n    return counts\n",
        "def f(a):\n    if a < 0:\n        raise ValueError(a)\n    return sorted(x for x in range(a))\n",
        "def f(a):\n    return 1 if a < 2 else a * f(a - 1)\n",
    ],
)
def test_what_only_works_on_what_it_is_given_or_has_made_is_pure(text):
    assert names(text) == ["f"]


@pytest.mark.parametrize(
    "text",
    [
        "def f(a):\n    raise NotImplementedError\n",
        "def f():\n    return 1\n",
        "def f(a, b, c):\n    return a\n",
        "def f(a, *b):\n    return a\n",
        "def f(a, *, b):\n    return a\n",
        "def f(a, b=2):\n    return a\n",
        "async def f(a):\n    return a\n",
        "import functools\n@functools.cache\ndef f(a):\n    return a\n",
        "def f(a):\n    yield a\n",
        "def f(a):\n    print(a)\n    return a\n",
        "def f(a):\n    return open(a).read()\n",
        "def f(a):\n    with a:\n        return 1\n",
        "import os\ndef f(a):\n    return os.getcwd() + a\n",
        "import shop\ndef f(a):\n    return shop.price(a)\n",
        "from random import randint\ndef f(a):\n    return randint(0, a)\n",
        "from shop import *\ndef f(a):\n    return price(a)\n",
        "def f(a):\n    import os\n    return os.sep + a\n",
        "count = 0\ndef f(a):\n    global count\n    count += 1\n    return count\n",
        "count = 0\ndef g():\n    global count\n    count += 1\ndef f(a):\n    return a + count\n",
        "seen = []\ndef f(a):\n    seen.append(a)\n    return seen\n",
        "seen = {}\ndef f(a):\n    seen[a] = 1\n    return a\n",
        "def f(a):\n    a.price = 1\n    return a\n",
        "def f(a):\n    f.last = a\n    return a\n",
        "class Box:\n    pass\ndef f(a):\n    return Box()\n",
        "def f(a):\n    return ().__class__\n",
        "def f(a):\n    return a\ndef f(a):\n    return a + 1\n",
        "def len(a):\n    return a\n",
        "def f(a:\n",
    ],
)
def test_what_reaches_out_or_takes_something_else_is_not(text):
    assert names(text) == []


def test_what_calls_what_is_not_pure_is_not_either():
    text = "def g(a):\n    print(a)\ndef h(a):\n    return g(a)\ndef f(a):\n    return h(a)\ndef e(a):\n    return a\n"
    assert names(text) == ["e"]
    assert names("def g(a):\n    ...\n\ndef f(a):\n    return g(a)\n") == []
    assert names("def g(a):\n    return a and f(a)\n\ndef f(a):\n    return a and g(a)\n") == ["g", "f"]
