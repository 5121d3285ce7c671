"""One jailed process from start to end: its pipes, its clocks and its death. Knows nothing of what the records mean."""

import os
import selectors
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tddbot.runner.zygote import Pipes, Zygote, is_ready
from tddbot.stop import Stop

_TICK = 0.05
_READ = 1 << 18
_OUTPUT_KEPT = 16_000
_MOST_RECORDS = 512 * 1024 * 1024
_LONGEST_RECORD = 16 * 1024 * 1024
_PATIENCE = 2.0


@dataclass
class _Channel:
    """The reading end of a pipe; whole lines are handed on, or only the last bytes are kept."""

    fd: int
    on_line: Callable[[bytes], None] | None
    most: int
    kept: int = _OUTPUT_KEPT
    tail: bytearray = field(default_factory=bytearray)
    total: int = 0

    def read(self) -> bool:
        """Read what is there; return whether the pipe is still open."""
        data = os.read(self.fd, _READ)
        self.total += len(data)
        if self.on_line is None:
            self.tail += data
            del self.tail[: -self.kept]
            return bool(data)
        head, newline, rest = data.rpartition(b"\n")
        if newline:
            self.tail += head
            for line in bytes(self.tail).split(b"\n"):
                self.on_line(line)
            self.tail.clear()
        self.tail += rest
        return bool(data)

    def is_flooded(self) -> bool:
        """Whether more came than anybody honest sends, in all or without the end of a line."""
        return self.total > self.most or len(self.tail) > _LONGEST_RECORD


@dataclass
class JailedProcess:
    """Has a zygote start a jail with a job and pumps its pipes until it ends or must end.

    `most_output` is in bytes, of which the last `kept` are in `output`; `more` are descriptors and `secret` is what the
    worker gets, and nobody on the way.
    """

    zygote: Zygote
    job: bytes
    on_record: Callable[[bytes], None]
    on_control: Callable[[bytes], None]
    most_output: int = 64 * 1024 * 1024
    more: tuple[int, ...] = ()
    secret: bytes = b""
    kept: int = _OUTPUT_KEPT
    output: str = field(default="", init=False)

    def run(self, stop: Stop, overdue: Callable[[float], str | None]) -> str | None:
        """Run to the end; return None, or why it was killed: what `overdue` says, "cancelled" or "output".

        `overdue` is asked every 50 ms with the time of a steady clock. When this returns, no process of the jail is
        left.
        """
        pipes = self.zygote.launch(self.job, self.more, self.secret)
        channels = [
            _Channel(pipes.report, self.on_record, _MOST_RECORDS),
            _Channel(pipes.output, None, self.most_output, self.kept),
            _Channel(pipes.control, self.on_control, _MOST_RECORDS),
        ]
        try:
            return _pump(channels, stop, overdue)
        finally:
            self._end(pipes)
            self.output = channels[1].tail.decode("utf-8", "replace")

    def _end(self, pipes: Pipes) -> None:
        """Closing its life ends the jail from outside; where nothing comes of that, the zygote goes with all it has."""
        os.close(pipes.life)
        while True:
            if not is_ready(pipes.control, _PATIENCE):
                self.zygote.kill()
            elif not os.read(pipes.control, _READ):
                break
        for fd in (pipes.report, pipes.output, pipes.control):
            os.close(fd)


def _pump(channels: list[_Channel], stop: Stop, overdue: Callable[[float], str | None]) -> str | None:
    with selectors.DefaultSelector() as selector:
        for channel in channels:
            selector.register(channel.fd, selectors.EVENT_READ, channel)
        while selector.get_map():
            for key, _ in selector.select(_TICK):
                channel = key.data
                if not channel.read():
                    selector.unregister(key.fd)
                if channel.is_flooded():
                    return "output"
            if stop.is_set():
                return "cancelled"
            if reason := overdue(time.monotonic()):
                return reason
    return None
