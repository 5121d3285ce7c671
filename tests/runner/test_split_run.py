"""Split mode with real jails: what fits is as in one process, what does not says so, and no forger gets through."""

import textwrap

import pytest

from tddbot.domain import Ending, Patch, Run
from tddbot.runner.split import HELD
from tests.runner.tools import Project

FITS = {
    "a call": ("def add(a, b=2): return a + b", "assert m.add(1) == 3 and m.add(b=5, a=1) == 6"),
    "plain data of each kind": (
        "def same(*args, **kwargs): return args, kwargs",
        """
        import datetime as d, decimal, fractions, math
        values = (None, True, 2**200, -1.5, float("inf"), 1j, "é\\ud800", b"\\0", bytearray(b"x"), [1, [2]], (),
                  {(1,): {2}}, frozenset({3}), decimal.Decimal("1E+5"), fractions.Fraction(1, 3), d.date(2020, 1, 2),
                  range(3), slice(1),
                  d.datetime(2020, 1, 2, tzinfo=d.timezone.utc), d.time(1, fold=1), d.timedelta(1, 2, 3), ...)
        got, more = m.same(*values, a=math.nan)
        assert got == values and [type(x) for x in got] == [type(x) for x in values] and math.isnan(more["a"])
        """,
    ),
    "an argument is changed in place": (
        "def sort(x, seen): x.sort(); seen.update(x); x.append(seen); return x",
        "x, s = [2, 1], set()\nassert m.sort(x, s) is x and x == [1, 2, {1, 2}] and x[2] is s",
    ),
    "arguments that are one": (
        "def both(a, b): a.append(1); return a is b",
        "x = []\nassert m.both(x, x) and not m.both(x, []) and x == [1, 1]",
    ),
    "a result that is shared with itself": (
        "def rows(): return [[0]] * 2",
        "r = m.rows()\nr[0][0] = 1\nassert r == [[1], [1]]",
    ),
    "exceptions": (
        """
        class Bad(ValueError):
            "No good."
        class Worse(Bad): pass
        def fail(n):
            try: return [1 / 0, {}["k"], int("x")][n]
            except ZeroDivisionError as error: raise Worse("no", n) from error
        """,
        """
        with pytest.raises(m.Bad, match="no") as caught: m.fail(0)
        assert type(caught.value) is m.Worse and caught.value.args == ("no", 0)
        assert isinstance(caught.value, ValueError) and isinstance(caught.value.__cause__, ZeroDivisionError)
        with pytest.raises(m.Bad): m.fail(0)
        """,
    ),
    "an exception of an operating system": (
        "def f(): raise FileNotFoundError(2, 'No', 'name')",
        "with pytest.raises(FileNotFoundError) as e: m.f()\nassert (e.value.errno, e.value.filename) == (2, 'name')",
    ),
    "the end of a program": ("import sys\ndef f(): sys.exit(3)", "with pytest.raises(SystemExit, match='3'): m.f()"),
    "wrong arguments": ("def f(a): return a", "with pytest.raises(TypeError, match='missing 1'): m.f()"),
    "constants": (
        "LIMIT = 3\nTABLE = {'a': [1]}",
        "assert m.LIMIT == 3 and m.TABLE['a'] == [1] and m.TABLE is m.TABLE",
    ),
    "text that is written": (
        "import sys\ndef say(): print('é'); print('no', file=sys.stderr)",
        "m.say()\nassert capsys.readouterr() == ('é\\n', 'no\\n')",
    ),
    "a warning": (
        "import warnings\ndef old(): warnings.warn('old', DeprecationWarning, stacklevel=2); return 1",
        "with pytest.warns(DeprecationWarning, match='old'): assert m.old() == 1",
    ),
    "what is asked of a function": (
        'def f(a: int, /, b=(1,), *c, d=len, **e) -> str:\n    "Does."',
        "import inspect\nassert m.f.__name__ == 'f' and m.f.__doc__ == 'Does.' and inspect.isfunction(m.f)\n"
        "signature = inspect.signature(m.f)\nassert m.f.__module__ == 'm' and str(signature).startswith('(a: ')\n"
        "assert signature.parameters['b'].default == (1,) and list(signature.parameters) == list('abcde')\nm.f(1)",
    ),
    "a cached function": (
        "import functools\n@functools.lru_cache\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)",
        "assert m.fib(50) == 12586269025 and callable(m.fib)",
    ),
    "a state of its own": ("n = [0]\ndef tick(): n[0] += 1; return n[0]", "assert [m.tick(), m.tick()] == [1, 2]"),
    "a name that is not there": (
        "def f(): pass",
        "assert m.f() is None and not hasattr(m, 'g')\nwith pytest.raises(ImportError): from m import g",
    ),
    "a class that is only imported": ("class C: pass\ndef f(): return 1", "from m import C, f\nassert f() == 1"),
    "every name at once": ("def f(): return _g()\ndef _g(): return 1\nX = 2", "assert f() + X == 3", "from m import *"),
}


UNFIT = {
    "an instance of a class": ("class C: pass\ndef f(): return C()", "m.f()", "type C"),
    "a generator": ("def f(): yield 1\ng = f", "list(m.g())", "type generator"),
    "a function as an argument": ("def f(g): return g()", "m.f(lambda: 1)", "called with an object of type function"),
    "a class that is called": ("class C: pass", "getattr(m, 'C')()", "the class m.C"),
    "a class that is entered": ("class C: pass", "m_C = m.C\nwith m_C: pass", "the class m.C"),
    "data that holds itself": ("def f(x): x.append(x)", "m.f([])", "holds itself"),
    "something set in a module": ("X = 1\ndef f(): return X", "m.X = 2\nassert m.f() == 2", "setting m.X"),
    "a module that is patched": ("X = 1\ndef f(): return X", "monkeypatch.setattr(m, 'X', 2)", "setting m.X"),
    "something else that is patched": (
        "import time\ndef f(): return time.time()",
        "import time\nmonkeypatch.setattr(time, 'time', lambda: 3)\nassert m.f() == 3",
        "MonkeyPatch.setattr",
    ),
    "a mock": (
        "import time\ndef f(): return time.time()",
        "from unittest import mock\nwith mock.patch('time.time', lambda: 3): assert m.f() == 3",
        "unittest.mock",
    ),
    "a state that the tests read": (
        "n = 0\ndef f():\n    global n; n += 1",
        "assert m.n == 0; m.f(); assert m.n == 1",
        "m.n changes",
    ),
    "a constant that the tests change": (
        "X = []\ndef f(): return len(X)",
        "m.X.append(1)\nm.f()",
        "the tests change m.X",
    ),
    "a list that is kept": ("kept = []\ndef f(x): kept.append(x)", "m.f([])", "keeps hold"),
    "a list that is given out": ("kept = []\ndef f(): return kept", "m.f()", "keeps hold"),
    "a file of the tests": (
        "def f(path): return open(path).read()",
        "(tmp_path / 'a').write_text('x')\nassert m.f(str(tmp_path / 'a')) == 'x'",
        "os.mkdir",
    ),
    "a file of the function": (
        "def f():\n    open('/tmp/a', 'w').write('x')",
        "m.f()\nassert open('/tmp/a').read()",
        "writing a file",
    ),
    "the environment": (
        "import os\ndef f(): return os.environ['A']",
        "import os\nos.environ['A'] = '1'\nassert m.f() == '1'",
        "the environment",
    ),
    "random numbers": (
        "import random\ndef f(): return random.random()",
        "import random\nrandom.seed(1)\nm.f()",
        "random",
    ),
    "the log": ("import logging\ndef f(): logging.error('x')", "m.f()", "logging"),
    "standard input": ("def f(): return input()", "m.f()", "standard input"),
    "a process": ("def f(): pass", "import subprocess\nsubprocess.run(['true'])\nm.f()", "subprocess"),
    "a thread": ("def f(): pass", "import threading\nt = threading.Thread(target=m.f)\nt.start()\nt.join()", "thread"),
    "the module's own file": ("def f(): pass", "open(m.__file__).read()\nm.f()", "reading m.py"),
    "a second import": ("def f(): pass", "import importlib\nimportlib.reload(m)", "twice"),
    "an import that fails": ("import virtual\ndef f(): return 1", "m.f()", "importing m by itself"),
    "a shared module's state": (
        "import shared\ndef f(): return shared.table[0]",
        "import shared\nshared.table.append(1)\nassert m.f() == 1",
        "shared",
    ),
    "a foreign exception": (
        "import json\ndef f(): json.loads('x')",
        "with pytest.raises(ValueError): m.f()",
        "json.decoder.JSONDecodeError",
    ),
    "what swallows everything": ("def f(x): return x", "try: m.f(object())\nexcept BaseException: pass", "type object"),
}

FLOOD = """
import os
def f():
    for fd in range(3, 20):
        try: os.write(fd, b'%s' * 100)
        except OSError: pass
"""

FORGERS = {
    "a wrong result": ("def f(): return 2", "assert m.f() == 3"),
    "an equal to anything": (
        "class Always:\n    def __eq__(self, other): return True\ndef f(): return Always()",
        "assert m.f() == 3",
    ),
    "the end of the process": ("import os\ndef f(): os._exit(0)", "m.f()"),
    "the end of the process, swallowed": (
        "import os\ndef f(): os._exit(0)",
        "with pytest.raises(BaseException): m.f()",
    ),
    "nonsense on the channel": (
        FLOOD % "\\0\\0\\0\\1x",
        "with pytest.raises(BaseException): m.f()",
    ),
    "an endless message": (
        FLOOD % "\\xff",
        "with pytest.raises(BaseException): m.f()",
    ),
    "a hang": ("def f():\n    while True: pass", "m.f()"),
}


def written(body: str, *head: str) -> str:
    inner = textwrap.indent(textwrap.dedent(body).strip(), " " * 4)
    fixtures = ", ".join(name for name in ("capsys", "monkeypatch", "tmp_path") if name in body)
    return "\n".join(["import pytest, m", *head, f"def test_it({fixtures}):", inner, ""])


def split_run(project: Project, files: dict[str, str], patch: dict[str, str]) -> Run:
    project.write({"test_m.py": "", **files})
    edits = tuple(project.edit(path, textwrap.dedent(text)) for path, text in patch.items())
    return project.run("test_m.py", patch=Patch(edits), split=True, detail=True, test_seconds=3.0)


@pytest.mark.parametrize("name", FITS)
def test_what_fits_is_as_in_one_process(project: Project, name: str) -> None:
    module, body, *head = FITS[name]
    run = split_run(project, {"test_m.py": written(body, *head)}, {"m.py": module})
    assert (run.ending, run.detail) == (Ending.COMPLETE, "")
    assert not run.reds(), run.results
    assert HELD in run.held


@pytest.mark.parametrize("name", UNFIT)
def test_what_does_not_fit_says_so_and_proves_nothing(project: Project, name: str) -> None:
    module, body, reason = UNFIT[name]
    virtual = "import sys, types; sys.modules['virtual'] = types.ModuleType('virtual')\n"
    others = {"conftest.py": virtual, "shared.py": "table = []\n"}
    run = split_run(project, {"test_m.py": written(body), **others}, {"m.py": module})
    assert run.ending is Ending.INCOMPLETE
    assert run.detail.startswith("unfit for split mode: ")
    assert reason in run.detail
    assert HELD not in run.held


@pytest.mark.parametrize("name", FORGERS)
def test_a_forger_is_refuted(project: Project, name: str) -> None:
    module, body = FORGERS[name]
    run = split_run(project, {"test_m.py": written(body)}, {"m.py": module})
    assert HELD in run.held
    assert run.reds() or run.ending is Ending.INCOMPLETE
