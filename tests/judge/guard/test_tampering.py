"""4xx: changes to what judges, in many spellings, and honest code beside them."""

import pytest

from tests.judge.guard.looks import codes


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("import math\nmath.isclose = print\n", "TDB401"),
        ("import math as m\nsetattr(m, 'isclose', print)\n", "TDB401"),
        ("import math\nvars(math)['isclose'] = print\n", "TDB401"),
        ("import math\nmath.__dict__.update(isclose=print)\n", "TDB401"),
        ("import datetime\ndatetime.datetime = print\n", "TDB401"),
        ("import sys\nsys.excepthook = print\n", "TDB401"),
        ("import json\ndel json.loads\n", "TDB401"),
        ("import requests\nrequests.get = print\n", "TDB401"),
        ("from decimal import Decimal\nDecimal.__eq__ = lambda a, b: 1 < 2\n", "TDB401"),
        ("import builtins\nbuiltins.len = print\n", "TDB402"),
        ("__builtins__['len'] = print\n", "TDB402"),
        ("globals()['__builtins__']['len'] = print\n", "TDB402"),
        ("import builtins\nsetattr(builtins, 'AssertionError', ValueError)\n", "TDB402"),
        ("import sys\nsys.modules['json'] = 1\n", "TDB403"),
        ("import sys\nsys.modules.update(json=1)\n", "TDB403"),
        ("import sys\nsys.meta_path.insert(0, 1)\n", "TDB403"),
        ("import sys\nsys.path.insert(0, 'x')\n", "TDB403"),
        ("import sys\nsys.path[:] = []\n", "TDB403"),
        ("import sys\nmods = sys.modules\nmods['json'] = 1\n", "TDB403"),
        ("def pytest_collection_modifyitems(items):\n    items.clear()\n", "TDB404"),
        ("def f():\n    __tracebackhide__ = True\n", "TDB404"),
        ("pytest_plugins = ['x']\n", "TDB404"),
        ("import unittest\ndef f():\n    raise unittest.SkipTest('x')\n", "TDB405"),
        ("def f():\n    raise KeyboardInterrupt\n", "TDB405"),
        ("def f():\n    raise GeneratorExit()\n", "TDB405"),
    ],
)
def test_what_is_not_its_own_is_not_changed(source, code):
    assert code in codes(source)


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ['A'] = 'b'\n",
        "import sys\ndef f(stream):\n    sys.stdout = stream\n",
        "class A:\n    pass\nA.x = 1\n",
        "from .colors import table\ntable.default = 1\n",
        "import logging\nlog = logging.getLogger(__name__)\nlog.level = 3\n",
        "import decimal\ndecimal.getcontext().prec = 9\n",
        "import functools\ndef d(f):\n    @functools.wraps(f)\n    def g():\n        return f()\n    g.calls = 1\n"
        "    return g\n",
        "def f(items):\n    items.update(a=1)\n",
        "def main():\n    import sys\n    sys.path.append('plugins')\n",
    ],
)
def test_what_is_its_own_or_there_to_be_set_may_be(source):
    assert codes(source) == set()


@pytest.mark.parametrize(
    "body",
    [
        "    def __eq__(self, other):\n        return True\n",
        "    def __eq__(self, other):\n        return not False\n",
        "    def __eq__(self, other):\n        return 1 == 1\n",
        "    def __eq__(self, other):\n        return other == other\n",
        "    def __eq__(self, other):\n        return isinstance(other, object)\n",
        "    def __eq__(self, other):\n        return self.x == other or True\n",
        "    def __eq__(self, other):\n        if other:\n            return True\n        return True\n",
        "    def __eq__(self, other):\n        return self.is_same()\n",
        "    def __eq__(self, other):\n        return other is not None\n",
        "    def __eq__(self, other):\n        try:\n            return self.x == other.x\n"
        "        except Exception:\n            return True\n",
        "    __eq__ = lambda self, other: True\n",
        "    def _yes(self, other):\n        return True\n    __eq__ = _yes\n",
        "    def __ne__(self, other):\n        return False\n",
        "    def __lt__(self, other):\n        return True\n",
        "    def __contains__(self, item):\n        return True\n",
        "    def __instancecheck__(self, item):\n        return True\n",
    ],
)
def test_a_comparison_that_agrees_by_itself_is_refused(body):
    assert "TDB406" in codes(f"class A:\n{body}")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("A = type('A', (), {'__eq__': lambda self, other: True})\n", "TDB406"),
        ("class A:\n    pass\nA.__eq__ = lambda self, other: True\n", "TDB406"),
        ("class A:\n    pass\nsetattr(A, '__eq' + '__', lambda self, other: True)\n", "TDB406"),
        ("class A:\n    __class__ = property(lambda self: int)\n", "TDB407"),
        ("class A(str):\n    def __eq__(self, other):\n        return self.lower() == other.lower()\n", "TDB408"),
        ("class A(list):\n    def __eq__(self, other):\n        return len(self) == len(other)\n", "TDB507"),
    ],
)
def test_comparisons_that_come_by_another_way(source, code):
    assert code in codes(source)


@pytest.mark.parametrize(
    "body",
    [
        "    def __eq__(self, other):\n        return self.x == other.x\n",
        "    def __eq__(self, other):\n        if not isinstance(other, A):\n            return NotImplemented\n"
        "        return self.x == other.x\n",
        "    def __eq__(self, other):\n        return self is other\n",
        "    def __eq__(self, other):\n        return type(self) is type(other)\n",
        "    def __eq__(self, other):\n        return NotImplemented\n",
        "    def __lt__(self, other):\n        return False\n    def __gt__(self, other):\n        return True\n",
        "    def __bool__(self):\n        return False\n",
        "    def __hash__(self):\n        return hash(self.x)\n",
        "    def __contains__(self, item):\n        return item in self.items\n",
    ],
)
def test_an_honest_comparison_may_stand(body):
    assert codes(f"class A:\n{body}") == set()


@pytest.mark.parametrize(
    "source",
    [
        "from contextlib import contextmanager\n@contextmanager\ndef f():\n    try:\n        yield\n"
        "    except BaseException:\n        pass\n",
        "import contextlib\n@contextlib.contextmanager\ndef f():\n    try:\n        yield\n    except Exception:\n"
        "        print(1)\n",
        "class A:\n    def __exit__(self, *given):\n        return True\n",
        "class A:\n    def __exit__(self, kind, error, tb):\n        return kind is AssertionError\n",
        "def f(g):\n    try:\n        return g()\n    finally:\n        return 1\n",
        "import contextlib\ndef f(g):\n    with contextlib.suppress(AssertionError):\n        g()\n",
        "from contextlib import suppress as quiet\ndef f(g):\n    with quiet(BaseException):\n        g()\n",
        "def f(g):\n    try:\n        g()\n    except AssertionError:\n        return None\n",
        "def f(g):\n    def inner():\n        try:\n            g()\n        except:\n            pass\n"
        "    return inner\n",
        "def emit(handlers):\n    for handler in handlers:\n        try:\n            handler(1)\n"
        "        except Exception:\n            pass\n",
    ],
)
def test_failed_assertions_are_not_swallowed(source):
    assert "TDB409" in codes(source)


@pytest.mark.parametrize(
    "source",
    [
        "def f(text):\n    try:\n        return int(text)\n    except Exception:\n        return 0\n",
        "def f(path):\n    try:\n        import json\n    except ImportError:\n        json = None\n    return json\n",
        "def f(g):\n    try:\n        g()\n    except BaseException:\n        print('cleaning')\n        raise\n",
        "def f(handlers, log):\n    for handler in handlers:\n        try:\n            handler()\n"
        "        except Exception:\n            log.exception('x')\n",
        "from contextlib import contextmanager\n@contextmanager\ndef f(path):\n    handle = open(path)\n    try:\n"
        "        yield handle\n    finally:\n        handle.close()\n",
        "class A:\n    def __exit__(self, kind, error, tb):\n        self.close()\n        return False\n",
        "class A:\n    def __exit__(self, kind, error, tb):\n"
        "        return kind is not None and issubclass(kind, self.kinds)\n",
        "import contextlib\ndef f(d):\n    with contextlib.suppress(KeyError):\n        del d[1]\n",
        "def f(items):\n    for item in items:\n        try:\n            item.close()\n        except OSError:\n"
        "            continue\n",
    ],
)
def test_honest_handlers_may_stand(source):
    assert codes(source) == set()


_RECORD = """\
from dataclasses import dataclass, field

@dataclass
class Money:
    cents: int = field({0})
    name: str = field({1})
"""


@pytest.mark.parametrize(
    ("fields", "is_seen"),
    [
        (("compare=False", "compare=False"), True),
        (("eq=False", "eq=not True"), True),
        (("default=0, compare=False", ""), False),
        (("compare=True", "compare=True"), False),
        (("", ""), False),
    ],
)
def test_a_record_of_which_no_field_is_compared_agrees_always(fields, is_seen):
    assert ("TDB406" in codes(_RECORD.format(*fields))) is is_seen


def test_a_record_may_compare_in_its_own_way():
    own = "    def __eq__(self, other):\n        return self.cents == other.cents\n"
    assert not codes(_RECORD.format("compare=False", "compare=False") + own)
