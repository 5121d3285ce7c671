"""A wire and a memory to a dial: the dialect that a server takes is found by its refusals, once for each model.

Which dialect comes after which is in `dialect.py`; nothing here knows how a call is made.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tddbot.generator.asking.billing import estimated_tokens
from tddbot.generator.wire.calls import Dial, Question, Wire
from tddbot.generator.wire.dialect import Api, Dialect, of_facts, refuses, simpler, to_facts
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.ports import Clock, Memory
from tddbot.stop import Stop

DIALECT, CONTEXT = "dialect", "context_tokens"
"""The names of the two facts that are remembered about a model."""

_GOT_THROUGH = {End.OK, End.REFUSAL, End.TRUNCATED, End.EMPTY}
_NO_SUCH_PATH = (404, 405, 501)
_LEAST_OUTPUT = 1_024
_LOOK_SECONDS = 0.05


def adapting(wire: Wire, memory: Memory, server: str, api: str = "", clock: Clock = time.monotonic) -> Dial:
    """Return a dial that speaks the dialect which the server takes, and remembers it.

    A refused call is made again at once in the next simpler dialect, all within the seconds of the one call, and costs
    nothing. Calls side by side wait for the first one to find out. `api` ("responses" or "chat") is the only one to be
    used, if it is given. The dial is to be kept: it knows what it has found out, and may be used by any thread.
    """
    first = Dialect(api=Api(api)) if api else Dialect()
    return _Adapting(wire, memory, server, first, bool(api), clock).dial


@dataclass
class _Model:
    """What is known about one model: the dialect that got through, and whether somebody is looking for one.

    `start` is where a search begins, `vain` counts those that ended with nothing, the last one in `refusal`.
    """

    known: Dialect | None
    context: int | None
    start: Dialect
    is_sought: bool = False
    vain: int = 0
    refusal: CallEnd = field(default_factory=lambda: CallEnd(End.CAPABILITY))


@dataclass
class _Call:
    """One call of the dial: what is asked, until when, and in which dialect it was refused so far."""

    question: Question
    model: _Model
    deadline: float
    stop: Stop
    refused: Dialect | None = None
    refusal: CallEnd | None = None


@dataclass
class _Adapting:
    wire: Wire
    memory: Memory
    server: str
    first: Dialect
    is_pinned: bool
    clock: Clock
    models: dict[str, _Model] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def dial(self, question: Question, seconds: float, stop: Stop) -> CallEnd:
        """Make one call in a dialect that the server takes, and return how it ended."""
        call = _Call(question, self._model(question.model), self.clock() + seconds, stop)
        vain = call.model.vain
        while True:
            known = call.model.known
            if known is not None and known != call.refused:
                ended = self._in_known(call, known)
            elif self._begins_search(call):
                ended = self._search(call)
            else:
                ended = self._waited(call, vain)
            if ended is not None:
                return ended

    def _model(self, name: str) -> _Model:
        with self.changed:
            if name not in self.models:
                facts = self.memory.facts(self.server, name)
                known, context = of_facts(facts.get(DIALECT)), facts.get(CONTEXT)
                if known is not None and self.is_pinned and known.api is not self.first.api:
                    known = None
                is_count = isinstance(context, int) and context > 0
                self.models[name] = _Model(known, context if is_count else None, self.first)
            return self.models[name]

    def _in_known(self, call: _Call, known: Dialect) -> CallEnd | None:
        """Return how the call ends in the dialect that got through before, or None where it is refused by now."""
        ended = self._asked(call, known, lambda: None)
        if not refuses(known, ended, is_proven=True):
            return ended
        call.refused, call.refusal = known, ended
        return None

    def _begins_search(self, call: _Call) -> bool:
        """Whether this call is to look for a dialect: nobody else does, and none was found meanwhile."""
        with self.changed:
            model = call.model
            if model.is_sought or (model.known is not None and model.known != call.refused):
                return False
            model.is_sought = True
            return True

    def _waited(self, call: _Call, vain: int) -> CallEnd | None:
        """Wait until another call has found a dialect and return None, or how this one ends without being made."""
        model = call.model
        with self.changed:
            while model.is_sought and model.known in (None, call.refused):
                if call.stop.is_set():
                    return CallEnd(End.CANCELLED)
                if self.clock() >= call.deadline:
                    return CallEnd(End.TIMEOUT, "waiting for another call to the same model")
                self.changed.wait(_LOOK_SECONDS)
            return model.refusal if model.vain > vain else None

    def _search(self, call: _Call) -> CallEnd:
        """Return how the call ends in the first dialect that is not refused; the search is over when one is found."""
        model = call.model
        try:
            return self._searched(call)
        finally:
            with self.changed:
                model.is_sought = False
                self.changed.notify_all()

    def _searched(self, call: _Call) -> CallEnd:
        model, dialect, refusals = call.model, call.model.start, []
        may_start_over = dialect != self.first
        if call.refused is not None and call.refusal is not None:
            may_start_over = call.refused != self.first
            refusals = [call.refusal]
            further = self._simpler(call.refused, call.refusal)
            dialect, may_start_over = (further, may_start_over) if further else (self.first, False)
        while True:
            ended = self._tried(call, dialect)
            if not refuses(dialect, ended, is_proven=False):
                return ended
            refusals.append(ended)
            further = self._simpler(dialect, ended)
            if further is None and may_start_over:
                further, may_start_over = self.first, False
            if further is None:
                return self._in_vain(model, refusals)
            dialect = further

    def _tried(self, call: _Call, dialect: Dialect) -> CallEnd:
        """Return how the call ends in this dialect, and remember the dialect if it gets through."""
        model, is_told = call.model, threading.Event()

        def accepted() -> None:
            is_told.set()
            with self.changed:
                model.known = model.start = dialect
                model.is_sought = False
                self.changed.notify_all()

        ended = self._asked(call, dialect, accepted)
        if ended.end in _GOT_THROUGH and not is_told.is_set():
            accepted()
        if is_told.is_set() and not refuses(dialect, ended, is_proven=True):
            self.memory.learn(self.server, call.question.model, {DIALECT: to_facts(dialect)})
        elif not refuses(dialect, ended, is_proven=False):
            # It came to something else than a refusal, so that the next search need not begin before it.
            model.start = dialect
        return ended

    def _in_vain(self, model: _Model, refusals: list[CallEnd]) -> CallEnd:
        """Return the refusal that tells most: one that is about the request, and not a path that does not exist."""
        telling = [refusal for refusal in refusals if refusal.status not in _NO_SUCH_PATH] or refusals
        with self.changed:
            model.start, model.refusal = self.first, telling[-1]
            model.vain += 1
        return telling[-1]

    def _simpler(self, dialect: Dialect, refusal: CallEnd) -> Dialect | None:
        return simpler(dialect, refusal, self.is_pinned)

    def _asked(self, call: _Call, dialect: Dialect, accepted: Callable[[], None]) -> CallEnd:
        """Make the call with an output cap that leaves room for the prompt, as far as the context's size is known."""
        model, asked = call.model, _fitted(call.question, call.model.context)
        ended = self._sent(asked, call, dialect, accepted)
        if ended.end is End.OVERFLOW and ended.context is not None:
            model.context = ended.context
            self.memory.learn(self.server, asked.model, {CONTEXT: ended.context})
            smaller = _fitted(call.question, ended.context)
            return self._sent(smaller, call, dialect, accepted) if smaller.output_cap < asked.output_cap else ended
        if ended.end in (End.TRUNCATED, End.EMPTY) and asked != call.question:
            # What was remembered may be too little by now; the server says so again if it is not.
            model.context = None
        return ended

    def _sent(self, question: Question, call: _Call, dialect: Dialect, accepted: Callable[[], None]) -> CallEnd:
        left = call.deadline - self.clock()
        if left <= 0 and not call.stop.is_set():
            return CallEnd(End.TIMEOUT)
        return self.wire(question, dialect, left, call.stop, accepted)


def _fitted(question: Question, context: int | None) -> Question:
    """Return the question with an output cap that fits into the context beside the prompt, if that is worth a call."""
    room = (context or 0) - estimated_tokens(question.prompt.size())
    return replace(question, output_cap=room) if _LEAST_OUTPUT <= room < question.output_cap else question
