"""Which functions are known to see nothing but what they are given."""

import ast
import textwrap

import pytest

from tddbot.judge.contradictions.state import State, sounds_changing, sounds_setting


def is_free(text: str, name: str = "f", find: "dict[str, tuple[ast.Module, str]] | None" = None) -> bool:
    return State((find or {}).get).is_free((ast.parse(textwrap.dedent(text)), name))


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    return x + 1",
        "RATES = {'a': 1}\ndef f(x):\n    return RATES[x]",
        "RATES = {'a': 1}\ndef f(x):\n    return RATES.get(x, 0)",
        "import math\ndef f(x):\n    return math.sqrt(x)",
        "def g(x):\n    return x\ndef f(x):\n    return g(x)",
        "def f(x):\n    found = []\n    found.append(x)\n    return found",
        "import functools\n@functools.lru_cache(maxsize=None)\ndef f(x):\n    return x",
        "class C:\n    def __init__(self, x):\n        self.x = x\n    def up(self):\n        self.x += 1\n"
        "def f(x):\n    return C(x)",
        "import re\n_WORD = re.compile('a')\ndef f(x):\n    return _WORD.findall(x)",
        "def f(x):\n    return f(x - 1) if x else 0",
        "def f(x):\n    raise ValueError(x)",
    ],
)
def test_what_sees_only_arguments_and_constants_is_free(text: str) -> None:
    assert is_free(text)


@pytest.mark.parametrize(
    "text",
    [
        "N = 0\ndef f():\n    global N\n    N += 1\n    return N",
        "N = 0\ndef set(x):\n    global N\n    N = x\ndef f():\n    return N",
        "SEEN = []\ndef f(x):\n    SEEN.append(x)\n    return len(SEEN)",
        "SEEN = {}\ndef f(x):\n    SEEN[x] = 1\n    return len(SEEN)",
        "SEEN = []\ndef f(x):\n    here = SEEN\n    here.append(x)\n    return len(here)",
        "SEEN = []\ndef g(to, x):\n    to.append(x)\ndef f(x):\n    g(SEEN, x)\n    return len(SEEN)",
        "def f(x, seen=[]):\n    seen.append(x)\n    return seen",
        "def f(x):\n    f.count = 1\n    return x",
        "import time\ndef f(x):\n    return time.time()",
        "import random\ndef f(x):\n    return random.random()",
        "import os\ndef f(x):\n    return os.environ[x]",
        "from datetime import datetime\ndef f(x):\n    return datetime.now()",
        "def f(x):\n    return open(x).read()",
        "import itertools\nN = itertools.count()\ndef f():\n    return next(N)",
        "from somewhere import g\ndef f(x):\n    return g(x)",
        "@decorated\ndef f(x):\n    return x",
        "class C:\n    all = []\n    def __init__(self):\n        self.all.append(self)\ndef f():\n    return C()",
        "class C:\n    n = 0\n    def __init__(self):\n        C.n += 1\ndef f():\n    return C()",
        "class C:\n    n = 0\n    def __init__(self):\n        self.__class__.n += 1\ndef f():\n    return C()",
        "def g():\n    import random\n    return random.random()\ndef f():\n    return g()",
        "if 1:\n    def f(x):\n        return x",
    ],
)
def test_what_may_see_more_is_not(text: str) -> None:
    assert not is_free(text)


def test_other_modules_are_looked_into() -> None:
    good, bad = ast.parse("def g(x):\n    return x"), ast.parse("import os\ndef g(x):\n    return os.getpid()")
    text = "from other import g\ndef f(x):\n    return g(x)"
    assert is_free(text, find={"other.g": (good, "g")})
    assert not is_free(text, find={"other.g": (bad, "g")})


def test_names_speak() -> None:
    assert sounds_changing("shop.next_number")
    assert sounds_changing("shop.rollDice")
    assert not sounds_changing("shop.price")
    assert sounds_changing("shop.Stack.pop")
    assert not sounds_changing("shop.Stack.pop", is_method=True)
    assert sounds_setting("shop.set_rate")
    assert not sounds_setting("shop.area")
