"""Tests with their assertions rewritten say to a recorder what they demand of a function's results."""

from __future__ import annotations

import builtins
import gc
import os
import sys
import types
from typing import Any, Dict, Iterator, List, Optional, Tuple

import pytest

from tddbot.runner.guest.lab.demands import RECORDER, rewritten
from tddbot.runner.guest.lab.standins import CODES, Result
from tddbot.runner.guest.lab.values import source

MOST = 2000
"""The most demands that are taken down."""

_COROUTINE = 0x80
_EQUALS = (
    "assertEqual", "assertEquals", "assertListEqual", "assertDictEqual", "assertTupleEqual", "assertSetEqual",
    "assertSequenceEqual", "assertMultiLineEqual",
)  # fmt: skip
_OTHERS = (
    "assertNotEqual", "assertIn", "assertNotIn", "assertIsInstance", "assertNotIsInstance", "assertIsNot",
    "assertIsNotNone", "assertGreater", "assertGreaterEqual", "assertLess", "assertLessEqual", "assertCountEqual",
    "assertRegex", "assertNotAlmostEqual",
)  # fmt: skip


class Recorder:
    """Takes the place of a function, and takes note of what is demanded of its results."""

    Swallowed = Exception
    """What a rewritten assertion lets pass, whatever the test has named so itself."""

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
        found.__code__ = CODES[is_method, is_async]
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
        if is_plain and len(self._examples) < MOST:
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
