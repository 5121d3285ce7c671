"""The modules' side: imports the patched modules and answers calls of their functions. What runs here may be hostile.

Nothing here defends itself against the candidate; the other side does. What is unfit proves and refutes nothing.
"""

from __future__ import annotations

import gc
import importlib
import io
import logging
import os
import sys
import traceback
import types
import warnings
from typing import Any, Callable, Dict, List, Tuple

from tddbot.runner.guest.split.channel import Channel, GoneError
from tddbot.runner.guest.split.doors import Doors
from tddbot.runner.guest.split.faults import describe
from tddbot.runner.guest.split.plain import Decoder, Encoder
from tddbot.runner.guest.split.scalars import NotPlainError
from tddbot.runner.guest.split.state import digest, loaded

_MOST_TEXT = 1024 * 1024
_MOST_WARNINGS = 1000


def serve(channel: Channel, root: str, apart: List[str]) -> int:
    """Answer until the other end is closed. `apart` are the absolute paths of the patched files."""
    server = _Server(root, frozenset(apart))
    _leave_output()
    gc.enable()
    channel.send(["hello"])
    while True:
        try:
            request = channel.receive()
        except GoneError:
            return 0
        try:
            answer = server.answer(request)
            channel.send(answer)
        except (NotPlainError, RecursionError) as reason:
            channel.send(["unfit", str(reason)[:500]])


def _leave_output() -> None:
    """What is written past sys.stdout and sys.stderr reaches nobody."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.close(null)


class _Server:
    def __init__(self, root: str, apart: Any) -> None:
        self._root = root
        self._paths = apart
        self._doors = Doors(root, foreign=True)
        self._names: Dict[str, None] = {}
        self._requests: Dict[str, Callable[..., Any]] = {
            "import": self._import, "look": self._look, "call": self._call, "state": self._state,
        }  # fmt: skip

    def answer(self, request: List[Any]) -> Any:
        kind, *arguments = request
        return self._requests[kind](*arguments)

    def _import(self, name: str, path: List[str], environment: List[List[str]], directory: str) -> Any:
        """Import as the tests would, from where they would."""
        os.environ.clear()
        os.environ.update(dict(map(tuple, environment)))  # type: ignore[arg-type]
        os.chdir(directory)
        sys.path[:] = path
        try:
            module = importlib.import_module(name)
        except BaseException as error:
            raise NotPlainError("importing %s by itself raised %s" % (name, _in_short(error))) from None
        file = os.path.abspath(getattr(module, "__file__", None) or "")
        if file not in self._paths:
            raise NotPlainError("%s is another file in the module's own jail" % name)
        self._names[name] = None
        return ["module", file, [key for key in vars(module) if type(key) is str]]

    def _look(self, name: str, key: str) -> Any:
        """Tell what a name of a module is bound to."""
        module = sys.modules[name]
        if not hasattr(module, key):
            return ["absent"]
        value = getattr(module, key)
        if type(value) is types.FunctionType:
            return ["function" if not vars(value) else "callable"]
        if isinstance(value, type):
            return ["class"]
        try:
            return ["value", Encoder().encode(value)]
        except NotPlainError:
            is_callable = callable(value) and hasattr(value, "__wrapped__")
            return ["callable" if is_callable or isinstance(value, types.BuiltinFunctionType) else "object"]

    def _call(self, name: str, key: str, tree: Any) -> Any:
        function = getattr(sys.modules[name], key)
        decoder = Decoder()
        arguments = decoder.decode(tree)
        objects = decoder.objects
        random = _random_state()
        record = _Record()
        self._doors.seen = None
        with record, _Watched(self._doors):
            answer = _carry_out(function, arguments, objects, tree)
        if self._doors.seen or record.also:
            raise NotPlainError(
                "%s does what the tests' jail would not see: %s" % (key, self._doors.seen or record.also)
            )
        if random != _random_state():
            raise NotPlainError("%s draws random numbers" % key)
        del arguments, decoder
        if _kept(objects):
            raise NotPlainError("%s keeps hold of data that was passed over" % key)
        return [*answer, record.told()]

    def _state(self, names: List[str]) -> Any:
        shared = set(loaded(self._root, self._names)).intersection(names)
        return ["state", sorted([name, digest(name, self._names)] for name in shared)]


def _carry_out(function: Any, arguments: Tuple[Any, Dict[str, Any]], objects: List[Any], tree: Any) -> List[Any]:
    """Call, and return the outcome as trees. `objects` grows by those that the outcome holds."""
    args, kwargs = arguments
    known = len(objects)
    try:
        outcome, value = "ok", function(*args, **kwargs)
    except BaseException as error:
        outcome, value = "raise", describe(_without_frames(error))
    if type(value) is types.CoroutineType:
        value.close()
    encoder = Encoder(objects)
    try:
        told = encoder.encode(value)
    except NotPlainError as reason:
        if outcome == "ok" and _equals_anything(value):
            return ["forged", "it returns an object that equals anything", None]
        raise NotPlainError(
            "it %s %s" % ("returns" if outcome == "ok" else "raises an exception with", reason)
        ) from None
    changed = Encoder().encode(arguments) != tree
    states = [[number, encoder.contents(number)] for number in range(known)] if changed else []
    objects[:] = encoder.objects
    return [outcome, told, states]


def _without_frames(error: BaseException) -> BaseException:
    """Frames would keep hold of the arguments."""
    seen: Any = error
    for _ in range(20):
        if seen is None:
            break
        seen.__traceback__ = None
        seen = seen.__cause__ or seen.__context__
    return error


class _Nothing:
    """What nothing honest is equal to."""


def _equals_anything(value: Any) -> bool:
    try:
        return bool(value == _Nothing())
    except BaseException:  # the candidate's own comparison, which may do anything
        return False


def _kept(objects: List[Any]) -> bool:
    """Whether anybody but us still holds one of these, which are emptied: nobody is to use them any more."""
    for number in range(len(objects)):
        objects[number].clear()
    expected = _holders([[]])[0]
    if all(count <= expected for count in _holders(objects)):
        return False
    gc.collect()  # an exception and its frames may hold each other
    return any(count > expected for count in _holders(objects))


def _holders(objects: List[Any]) -> List[int]:
    counts = []
    for number in range(len(objects)):
        counts.append(sys.getrefcount(objects[number]))
    return counts


def _random_state() -> Any:
    own, foreign = sys.modules.get("random"), sys.modules.get("numpy.random")
    return own.getstate() if own else None, repr(foreign.get_state()) if foreign else None


def _in_short(error: BaseException) -> str:
    return traceback.format_exception_only(type(error), error)[-1].strip()[:300]


class _Watched:
    """Watches the doors while it is entered."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    def __enter__(self) -> None:
        self._doors.watched = True

    def __exit__(self, *_: object) -> None:
        self._doors.watched = False


class _Input(io.StringIO):
    """Standard input, which only the tests' side has."""

    was_read = False

    def read(self, *_: Any) -> str:
        """Say nothing, and remember that it was asked."""
        self.was_read = True
        return ""

    def readline(self, *_: Any) -> str:  # type: ignore[override]
        """Say nothing, as `read` does."""
        return self.read()

    def __next__(self) -> str:  # type: ignore[override]
        self.read()
        raise StopIteration


class _Record:
    """What a call wrote and warned of; `also` is what else it did that is not passed on."""

    def __init__(self) -> None:
        self._stdin = _Input()
        self._streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", newline="") for _ in range(2)]
        self._catcher = warnings.catch_warnings(record=True)
        self._caught: Any = None
        self.also = ""

    def __enter__(self) -> None:
        self._before = sys.stdin, sys.stdout, sys.stderr
        sys.stdin, (sys.stdout, sys.stderr) = self._stdin, self._streams
        self._caught = self._catcher.__enter__()
        warnings.simplefilter("always")
        self._factory = logging.getLogRecordFactory()
        logging.setLogRecordFactory(self._on_log)

    def __exit__(self, *_: object) -> None:
        logging.setLogRecordFactory(self._factory)
        self._catcher.__exit__(None, None, None)
        sys.stdin, sys.stdout, sys.stderr = self._before
        if self._stdin.was_read:
            self.also = "reading standard input"

    def _on_log(self, *arguments: Any, **keywords: Any) -> Any:
        self.also = "logging"
        return self._factory(*arguments, **keywords)

    def told(self) -> List[Any]:
        """Return the text of both streams, and the warnings as [module and name of the class, text]."""
        texts = []
        for stream in self._streams:
            stream.flush()
            texts.append(stream.buffer.getvalue().decode("utf-8", "replace"))
        if sum(map(len, texts)) > _MOST_TEXT or len(self._caught) > _MOST_WARNINGS:
            raise NotPlainError("a flood of output")
        told = [[w.category.__module__, w.category.__qualname__, str(w.message)] for w in self._caught]
        return [*texts, told]
