"""What tests demand of a function: they run with assertions rewritten, and the function itself only takes note."""

from __future__ import annotations

import builtins
import gc
import os
import sys
import types
from typing import Any, Dict, Iterator, List, Optional, Tuple

import pytest

from tddbot.runner.guest.lab.asking import module_at
from tddbot.runner.guest.lab.bench import Bench, Task
from tddbot.runner.guest.lab.crew import DONE, At, Ended, Limit, Tell
from tddbot.runner.guest.lab.demands import RECORDER, rewritten
from tddbot.runner.guest.lab.suite import KEEP, TARGET, Suite
from tddbot.runner.guest.lab.values import source

_MOST = 2000
_EQUALS = (
    "assertEqual", "assertEquals", "assertListEqual", "assertDictEqual", "assertTupleEqual", "assertSetEqual",
    "assertSequenceEqual", "assertMultiLineEqual",
)  # fmt: skip
_OTHERS = (
    "assertNotEqual", "assertIn", "assertNotIn", "assertIsInstance", "assertNotIsInstance", "assertIsNot",
    "assertIsNotNone", "assertGreater", "assertGreaterEqual", "assertLess", "assertLessEqual", "assertCountEqual",
    "assertRegex", "assertNotAlmostEqual",
)  # fmt: skip


class Demanding(Task):
    """The task of recording what tests demand of `function` in the file at `path`."""

    def __init__(self, job: Dict[str, Any], suite: Suite) -> None:
        super().__init__(job)
        self._suite = suite
        self._skip = 0
        self._found: List[Dict[str, Any]] = []

    def nodes(self) -> List[str]:
        """All tests."""
        return [*self._suite.nodes[TARGET], *self._suite.nodes[KEEP]]

    def limits(self) -> List[Limit]:
        """Those of the tests."""
        return [*self._suite.limits(TARGET), *self._suite.limits(KEEP)][self._skip :] or [self._suite.limit()]

    def run(self, bench: Bench, tell: Tell, at: At) -> None:
        """Run the tests that are left."""
        recorder = Recorder()
        if not recorder.replace(module_at(os.path.join(bench.root, self.job["path"])), self.job["function"]):
            return
        entries = bench.entries(self.nodes())[self._skip :]
        recorder.rewrite({os.path.abspath(str(item.fspath)) for entry in entries for item in entry.items})
        for number, entry in enumerate(entries):
            at(number)
            for item in entry.items:
                bench.trial.item(item, None)
                for example in recorder.taken():
                    tell({**example, "node": entry.node if "::" in entry.node else item.nodeid})

    def take(self, ended: Ended) -> Optional[Dict[str, Any]]:
        """Take in the demands; of a test that ended the child there are none."""
        self._found += ended.told
        if ended.how != DONE:
            self._skip += ended.step + 1
            if self._skip < len(self.nodes()) and len(self._found) < _MOST:
                return None
        return {"id": self.job["id"], "examples": self._found[:_MOST]}


class UnknownError(Exception):
    """A test does with a result what only the real one could bear."""


class Result:
    """Stands for what a call returns."""

    def __init__(self, arguments: Tuple[str, ...], keywords: Tuple[Tuple[str, str], ...]) -> None:
        self.arguments = arguments
        self.keywords = keywords


def _function(*arguments: Any, **keywords: Any) -> Any:
    return __tddbot_demands__.called(arguments, keywords)  # type: ignore[name-defined]  # noqa: F821


async def _async_function(*arguments: Any, **keywords: Any) -> Any:
    return __tddbot_demands__.called(arguments, keywords)  # type: ignore[name-defined]  # noqa: F821


def _method(_: Any, *arguments: Any, **keywords: Any) -> Any:
    return __tddbot_demands__.called(arguments, keywords)  # type: ignore[name-defined]  # noqa: F821


async def _async_method(_: Any, *arguments: Any, **keywords: Any) -> Any:
    return __tddbot_demands__.called(arguments, keywords)  # type: ignore[name-defined]  # noqa: F821


_COROUTINE = 0x80
_STANDING_IN = {
    (False, False): _function.__code__,
    (False, True): _async_function.__code__,
    (True, False): _method.__code__,
    (True, True): _async_method.__code__,
}
"""What a function is given for its code: by whether it is a method, and whether it is awaited."""


def _unknown(*_: object, **__: object) -> Any:
    raise UnknownError


_OPERATIONS = (
    "eq", "ne", "lt", "le", "gt", "ge", "bool", "len", "iter", "next", "contains", "getitem", "setitem", "call",
    "add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv", "rfloordiv", "mod", "rmod",
    "pow", "rpow", "neg", "pos", "abs", "int", "float", "index", "round", "and", "or", "xor", "enter", "exit", "str",
    "format", "getattr",
)  # fmt: skip
for _name in _OPERATIONS:
    setattr(Result, "__%s__" % _name, _unknown)
Result.__hash__ = object.__hash__  # type: ignore[method-assign]


class Recorder:
    """Takes the place of a function, and takes note of what is demanded of its results."""

    Swallowed = Exception

    def __init__(self) -> None:
        self._examples: List[Dict[str, Any]] = []
        self._last: Optional[Result] = None
        setattr(builtins, RECORDER, self)
        self._teach_unittest()

    def taken(self) -> List[Dict[str, Any]]:
        """Return what was demanded since this was asked last."""
        examples, self._examples = self._examples, []
        return examples

    def replace(self, names: Dict[str, Any], function: str) -> bool:
        """Give the function code that only takes note; return whether there is such a function."""
        first, *more = function.split(".")
        found: Any = names.get(first)
        for part in more:
            found = getattr(found, "__dict__", {}).get(part)
        is_method = bool(more) and type(found) is types.FunctionType
        is_method = is_method or type(found) is classmethod
        found = getattr(found, "__func__", found)
        while hasattr(found, "__wrapped__"):
            found = found.__wrapped__
        if type(found) is not types.FunctionType or found.__code__.co_freevars:
            return False
        is_async = bool(found.__code__.co_flags & _COROUTINE)
        found.__code__ = _STANDING_IN[is_method, is_async]
        found.__defaults__ = found.__kwdefaults__ = None
        return True

    def rewrite(self, paths: "set[str]") -> None:
        """Give all functions of these files of tests code that demands of this recorder."""
        codes = {}
        for path in paths:
            with open(path, "rb") as file:
                codes[path] = rewritten(file.read(), path)
        gc.unfreeze()
        for each in gc.get_objects():
            if type(each) is types.FunctionType:
                code = each.__code__
                known = codes.get(os.path.abspath(code.co_filename), {}).get((code.co_name, code.co_firstlineno))
                if known is not None and known.co_freevars == code.co_freevars:
                    each.__code__ = known

    def called(self, arguments: Tuple[Any, ...], keywords: Dict[str, Any]) -> Result:
        """Take note of a call."""
        self._last = Result(
            tuple(source(value, ordered=True) for value in arguments),
            tuple((name, source(value, ordered=True)) for name, value in keywords.items()),
        )
        return self._last

    def equal(self, line: int, left: Any, right: Any) -> bool:
        """Take note of `left == right`."""
        for result, value in _matched(left, right):
            if _is_approx(value):
                self._note(line, result, "approx", getattr(value, "expected", None))
            else:
                self._note(line, result, "==", value)
        return True

    def same(self, line: int, left: Any, right: Any) -> bool:
        """Take note of `left is right`."""
        for result, value in _matched(left, right):
            self._note(line, result, "is", value)
        return True

    def nearly(self, line: int, left: Any, right: Any, *_: object, **__: object) -> bool:
        """Take note that both are close to each other."""
        for result, value in _matched(left, right):
            self._note(line, result, "approx", value)
        return True

    def true(self, line: int, value: Any) -> bool:
        """Take note of `assert value`."""
        return self._truth(line, value, "true")

    def false(self, line: int, value: Any) -> bool:
        """Take note of `assert not value`."""
        return self._truth(line, value, "false")

    def other(self, _: int, *__: object) -> bool:
        """Whatever else is demanded cannot be told."""
        return True

    def each(self, _: int, *__: object) -> bool:
        """All demands are taken down already."""
        return True

    def raises(self, line: int, function: Any, *arguments: Any, **more: Any) -> Any:
        """Stand for `pytest.raises` and what unittest has for it; any other function is called as it is."""
        name = getattr(function, "__name__", "")
        if not arguments or name not in ("raises", "assertRaises", "assertRaisesRegex"):
            return function(*arguments, **more)
        expecting = _Expecting(self, line, arguments[0])
        action = arguments[2:] if name.endswith("Regex") else arguments[1:]
        if not action or not callable(action[0]):
            return expecting
        more.pop("match", None)
        with expecting:
            action[0](*action[1:], **more)
        return expecting

    def begin(self) -> None:
        """Forget the last call."""
        self._last = None

    def raised(self, line: int, kind: Any) -> None:
        """Take note that the last call is to raise."""
        kind = kind[0] if isinstance(kind, tuple) and kind else kind
        if self._last is not None and isinstance(kind, type):
            self._add(line, self._last, "raises", kind.__name__)

    def _truth(self, line: int, value: Any, relation: str) -> bool:
        if isinstance(value, Result):
            self._add(line, value, relation, "")
        return True

    def _note(self, line: int, result: Result, relation: str, value: Any) -> None:
        text = source(value)
        if text:
            self._add(line, result, relation, text)

    def _add(self, line: int, result: Result, relation: str, expected: str) -> None:
        is_plain = all(result.arguments) and all(text for _, text in result.keywords)
        if is_plain and len(self._examples) < _MOST:
            self._examples.append(
                {
                    "line": line,
                    "arguments": result.arguments,
                    "keywords": result.keywords,
                    "relation": relation,
                    "expected": expected,
                }
            )

    def _teach_unittest(self) -> None:
        """Have the methods of unittest's tests demand of this recorder, where there are such tests."""
        case: Any = getattr(sys.modules.get("unittest"), "TestCase", None)
        if case is None:
            return
        for name in _EQUALS:
            setattr(case, name, lambda _, left, right, *__, **___: self.equal(_line(), left, right))
        for name in _OTHERS:
            setattr(case, name, lambda *_, **__: None)
        case.assertAlmostEqual = lambda _, left, right, *__, **___: self.nearly(_line(), left, right)
        case.assertAlmostEquals = case.assertAlmostEqual
        case.assertIs = lambda _, left, right, *__: self.same(_line(), left, right)
        case.assertIsNone = lambda _, value, *__: self.same(_line(), value, None)
        case.assertTrue = lambda _, value, *__: self.true(_line(), value)
        case.assertFalse = lambda _, value, *__: self.false(_line(), value)


class _Expecting:
    """A context in which the last call of the function is expected to raise."""

    def __init__(self, recorder: Recorder, line: int, kind: Any) -> None:
        self._recorder = recorder
        self._line = line
        self._kind = kind
        self.value = self.exception = self.type = None

    def __enter__(self) -> "_Expecting":
        self._recorder.begin()
        return self

    def __exit__(self, *_: object) -> bool:
        self._recorder.raised(self._line, self._kind)
        return True


def _matched(left: Any, right: Any) -> Iterator[Tuple[Result, Any]]:
    """Yield results with what is compared to them, on either side and within lists, tuples and dicts."""
    if isinstance(left, Result) or isinstance(right, Result):
        result, value = (left, right) if isinstance(left, Result) else (right, left)
        if not isinstance(value, Result):
            yield result, value
    elif type(left) is type(right) and type(left) in (list, tuple) and len(left) == len(right):
        for one, other in zip(left, right):  # noqa: B905  # of one length, and Python 3.8 has no `strict`
            yield from _matched(one, other)
    elif type(left) is type(right) is dict and left.keys() == right.keys():
        for key in left:
            yield from _matched(left[key], right[key])


def _is_approx(value: Any) -> bool:
    return type(value).__module__ == "_pytest.python_api" or isinstance(value, type(pytest.approx(1)).__mro__[1])


def _line() -> int:
    """The line of the test that has called a method of unittest's."""
    return sys._getframe(2).f_lineno
