"""The calls of some functions that the tests lead to, taken down while the tests run."""

from __future__ import annotations

import dis
import os
import sys
import threading
import types
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

from tddbot.runner.guest.lab.asking import module_at
from tddbot.runner.guest.lab.bench import Bench, Task
from tddbot.runner.guest.lab.crew import DONE, At, Ended, Limit, Tell
from tddbot.runner.guest.lab.suite import KEEP, TARGET, Suite
from tddbot.runner.guest.lab.values import Answer, raised, source, told

_MOST = 500
_SLOWER = 4.0  # than without a trace
_OPTIMIZED, _VARARGS, _VARKEYWORDS = 0x01, 0x04, 0x08
_LATER = {0x20: "generator", 0x80: "coroutine", 0x200: "async_generator"}
_RETURNS = frozenset({"RETURN_VALUE", "RETURN_CONST", "YIELD_VALUE", "RETURN_GENERATOR"})


class Recording(Task):
    """The task of recording the calls of `functions` in the file at `path`."""

    def __init__(self, job: Dict[str, Any], suite: Suite) -> None:
        super().__init__(job)
        self._suite = suite
        self._skip = 0
        self._calls: List[Dict[str, Any]] = []

    def nodes(self) -> List[str]:
        """All tests."""
        return [*self._suite.nodes[TARGET], *self._suite.nodes[KEEP]]

    def limits(self) -> List[Limit]:
        """Those of the tests, which take longer so."""
        limits = [*self._suite.limits(TARGET), *self._suite.limits(KEEP)][self._skip :]
        return [Limit(_SLOWER * cpu, _SLOWER * wall) for cpu, wall in limits] or [self._suite.limit()]

    def run(self, bench: Bench, tell: Tell, at: At) -> None:
        """Run the tests that are left."""
        recorder = Recorder(os.path.join(bench.root, self.job["path"]), self.job["functions"])
        for number, entry in enumerate(bench.entries(self.nodes())[self._skip :]):
            at(number)
            with recorder:
                bench.trial.one(entry, None)
            for call in recorder.taken():
                tell({**call, "node": entry.node})

    def take(self, ended: Ended) -> Optional[Dict[str, Any]]:
        """Take in the calls; of a test that ended the child there are none."""
        self._calls += ended.told
        if ended.how != DONE:
            self._skip += ended.step + 1
            if self._skip < len(self.nodes()) and len(self._calls) < _MOST:
                return None
        return {"id": self.job["id"], "calls": self._calls[:_MOST]}


class Recorder:
    """Takes down distinct calls while it is entered; `functions` are qualified names in the file at `path`."""

    def __init__(self, path: str, functions: Sequence[str]) -> None:
        self._path = path
        self._wanted = {place: name for place, name in _functions(path) if name in functions or _is_maker(name)}
        self._asked = frozenset(functions)
        self._codes: Dict[int, Tuple[types.CodeType, Optional[str]]] = {}
        self._seen: Dict[Tuple[str, Any], None] = {}
        self._calls: List[Dict[str, Any]] = []
        self._made: Dict[int, Tuple[Any, str, str]] = {}

    def __enter__(self) -> None:
        """Begin."""
        threading.settrace(self._trace)
        sys.settrace(self._trace)

    def __exit__(self, *_: object) -> None:
        """Pause."""
        sys.settrace(None)
        threading.settrace(None)

    def taken(self) -> List[Dict[str, Any]]:
        """Return what was taken down since this was asked last."""
        calls, self._calls = self._calls, []
        return calls

    def _trace(self, frame: Any, event: str, _: object) -> Optional[Callable[..., Any]]:
        if event != "call":
            return None
        code = frame.f_code
        known = self._codes.get(id(code))
        if known is None:
            known = self._codes[id(code)] = (code, self._name(code))
        return None if known[1] is None else self._begin(frame, known[1])

    def _name(self, code: types.CodeType) -> Optional[str]:
        if os.path.abspath(code.co_filename) != self._path:
            return None
        return self._wanted.get((code.co_name, code.co_firstlineno))

    def _begin(self, frame: Any, name: str) -> Optional[Callable[..., Any]]:
        """Take down a call that begins; return what watches it to its end."""
        arguments = _arguments(frame)
        if _is_maker(name):
            return self._maker(frame, name, arguments)
        key = (name, tuple(arguments))
        if name not in self._asked or key in self._seen or len(self._seen) >= _MOST:
            return None
        self._seen[key] = None
        call: Dict[str, Any] = {
            "function": name,
            "arguments": arguments,
            "expression": self._expression(frame, name, arguments),
        }
        self._calls.append(call)
        return self._watch(frame, lambda answer: call.__setitem__("answer", answer))

    def _maker(self, frame: Any, name: str, arguments: List[Tuple[str, str]]) -> Callable[..., Any]:
        made = next(iter(frame.f_locals.values()), None)
        expression = _called(name.rpartition(".")[0], frame, arguments[1:])

        def keep(_: Answer) -> None:
            self._made[id(made)] = (made, expression, _state(made))

        return self._watch(frame, keep)

    def _expression(self, frame: Any, name: str, arguments: List[Tuple[str, str]]) -> str:
        owner, _, last = name.rpartition(".")
        if "<locals>" in name:
            return ""
        if not owner:
            return _called(name, frame, arguments)
        kind = _kind(self._path, owner, last)
        if kind is staticmethod:
            return _called(name, frame, arguments)
        if kind is classmethod:
            return _called(name, frame, arguments[1:])
        receiver = self._receiver(next(iter(frame.f_locals.values()), None), owner)
        if not receiver:
            return ""
        return "%s.%s" % (receiver, last if kind is property else _called(last, frame, arguments[1:]))

    def _receiver(self, value: Any, owner: str) -> str:
        """Return source that makes an object as this one is now, or "" where that is not known."""
        made, expression, state = self._made.get(id(value), (None, "", ""))
        if made is value and value is not None:
            return expression if state and state == _state(value) else ""
        plain = type(value).__init__ is object.__init__ and not getattr(value, "__dict__", None)
        return "%s()" % owner if plain and type(value).__qualname__ == owner else ""

    def _watch(self, frame: Any, keep: Callable[[Answer], None]) -> Callable[..., Any]:
        for flag, kind in _LATER.items():
            if frame.f_code.co_flags & flag:
                keep((kind, False, False))
                return _nothing
        keep(("", False, False))
        frame.f_trace_lines = False
        last: List[BaseException] = []

        def watch(inner: Any, event: str, value: Any) -> Callable[..., Any]:
            if event == "exception":
                last[:] = [value[1]]
            elif event == "return":
                keep(told(value) if not last or _is_return(inner) else raised(last[0]))
            return watch

        return watch


def _nothing(*_: object) -> None:
    """Watch nothing."""


def _is_return(frame: Any) -> bool:
    """Whether a frame that caught an exception ends by itself, and not by one."""
    return dis.opname[frame.f_code.co_code[frame.f_lasti]] in _RETURNS


def _is_maker(name: str) -> bool:
    return name.endswith(".__init__")


def _functions(path: str) -> Iterator[Tuple[Tuple[str, int], str]]:
    """Yield name and first line of each function in a file, with its qualified name."""
    with open(path, "rb") as file:
        module = compile(file.read(), path, "exec", dont_inherit=True)
    waiting = [(module, "")]
    while waiting:
        above, prefix = waiting.pop()
        for code in above.co_consts:
            if isinstance(code, types.CodeType):
                name = prefix + code.co_name
                is_function = bool(code.co_flags & _OPTIMIZED)
                waiting.append((code, name + (".<locals>." if is_function else ".")))
                if is_function:
                    yield (code.co_name, code.co_firstlineno), name


def _arguments(frame: Any) -> List[Tuple[str, str]]:
    """The names and texts of what a call that has just begun was given."""
    code = frame.f_code
    plain = code.co_argcount + code.co_kwonlyargcount
    names = [(name, name) for name in code.co_varnames[:plain]]
    more = plain
    if code.co_flags & _VARARGS:
        names.insert(code.co_argcount, ("*" + code.co_varnames[more], code.co_varnames[more]))
        more += 1
    if code.co_flags & _VARKEYWORDS:
        names.append(("**" + code.co_varnames[more], code.co_varnames[more]))
    local = frame.f_locals
    return [(shown, source(local[name], ordered=True) if name in local else "") for shown, name in names]


def _called(function: str, frame: Any, arguments: List[Tuple[str, str]]) -> str:
    """Return source of a call with these arguments, or "" where one of them is not plain."""
    code = frame.f_code
    keywords = frozenset(code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount])
    given = []
    for name, text in arguments:
        if not text:
            return ""
        if name.startswith("*"):
            given += [] if text in ("()", "{}") else [name[: name.count("*")] + text]
        else:
            given.append("%s=%s" % (name, text) if name in keywords else text)
    return "%s(%s)" % (function, ", ".join(given))


def _kind(path: str, owner: str, name: str) -> Any:
    """Return how a class has a function: static, for the class, as a property; None for a method."""
    found: Any = module_at(path).get(owner.partition(".")[0])
    for part in owner.split(".")[1:]:
        found = getattr(found, part, None)
    kind = type(getattr(found, "__dict__", {}).get(name))
    return kind if kind in (staticmethod, classmethod, property) else None


def _state(value: Any) -> str:
    """Return what an object holds, as far as that is plain."""
    return source(dict(getattr(value, "__dict__", {"": object})), ordered=True)
