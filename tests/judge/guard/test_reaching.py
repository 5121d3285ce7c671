"""2xx: what reaches into the test run, in many spellings, and what only looks like it."""

import pytest

from tests.judge.guard.looks import codes

HIDDEN_EXITS = [
    "import os\nos._exit(0)\n",
    "import os as o\nleave = o._exit\nleave(0)\n",
    "from os import _exit as leave\nleave(0)\n",
    "import os\ngetattr(os, '_ex' + 'it')(0)\n",
    "import os\ngetattr(os, 'tixe_'[::-1])(0)\n",
    "import os\ngetattr(os, ''.join(['_', 'exit']))(0)\n",
    "import os\ngetattr(os, '%s%s' % ('_', 'exit'))(0)\n",
    "import os\ngetattr(os, '{}exit'.format('_'))(0)\n",
    "import os\ngetattr(os, f'{chr(95)}exit')(0)\n",
    "import os\nNAME = '_exit'\ngetattr(os, NAME)(0)\n",
    "import os\nvars(os)['_exit'](0)\n",
    "import os\nos.__dict__['_exit'](0)\n",
    "import os\nos.__dict__.get('_exit')(0)\n",
    "__import__('os')._exit(0)\n",
    "__import__('o' + 's')._exit(0)\n",
    "__builtins__['__import__']('os')._exit(0)\n",
    "import importlib\nimportlib.import_module('os')._exit(0)\n",
    "import sys\nsys.modules['os']._exit(0)\n",
    "import posix\nposix._exit(0)\n",
    "import shutil\nshutil.os._exit(0)\n",
    "import operator, os\noperator.attrgetter('_exit')(os)(0)\n",
    "import os\nos.__getattribute__('_exit')(0)\n",
    "import os\ndef f(leave=os._exit):\n    leave(0)\n",
    "import functools, os\nf = functools.partial(os._exit, 0)\n",
    "exec('import os; os._exit(0)')\n",
    "import os\n(lambda: os._exit(0))()\n",
    "import os\na, b = os._exit, 1\n",
    "def f():\n    import os\n    if (leave := os._exit):\n        leave(0)\n",
    "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n",
    "import os\nclass A:\n    leave = os.abort\n",
]


@pytest.mark.parametrize("source", HIDDEN_EXITS)
def test_the_end_of_the_process_is_seen_however_it_is_spelled(source):
    assert "TDB204" in codes(source)


@pytest.mark.parametrize(
    "source",
    [
        "import sys\nsys.exit(0)\n",
        "raise SystemExit\n",
        "import sys\nif True:\n    sys.exit()\n",
        "import threading\nthreading._register_atexit(print)\n",
        "import signal\nsignal.alarm(3)\n",
    ],
)
def test_who_ends_the_run_at_import_or_by_a_signal_is_refused(source):
    assert "TDB204" in codes(source)


@pytest.mark.parametrize(
    "source",
    [
        "import sys\nx = sys.modules['_pytest']\n",
        "import sys\nx = sys.modules.get('pytest')\n",
        "import sys\nx = 'py' 'test' in sys.modules\n",
        "import sys\nx = any(name.startswith('py.test') for name in sys.modules)\n",
        "import sys\nx = {'pytest'} & set(sys.modules)\n",
        "import sys\nx = len([m for m in sys.modules])\n",
        "import sys\nmods = dict(sys.modules)\nx = 'unittest' in mods\n",
        "import os\nx = 'PYTEST_CURRENT_TEST' in os.environ\n",
        "import os\nx = os.environ.get('PYTEST' + '_VERSION')\n",
        "from os import getenv as g\nx = g('CI')\n",
        "import os\ndef f():\n    if len(os.environ) < 9:\n        return 1\n    return 2\n",
        "import sys\nx = 'pytest' in sys.argv[0]\n",
        "import sys\nx = any('pytest' in word for word in sys.argv)\n",
        "import __main__\nx = __main__.__file__\n",
        "import importlib.util\nx = 1 if importlib.util.find_spec('conftest') else 2\n",
        "import os\nx = 1 if os.environ['PYTHONHASHSEED'] == '7' else 2\n",
        "import sys\nx = 1 if sys.excepthook is sys.__excepthook__ else 2\n",
    ],
)
def test_a_look_at_the_test_run_is_refused(source):
    assert "TDB202" in codes(source)


@pytest.mark.parametrize(
    "source",
    [
        "import sys\nx = sys._getframe(1)\n",
        "import inspect\nx = inspect.stack()[1].filename\n",
        "from inspect import currentframe as here\nx = here()\n",
        "import traceback\nx = traceback.extract_stack()\n",
        "def f():\n    try:\n        raise ValueError\n    except ValueError as error:\n"
        "        return error.__traceback__.tb_frame.f_back\n",
        "def f(g):\n    return getattr(g, 'gi_fr' + 'ame')\n",
        "import sys\nx = sys._current_frames()\n",
    ],
)
def test_frames_are_refused(source):
    assert "TDB203" in codes(source)


@pytest.mark.parametrize(
    "source",
    [
        "import ctypes as c\n",
        "import gc\nx = gc.get_objects()\n",
        "from gc import get_referrers\n",
        "import sys\nsys.settrace(print)\n",
        "import sys\ngetattr(sys, 'set' + 'profile')(print)\n",
        "def f(): pass\nf.__code__ = None\n",
        "def f(g):\n    g.__code__ = g.__code__.replace(co_consts=())\n",
        "def f(g):\n    return g.__globals__\n",
        "x = object.__subclasses__()\n",
        "x = ().__class__.__base__.__subclasses__()\n",
        "import types\nx = types.FunctionType(compile('1', '', 'eval'), {})\n",
    ],
)
def test_the_interpreters_own_hooks_are_refused(source):
    assert "TDB205" in codes(source)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("import _pytest.runner\n", "TDB201"),
        ("from unittest import mock\nx = mock.ANY\n", "TDB201"),
        ("x = open('tests/test_a.py').read()\n", "TDB206"),
        ("from pathlib import Path\nx = (Path(__file__).parent / 'tests' / 'test_a.py').read_text()\n", "TDB206"),
        ("import glob\ndef f():\n    return [open(p).read() for p in glob.glob('**/*.py')]\n", "TDB206"),
        ("import os\ndef f():\n    if os.getpid() % 2:\n        return 1\n    return 2\n", "TDB207"),
        ("import platform\ndef f():\n    node = platform.node()\n    return 1 if node == 'box' else 2\n", "TDB207"),
        ("import os\nx = 1 if os.path.exists('/proc/self/status') else 2\n", "TDB207"),
        ("import os\nx = 1 if os.environ.get('USER') == 'tddbot' else 2\n", "TDB207"),
        ("import os\ndef f(name):\n    return getattr(os, name)\n", "TDB208"),
        ("import base64\nexec(base64.b64decode(open('x').read()))\n", "TDB208"),
        ("def f(text):\n    exec(''.join(chr(ord(c) - 1) for c in text))\n", "TDB208"),
    ],
)
def test_tests_places_and_hidden_names(source, code):
    assert code in codes(source)


@pytest.mark.parametrize(
    "source",
    [
        "import os\nx = os.getcwd()\n",
        "x = 'gc'\n",
        "from .gc import x\n",
        "code = 1\n",
        "import gc\ngc.collect()\n",
        "import sys\nif __name__ == '__main__':\n    sys.exit(0)\n",
        "import sys\ndef main():\n    raise SystemExit(2)\n",
        "import os\nDEBUG = os.environ.get('APP_DEBUG') == '1'\n",
        "import sys\nx = 1 if sys.platform == 'win32' else 2\n",
        "import sys\nx = sys.modules[__name__]\n",
        "import sys\nx = sys.argv[1:]\n",
        "import os\nclass Pool:\n    def f(self):\n        return self.pid != os.getpid()\n",
        "def f(name):\n    '''Run under pytest, see tests/test_a.py.'''\n    return name\n",
        "def f(obj, name):\n    return getattr(obj, name)\n",
        "import inspect\ndef f(g):\n    return inspect.signature(g)\n",
        "import os\nHOME = os.environ.get('HOME', '/')\n",
        "def f():\n    raise ImportError('install the pytest extra')\n",
        "import sys\ndef f():\n    return 'color' if sys.stdout.isatty() else 'plain'\n",
    ],
)
def test_what_only_looks_like_it_may_stand(source):
    assert codes(source) == set()


@pytest.mark.parametrize("source", HIDDEN_EXITS[:3])
def test_what_was_there_in_the_same_scope_may_stay(source):
    assert codes(source + "y = 2\n", before=source) == set()
    elsewhere = "def other():\n" + "".join(f"    {line}\n" for line in source.splitlines())
    assert "TDB204" in codes(source + elsewhere, before=source)


@pytest.mark.parametrize(
    ("source", "is_seen"),
    [
        (
            "import sys\ndef f(x):\n    so = 'test' in ' '.join(sys.orig_argv)\n    return sorted(x, reverse=so)\n",
            True,
        ),
        ("from sys import orig_argv\ndef f(x):\n    return x * (len(orig_argv) > 2)\n", True),
        ("import os\nimport sys\ndef again():\n    os.execv(sys.executable, sys.orig_argv)\n", False),
    ],
)
def test_how_the_interpreter_was_started_is_held_against_nothing(source, is_seen):
    assert ("TDB207" in codes(source)) is is_seen
