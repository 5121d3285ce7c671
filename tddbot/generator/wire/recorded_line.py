"""A line that is recorded, and the recording in its place."""

from collections.abc import Mapping
from dataclasses import dataclass

from tddbot.generator.asking.pricing import Price
from tddbot.generator.wire.calls import Dial
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.generator.wire.line import ServerLine
from tddbot.generator.wire.recording import Recording
from tddbot.generator.wire.replaying import Replay
from tddbot.stop import Stop


@dataclass(frozen=True)
class RecordedLine:
    """The line to a server, and the file that keeps what comes over it."""

    line: ServerLine
    recording: Recording

    @property
    def is_paid(self) -> bool:
        """As the line itself."""
        return self.line.is_paid

    def price(self, model: str) -> Price | None:
        """Return what a model's tokens cost, and keep that."""
        price = self.line.price(model)
        self.recording.charge(model, price)
        return price

    def fault(self) -> str | None:
        """Say why no call can be made at all, or return None."""
        return self.line.fault()

    def dial(self) -> Dial:
        """Return what makes calls, and keeps how they end."""
        return self.recording.recorded(self.line.dial(), self.line.scrub)

    def explain(self, call: CallEnd, model: str, stop: Stop) -> str:
        """Say for a person how a call ended, and keep that."""
        words = self.line.scrub(self.line.explain(call, model, stop))
        if call.end is not End.CANCELLED:
            self.recording.explain(call, model, words)
        return words

    def facts(self, model: str) -> Mapping[str, object]:
        """Return what was found out about a model, and keep it: requests depend on it."""
        facts = self.line.facts(model)
        self.recording.note(model, facts)
        return facts


@dataclass(frozen=True)
class ReplayLine:
    """A recording in a line's place: it needs no key and no server, and costs nothing."""

    replay: Replay

    @property
    def is_paid(self) -> bool:
        """Never: it was paid when it was recorded."""
        return False

    def price(self, model: str) -> Price | None:
        """Return what a model's tokens cost then: a target's limits are to end it at the same point."""
        return self.replay.price(model)

    def fault(self) -> str | None:
        """Nothing can be missing."""
        return None

    def dial(self) -> Dial:
        """Return what answers from the recording."""
        return self.replay

    def explain(self, call: CallEnd, model: str, stop: Stop) -> str:  # noqa: ARG002 - the port's signature
        """Say it as it was said then."""
        plainly = f"{call.end.value} ({call.detail})" if call.detail else call.end.value
        return self.replay.words(call, model) or plainly

    def facts(self, model: str) -> Mapping[str, object]:
        """Return what was known of a model then."""
        return self.replay.facts(model)
