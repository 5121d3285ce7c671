"""The Lab port: one jailed process that stays while a target is worked on, and forks a child for each candidate."""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from tddbot.domain import Edit, Patch
from tddbot.lab import Answer, Call, Example, Fate, LabRequest, Red, Relation, Screened
from tddbot.ports import RunRequest
from tddbot.protection import protected_as
from tddbot.runner.backends import Backend, NoJailError
from tddbot.runner.lab_line import Line
from tddbot.runner.lab_process import LabProcess, Opening, Site
from tddbot.runner.lab_records import Message
from tddbot.runner.pool import Pool
from tddbot.stop import Stop

_AHEAD = 2
_UNFIT = Message()
# What honest code in the jail sends is less; the rest may be anybody's, and is read by what has to end.
_MOST_CALLS, _MOST_EXAMPLES = 500, 2000
_LONGEST_NAME, _LONGEST_MESSAGE = 200, 500


class Laboratory:
    """A laboratory for one target; `opening` makes its place, and `retreat` takes another jail where one is refused."""

    def __init__(
        self,
        request: LabRequest,
        pool: Pool,
        opening: Callable[[RunRequest], AbstractContextManager[Site]],
        retreat: Callable[[Backend, NoJailError], None],
    ) -> None:
        self._request = request
        self._pool = pool
        self._places = os.cpu_count() or 1
        nodes = (*request.target, *request.keep)
        self._run = RunRequest(
            request.snapshot, request.patch, node_ids=nodes, protected=request.protected, lane=request.lane
        )
        self._opening: Opening = lambda: opening(self._run)
        self._line = Line(self._start, retreat, request.seconds, frozenset(() if request.patch else request.target))

    @property
    def fault(self) -> str:
        """Why nothing can be found out here."""
        return self._line.fault

    def begin(self) -> None:
        """Start setting it up."""
        self._line.begin()

    def screen(self, patches: Iterable[Patch], stop: Stop, whole: bool = False) -> Iterator[Screened]:
        """Yield what came of each patch, in their order."""
        drawn = iter(patches)
        waiting: deque[tuple[Patch, int | None]] = deque()
        is_more = True
        try:
            while not self.fault and not stop.is_set():
                while is_more and len(waiting) < _AHEAD * self._places:
                    patch = next(drawn, None)
                    if patch is None:
                        is_more = False
                    else:
                        waiting.append((patch, self._submitted(patch, {"do": "screen", "whole": whole})))
                if not waiting:
                    break
                patch, number = waiting[0]
                screened = self._screened(patch, number, stop)
                if screened is None:
                    break
                waiting.popleft()
                yield screened
        finally:
            self._line.drop([number for _, number in waiting if number is not None])

    def ask(
        self, path: str, expressions: Sequence[str], patches: Sequence[Patch | None], stop: Stop
    ) -> tuple[tuple[Answer, ...], ...]:
        """Evaluate expressions in a module, with each patch."""
        if not expressions or not patches:
            return ()
        job = {"do": "ask", "path": path, "expressions": list(expressions)}
        numbers = [self._submitted(patch, job) for patch in patches]
        rows = []
        try:
            for number in numbers:
                message = _UNFIT if number is None else self._answer(number, stop)
                if message is None:
                    return ()
                rows.append(_row(message, len(expressions)))
        finally:
            self._line.drop([number for number in numbers if number is not None])
        return tuple(rows)

    def calls(self, path: str, functions: Sequence[str], stop: Stop) -> tuple[Call, ...]:
        """Return the calls of these functions that the tests lead to."""
        message = self._asked({"do": "calls", "path": path, "functions": list(functions)}, None, stop)
        return tuple(
            Call(path, call.function, call.arguments, call.expression, Answer(*call.answer), call.node)
            for call in message.calls[:_MOST_CALLS]
        )

    def examples(self, path: str, function: str, stop: Stop, patch: Patch | None = None) -> tuple[Example, ...]:
        """Return what the tests demand of a function."""
        message = self._asked({"do": "examples", "path": path, "function": function}, patch, stop)
        return tuple(
            Example(each.node, each.line, each.arguments, each.keywords, Relation(each.relation), each.expected)
            for each in message.examples[:_MOST_EXAMPLES]
        )

    def _asked(self, job: dict[str, Any], patch: Patch | None, stop: Stop) -> Message:
        """Do one job; an empty message stands for what did not come."""
        number = self._submitted(patch, job)
        if number is None:
            return _UNFIT
        try:
            return self._answer(number, stop) or _UNFIT
        finally:
            self._line.drop([number])

    def close(self) -> None:
        """End it; when this returns, no process of it is left."""
        self._line.close()

    def _start(self) -> LabProcess:
        request = self._request
        order = {
            "target": request.target,
            "keep": [node for node in dict.fromkeys(request.keep) if node not in request.target],
            "places": self._places,
            "seconds": request.seconds,
            "test_seconds": request.test_seconds,
        }
        return LabProcess(self._opening, self._run, order)

    def _answer(self, number: int, stop: Stop) -> Message | None:
        """Wait for an answer, in a place of the pool's."""
        with self._pool.place(self._request.lane, stop) as is_free:
            return self._line.answer(number, stop) if is_free else None

    def _submitted(self, patch: Patch | None, job: dict[str, Any]) -> int | None:
        """Hand a job with a patch in; None for one that no patch may be."""
        edits = patch.edits if patch else ()
        if any(protected_as(edit.path, self._request.protected) for edit in edits):
            return None
        return self._line.submit({**job, "edits": [self._edit(edit) for edit in edits]})

    def _edit(self, edit: Edit) -> dict[str, Any]:
        key = None
        if edit.before is not None:
            key = hashlib.sha256(edit.before.encode("utf-8", "surrogatepass")).hexdigest()[:16]
            self._line.tell(key, edit.before)
        return {"path": edit.path, "before": key, "after": edit.after, "encoding": edit.encoding}

    def _screened(self, patch: Patch, number: int | None, stop: Stop) -> Screened | None:
        if number is None:
            return Screened(patch, Fate.UNFIT)
        message = self._answer(number, stop)
        if message is None:
            return None
        told = message.reds[: len(self._run.node_ids or ())]
        reds = tuple(Red(node, kind[:_LONGEST_NAME], why[:_LONGEST_MESSAGE]) for node, kind, why in told)
        return Screened(patch, Fate(message.fate), reds, message.won)


def _row(message: Message, length: int) -> tuple[Answer, ...]:
    """Return as many answers as there are expressions, whatever came."""
    row = [Answer(text, raised, plain) for text, raised, plain in message.answers[:length]]
    return (*row, *[Answer("", plain=False)] * (length - len(row)))
