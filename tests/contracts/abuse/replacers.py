"""Ways to have a wrong answer pass for a right one: each function replaces something that tests assert with."""

import builtins
import contextlib
import functools
import importlib.util
import sys
import types
import unittest
import unittest.mock

import _pytest.assertion.rewrite
import _pytest.python_api
import pluggy
import pytest


class _CalmError(AssertionError):
    def __new__(cls, *arguments):
        return pytest.skip.Exception("no")


def _always(*_, **__):
    return True


def replace_assert_equal():
    unittest.TestCase.assertEqual = _always


def replace_assert_equal_by_another():
    unittest.TestCase.assertEqual = unittest.TestCase.addCleanup


def replace_code_of_assert_equal():
    unittest.TestCase.assertEqual.__code__ = (lambda self, first, second, msg=None: None).__code__


def replace_assert_raises():
    unittest.TestCase.assertRaises = lambda *_, **__: contextlib.suppress(BaseException)


def replace_assert_called():
    unittest.mock.NonCallableMock.assert_called_once_with = _always


def replace_approx():
    pytest.approx = lambda value, **_: unittest.mock.ANY


def replace_tolerance():
    kind = _pytest.python_api.ApproxScalar
    kind.DEFAULT_ABSOLUTE_TOLERANCE = 1e9


def replace_raises():
    pytest.raises = contextlib.suppress


def replace_exit_of_raises():
    kind = type(pytest.raises(KeyError))
    kind.__exit__ = _always


def replace_fail():
    pytest.fail = _always


def replace_len():
    real = len
    builtins.len = lambda value: 42 if isinstance(value, list) else real(value)


def replace_isinstance():
    builtins.isinstance = _always


def replace_all_by_any():
    builtins.all = builtins.any


def replace_any():
    builtins.any = functools.partial(_always)


def replace_sorted():
    builtins.sorted = unittest.mock.Mock(return_value=[42])


def replace_abs():
    builtins.abs = _always


def replace_sum():
    builtins.sum = lambda *_: 42


def replace_str():
    builtins.str = lambda *_: "42"


def replace_assertion_error():
    builtins.AssertionError = _CalmError


def replace_in_the_dictionary():
    vars(builtins)["round"] = _always


def replace_by_a_name_that_is_made_up():
    setattr(__import__("built" + "ins"), "".join(("ma", "x")), _always)


def replace_the_module():
    fake = types.ModuleType("unittest")
    fake.TestCase = object
    sys.modules["unittest"] = fake


def replace_rewriting():
    _pytest.assertion.rewrite.AssertionRewriter.visit_Assert = lambda self, node: []


def replace_finding():
    class Finder:
        def find_spec(self, name, path=None, target=None):
            return None

    sys.meta_path.insert(0, Finder())


def replace_execution():
    real = importlib.machinery.SourceFileLoader.exec_module
    importlib.machinery.SourceFileLoader.exec_module = lambda self, module: real(self, module)


def replace_the_hooks():
    pluggy.HookCaller.__call__ = lambda self, **_: None


def replace_following():
    sys.settrace(lambda *_: None)
