"""A line that leads nowhere: it keeps each request that would be made, in the dialect that its server takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tddbot.generator.asking.pricing import Price
from tddbot.generator.wire.adapting import adapting
from tddbot.generator.wire.calls import Accepted, Dial, Question
from tddbot.generator.wire.dialect import Dialect
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.generator.wire.request import request
from tddbot.ports import Memory
from tddbot.stop import Stop


@dataclass(frozen=True)
class Shown:
    """One request that would be made, and the body that goes over the wire for it."""

    question: Question
    body: Mapping[str, Any]


@dataclass(frozen=True)
class ShowingLine:
    """Takes a server's place: every call ends as cancelled, and is kept in `shown`. No key is needed.

    `server` is the name by which the memory knows the server, `api` the only API to be used, if it is given.
    """

    memory: Memory
    server: str
    api: str = ""
    shown: list[Shown] = field(default_factory=list)

    @property
    def is_paid(self) -> bool:
        """Never: nothing is sent."""
        return False

    def price(self, model: str) -> Price | None:  # noqa: ARG002 - the signature of a line
        """Return that nothing is known of it."""
        return None

    def fault(self) -> str | None:
        """Nothing is in the way of a call that is not made."""
        return None

    def dial(self) -> Dial:
        """Return what keeps the requests."""
        return adapting(self._keep, self.memory, self.server, self.api)

    def explain(self, call: CallEnd, model: str, stop: Stop) -> str:  # noqa: ARG002 - the signature of a line
        """Say how a call ended."""
        return call.end.value

    def facts(self, model: str) -> Mapping[str, object]:
        """Return what was found out about a model of the server."""
        return self.memory.facts(self.server, model)

    def _keep(
        self,
        question: Question,
        dialect: Dialect,
        seconds: float,  # noqa: ARG002 - the signature of a wire
        stop: Stop,  # noqa: ARG002
        accepted: Accepted,  # noqa: ARG002
    ) -> CallEnd:
        self.shown.append(Shown(question, request(question, dialect)))
        return CallEnd(End.CANCELLED)
