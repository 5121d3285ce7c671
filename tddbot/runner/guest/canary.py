"""Tests that must fail, run among the real ones through pytest's own machinery: who forges a pass forges theirs, too.

A canary has no part in the session. It is no item of it, asks for no fixture, bears no mark, and hangs below what is
set up already, so that nothing is set up or torn down for it. Of the hooks it meets only those that make a result:
pytest's own few, the guest's, and any whose code lies where a candidate can write. What a project's conftests and
installed plugins do is not done for it.
"""

from __future__ import annotations

import ast
import os
import sys
import types
from typing import Any, Callable, Dict, Generator, Iterator, List, Optional, Sequence

import pytest
from _pytest.assertion.rewrite import rewrite_asserts
from _pytest.fixtures import FuncFixtureInfo

_SOURCE = """
def compare():
    assert found == expected

def fail():
    for works in checks():
        if not works:
            return
    raise ValueError(found)

def checks():
    yield from of_python()
    yield from of_pytest()
    if "unittest" in modules:
        yield from of_unittest(modules["unittest"].TestCase())
    if "unittest.mock" in modules:
        yield fails(AssertionError, modules["unittest.mock"].Mock().assert_called_once_with, found)
    if "numpy.testing" in modules:
        yield fails(AssertionError, modules["numpy.testing"].assert_array_equal, [0], [1])
        yield fails(AssertionError, modules["numpy.testing"].assert_allclose, [0.5], [1.5])

def of_python():
    yield not all((found, 0)) and all((found, 1)) and any((0, 1)) and not any((0,)) and bool(0) is False
    yield isinstance(found, str) and not isinstance(found, int) and not issubclass(str, int) and type(found) is str
    yield len((0, 0)) == 2 and not len(found) == 0 and abs(-1) == 1 and round(1.4) == 1 and not hash(1) == hash(2)
    yield sum((1, 1)) == 2 and max(1, 2) == 2 and min(1, 2) == 1 and sorted((2, 1)) == [1, 2]
    yield list(range(2)) == [0, 1] and list(zip((0,), (1,))) == [(0, 1)] and list(map(abs, (-1,))) == [1]
    yield not set((0,)) == set((1,)) and not dict(a=0) == dict(a=1) and not list((0,)) == list((1,))
    yield not tuple((0,)) == tuple((1,)) and not frozenset((0,)) == frozenset((1,)) and not bytes(1) == bytes(2)
    yield not str(0) == str(1) and not repr(0) == repr(1) and not int("0") == int("1") and not float("0") == float("1")
    yield not hasattr(found, "no") and getattr(found, "no", 1) == 1 and list(enumerate((5,))) == [(0, 5)]
    yield issubclass(AssertionError, Exception) and not issubclass(ValueError, AssertionError)

def of_pytest():
    yield fails(pytest.fail.Exception, pytest.fail, found)
    yield fails(pytest.fail.Exception, raises, KeyError)
    yield fails(IndexError, raises, KeyError, IndexError(found))
    yield fails((AssertionError, pytest.fail.Exception), raises, KeyError, KeyError(found), expected)
    yield fails(pytest.fail.Exception, warns)
    yield not pytest.approx(1.0) == 2.0 and not 2.0 == pytest.approx(1.0) and pytest.approx(1.0) == 1.0
    yield not pytest.approx([1.0]) == [2.0] and not pytest.approx({1: 1.0}) == {1: 2.0}

def raises(kind, error=None, match=None):
    with pytest.raises(kind, match=match):
        if error is not None:
            raise error

def warns():
    with pytest.warns(UserWarning):
        pass

def of_unittest(case):
    for check in (case.assertEqual, case.assertIs, case.assertIn, case.assertGreater, case.assertIsInstance):
        yield fails((AssertionError, TypeError), check, found, int)
    yield fails(AssertionError, case.assertEqual, found, expected) and fails(AssertionError, case.assertEqual, [0], [1])
    yield fails(AssertionError, case.assertEqual, {0: 1}, {0: 2}) and fails(AssertionError, case.assertEqual, {0}, {1})
    yield fails(AssertionError, case.assertNotEqual, 0, 0) and fails(AssertionError, case.assertCountEqual, [0], [1])
    yield fails(AssertionError, case.assertTrue, 0) and fails(AssertionError, case.assertFalse, 1)
    yield fails(AssertionError, case.assertIsNone, 0) and fails(AssertionError, case.assertIsNotNone, None)
    yield fails(AssertionError, case.assertAlmostEqual, 1.0, 2.0) and fails(AssertionError, case.assertLess, 1, 0)
    yield fails(AssertionError, case.assertRaises, KeyError, len, found)
    yield fails(AssertionError, case.assertRegex, found, "no such") and fails(AssertionError, case.fail, found)

def fails(error, check, *arguments):
    try:
        check(*arguments)
    except error:
        return True
    return False

def pass_():
    pass
"""
_HOOKS = (
    "pytest_runtest_protocol", "pytest_runtest_logstart", "pytest_runtest_setup", "pytest_runtest_call",
    "pytest_pyfunc_call", "pytest_runtest_teardown", "pytest_runtest_makereport", "pytest_runtest_logreport",
    "pytest_runtest_logfinish", "pytest_exception_interact",
)  # fmt: skip
_MAKERS = ("runner", "python", "skipping", "unittest")
_PARENTS = ("Session", "Dir", "Directory", "Package", "Module")
_WRITABLE = ("/tmp/", "/var/tmp/", "/dev/", "/home/tddbot/", "/proc/")


def _template() -> Dict[str, Any]:
    """The bodies of the canaries, their assertions rewritten as a user's are.

    The one that raises does so only if what tests assert with works: if it does not, that test passes.
    """
    tree = ast.parse(_SOURCE)
    rewrite_asserts(tree, _SOURCE.encode())
    space: Dict[str, Any] = {"pytest": pytest, "modules": sys.modules}
    exec(compile(tree, os.path.abspath(__file__), "exec"), space)
    return space


_TEMPLATE = _template()


class Canary(pytest.Function):
    """A test of nobody's: `hooks` are those that it meets."""

    hooks: Any = None
    shown = ""

    @property
    def nodeid(self) -> str:  # type: ignore[override, unused-ignore]
        """The name that it is reported under: one next to those of real tests, wherever it hangs."""
        return self.shown

    @property
    def ihook(self) -> Any:
        """What pytest asks for the hooks of one test."""
        return self.hooks

    def repr_failure(self, excinfo: Any, *_: object, **__: object) -> Any:
        """Nobody will read it."""
        return excinfo.getrepr(style="line", tbfilter=False)

    _repr_failure_py = repr_failure

    def iter_markers_with_node(self, *_: object, **__: object) -> Iterator[Any]:
        """No mark of a module is meant for it."""
        return iter(())


class Canaries:
    """The plugin that runs the canaries that the parent planned: `name`, `nonce`, `kind` and `place` (1: at the end).

    `others` are the guest's own plugins. Where a hook chokes on a canary, the parent misses its report.
    """

    def __init__(self, planned: Sequence[Dict[str, Any]], root: str, others: Sequence[object]) -> None:
        self._waiting = sorted(planned, key=_place)
        self._root = root + "/"
        self._own = [self, *others]
        self._number = 0
        self._last: Any = None

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: Any) -> Generator[None, None, None]:
        """Before a real test, run the canaries whose place is here, or was where none could be."""
        if not isinstance(item, Canary):
            share = self._number / max(1, len(item.session.items))
            while self._waiting and _place(self._waiting[0]) <= share and self._run_one(item, item):
                pass
            self._number += 1
            self._last = item
        yield

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, Any, None]:
        """After the last test, run the rest."""
        outcome = yield
        while self._waiting and self._last is not None and outcome.excinfo is None and self._run_one(self._last, None):
            pass

    def _run_one(self, near: Any, following: Any) -> bool:
        """Run the canary that is first in line; return whether it could be here."""
        session = near.session
        parent = _standing(session)
        if parent is None or getattr(near.config.option, "setuponly", False):
            return False
        planned = self._waiting.pop(0)
        try:
            self._meet(_canary(planned, parent, near), following)
        except Exception:  # somebody's hook cannot take it, which is no reason to end the user's run
            _forget(session)
        return True

    def _meet(self, canary: Canary, following: Any) -> None:
        manager = canary.config.pluginmanager
        uninvolved = self._uninvolved(manager)
        canary.hooks = _Hooks(lambda name: manager.subset_hook_caller(name, remove_plugins=uninvolved))
        canary.hooks.pytest_runtest_protocol(item=canary, nextitem=following)

    def _uninvolved(self, manager: Any) -> List[object]:
        """The plugins that have no part in making a result and are none of a candidate's."""
        makers = [*self._own, *(manager.get_plugin(name) for name in _MAKERS)]
        trusted: Dict[int, bool] = {}
        found: Dict[int, object] = {}
        for name in _HOOKS:
            for hook in getattr(manager.hook, name).get_hookimpls():
                number = id(hook.plugin)
                found[number] = hook.plugin
                trusted[number] = trusted.get(number, True) and self._is_trusted(hook.function)
        is_maker = {id(maker) for maker in makers}
        return [plugin for number, plugin in found.items() if trusted[number] and number not in is_maker]

    def _is_trusted(self, function: Any) -> bool:
        """Whether a hook's code lies where no candidate can write: an installed plugin's, a conftest's or a test's."""
        code = getattr(getattr(function, "__func__", function), "__code__", None)
        path = str(getattr(code, "co_filename", ""))
        if "/site-packages/" in path or "/dist-packages/" in path:
            return True
        if path.startswith(self._root):
            parts = path[len(self._root) :].split("/")
            return parts[-1] == "conftest.py" or not {"test", "tests"}.isdisjoint(parts[:-1])
        return os.path.isabs(path) and not path.startswith(_WRITABLE)


class _Hooks:
    """Stands for pytest's `ihook`: gives each hook as `caller` makes it, once."""

    def __init__(self, caller: Callable[[str], Any]) -> None:
        self._caller = caller

    def __getattr__(self, name: str) -> Any:
        self.__dict__[name] = caller = self._caller(name)
        return caller


def _place(planned: Dict[str, Any]) -> float:
    return float(planned["place"])


def _standing(session: Any) -> Optional[Any]:
    """The innermost collector that is set up, or the session; None where nothing can hang below it."""
    stack = session._setupstate.stack
    for node in stack:
        state = stack[node] if isinstance(stack, dict) else (None, getattr(node, "_prepare_exc", None))
        if type(node).__name__ not in _PARENTS or state[1]:
            return None
    return list(stack)[-1] if stack else session


def _canary(planned: Dict[str, Any], parent: Any, near: Any) -> Canary:
    """Return a test with a name next to that of `near`, which fails in the way that was planned."""
    name, kind = planned["name"], planned["kind"]
    template = _TEMPLATE[{"compare": "compare", "raise": "fail", "setup": "pass_"}[kind]]
    space: Dict[str, Any] = {"found": planned["nonce"], "expected": planned["other"]}
    for key, value in _TEMPLATE.items():
        is_own = isinstance(value, types.FunctionType)
        space[key] = types.FunctionType(value.__code__, space, key, value.__defaults__) if is_own else value
    body = types.FunctionType(template.__code__.replace(co_name=name), space, name)
    nothing = FuncFixtureInfo(argnames=(), initialnames=(), names_closure=[], name2fixturedefs={})
    canary: Canary = Canary.from_parent(parent, name=name, callobj=body, fixtureinfo=nothing)
    canary.shown = near.nodeid.partition("::")[0] + "::" + name
    if kind == "setup":
        canary.setup = space["fail"]  # type: ignore[method-assign]
    return canary


def _forget(session: Any) -> None:
    """Take what is left of a canary from what is set up."""
    stack = session._setupstate.stack
    for node in [node for node in stack if isinstance(node, Canary)]:
        stack.pop(node) if isinstance(stack, dict) else stack.remove(node)
