"""The tests' side of the channel: calls a function over there and does here what a call of it would have done.

Every byte that comes in is an enemy's. What cannot be passed over is told to the parent, and makes the test red.
"""

from __future__ import annotations

import os
import sys
import threading
import warnings
from typing import Any, Callable, Dict, List, NoReturn, Optional

from tddbot.runner.guest.split.channel import Channel, GoneError
from tddbot.runner.guest.split.doors import Doors
from tddbot.runner.guest.split.faults import BUILTIN, Find, rebuild
from tddbot.runner.guest.split.plain import Decoder, Encoder
from tddbot.runner.guest.split.scalars import NonsenseError, NotPlainError
from tddbot.runner.guest.split.state import digest, environment, loaded, surroundings

Tell = Callable[[str, str], None]
"""Takes "fits", "unfit" or "broken" with the reason."""

_ANSWERS = {
    "unfit": (str,), "forged": (str, type(None), list), "ok": (None, list, list), "raise": (None, list, list),
    "module": (str, list), "absent": (), "function": (), "callable": (), "class": (), "object": (), "value": (None,),
    "state": (list,), "hello": (),
}  # fmt: skip
"""The types of what follows each kind of answer; None is any."""


class Apart(BaseException):
    """The modules' side did not do what a call asks for; no `except Exception` of a test takes it for a result."""


class Client:
    """Asks the other side. `root` is the repository; `doors` watches what the tests do besides calling."""

    def __init__(self, channel: Channel, root: str, doors: Doors, tell: Tell) -> None:
        self._channel = channel
        self._root = root
        self._doors = doors
        self._tell = tell
        self._owner = os.getpid()
        self._settings = surroundings()
        self._values: Dict[Any, Any] = {}
        self._greeted = self._fits = self._unsettled = False
        self._broken = ""
        self.apart: Dict[str, None] = {}
        self.find: Find = _none
        doors.on_code = self._refuse_code
        self.doubt: Optional[str] = None

    def unfit(self, reason: str) -> NoReturn:
        """Tell that these tests or modules are of no kind for split mode."""
        self._tell("unfit", reason)
        raise Apart("not fit for split mode: " + reason)

    def _refuse_code(self, what: str) -> None:
        """Bytes of the other side's may lie in any pickle, and would be its code in this process."""
        if os.getpid() == self._owner:
            self.unfit("the tests unpickle %s" % what)

    def load(self, name: str) -> List[Any]:
        """Have a module imported; return the absolute path that it came from and the names in it."""
        self.apart[name] = None
        self._settings = surroundings()
        variables = sorted(map(list, environment().items()))
        _, file, names = self._ask(["import", name, list(sys.path), variables, os.getcwd()], "module")
        if not all(type(each) is str for each in names):
            self._break("a list of names that is none")
        return [file, names]

    def look(self, module: str, name: str) -> Any:
        """Return [what a name is bound to] or ["value", it]; one value must stay as it was when it was first read."""
        self._reach()
        kinds = ("absent", "function", "callable", "class", "object", "value")
        kind, *tree = self._ask(["look", module, name], *kinds)
        if kind != "value":
            return [kind]
        known, value = self._values.setdefault((module, name), (tree, None))
        if known != tree:
            self.unfit("%s.%s changes while the tests run" % (module, name))
        if value is None:
            value = self._decoded(Decoder(), tree[0])
            self._values[module, name] = tree, value
        return ["value", value]

    def call(self, module: str, name: str, args: Any, kwargs: Any) -> Any:
        """Return what the function returns, raise what it raises, print what it prints, change what it changes."""
        self._check_place(name)
        encoder = Encoder()
        try:
            tree = encoder.encode((args, kwargs))
        except (NotPlainError, RecursionError) as reason:
            self.unfit("%s is called with %s" % (name, reason))
        self._reach()
        answer = self._ask(["call", module, name, tree], "ok", "raise", "forged")
        if answer[0] == "forged":
            self._break("%s forges a result: %s" % (name, answer[1]))
        kind, told, states, record = answer
        decoder = Decoder(encoder.objects)
        value = self._decoded(decoder, told)
        self._change(decoder, len(encoder.objects), states)
        self._unsettled = True
        self._repeat(record)
        if kind == "raise":
            raise self._trusting(lambda: rebuild(value, self.find))
        return value

    def settle(self) -> None:
        """After a test that called: see that nothing on either side is otherwise than on the other one."""
        if self._doors.is_read:
            self.unfit("the tests read a patched file as text: " + str(self._doors.seen))
        if not self._unsettled or self._broken:
            return
        self._unsettled = False
        names = loaded(self._root, self.apart)
        _, told = self._ask(["state", names], "state")
        for pair in told:
            if type(pair) is not list or len(pair) != 2 or pair[0] not in names:
                self._break("a state that is none")
            if digest(pair[0], self.apart) != pair[1]:
                self.unfit("%s, which the tests import, too, is not the same for the module by itself" % pair[0])
        for (module, name), (tree, value) in self._values.items():
            if Encoder().encode(value) != tree[0]:
                self.unfit("the tests change %s.%s" % (module, name))

    def _check_place(self, name: str) -> None:
        self._doors.lay_wires(late=True)
        reason = self.doubt or self._doors.seen
        for what, value in surroundings().items():
            if value != self._settings[what]:
                reason = reason or "changing " + what
        if threading.current_thread() is not threading.main_thread():
            reason = "calling from another thread"
        if reason:
            self.unfit("a test of %s does what the module's jail would not see: %s" % (name, reason))

    def _ask(self, request: Any, *kinds: str) -> List[Any]:
        if self._broken:
            raise Apart(self._broken)
        if os.getpid() != self._owner:
            raise Apart("a process that the tests started cannot call the module's jail")
        try:
            if not self._greeted:
                self._greet()
            self._channel.send(request)
            answer = _checked(self._channel.receive(), "unfit", *kinds)
        except GoneError:
            self._break("the module's process ended")
        except NotPlainError as reason:
            self.unfit(str(reason))
        except NonsenseError as reason:
            self._break(str(reason))
        if answer[0] == "unfit":
            self.unfit(answer[1])
        return answer

    def _greet(self) -> None:
        """Until here no code of the candidate ran: what goes wrong is our own affair."""
        try:
            _checked(self._channel.receive(), "hello")
        except GoneError:
            self.unfit("the module's jail did not start")
        self._greeted = True

    def _break(self, reason: str) -> NoReturn:
        self._broken = self._broken or reason
        self._tell("broken", self._broken)
        raise Apart(self._broken)

    def _reach(self) -> None:
        if not self._fits:
            self._fits = True
            self._tell("fits", "")

    def _decoded(self, decoder: Decoder, tree: Any) -> Any:
        return self._trusting(lambda: decoder.decode(tree))

    def _trusting(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except NonsenseError as reason:
            self._break(str(reason))
        except NotPlainError as reason:
            self.unfit(str(reason))

    def _change(self, decoder: Decoder, known: int, states: List[Any]) -> None:
        """Change arguments in place as the call did over there: all of it is read before any of it is done."""
        fresh: Dict[int, Any] = {}
        for pair in states:
            if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not int or not 0 <= pair[0] < known:
                self._break("a change of what was not passed")
            fresh[pair[0]] = self._trusting(lambda pair=pair: decoder.refill(*pair))  # type: ignore[misc]
        for number, value in fresh.items():
            held = decoder.objects[number]
            if type(held) in (list, bytearray):
                held[:] = value
            else:
                held.clear()
                held.update(value)

    def _repeat(self, record: List[Any]) -> None:
        """Write and warn as the call did over there; a filter of the tests' may make an error of a warning."""
        if len(record) != 3 or not all(type(text) is str for text in record[:2]) or type(record[2]) is not list:
            self._break("a record that is none")
        for text, stream in ((record[0], sys.stdout), (record[1], sys.stderr)):
            if text:
                stream.write(text)
        caller = sys._getframe(3)
        for told in record[2]:
            if type(told) is not list or len(told) != 3 or not all(type(text) is str for text in told):
                self._break("a warning that is none")
            registry = caller.f_globals.setdefault("__warningregistry__", {})
            place = caller.f_code.co_filename, caller.f_lineno
            warnings.warn_explicit(told[2], self._category(*told[:2]), *place, registry=registry)

    def _category(self, module: str, name: str) -> Any:
        category = BUILTIN.get(name) if module == "builtins" else self._trusting(lambda: self.find(module, name))
        if not isinstance(category, type) or not issubclass(category, Warning):
            self.unfit("a warning of class %s.%s" % (module, name))
        return category


def _checked(answer: Any, *kinds: str) -> List[Any]:
    if type(answer) is not list or not answer or type(answer[0]) is not str or answer[0] not in kinds:
        raise NonsenseError("an answer to another question")
    types = _ANSWERS[answer[0]]
    if len(types) != len(answer) - 1 or not all(map(_is_of, types, answer[1:])):
        raise NonsenseError("an answer of the wrong parts")
    return answer


def _is_of(kind: Any, part: Any) -> bool:
    return kind is None or type(part) is kind


def _none(module: str, name: str) -> Any:
    raise NotPlainError("an exception of type %s.%s" % (module, name))
