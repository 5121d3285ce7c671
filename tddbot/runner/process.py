"""One jailed process from start to end: its pipes, its clocks and its death. Knows nothing of what the records mean."""

import contextlib
import os
import selectors
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tddbot.stop import Stop

_BOOTSTRAP = Path(__file__).parent / "guest" / "bootstrap.py"
_TICK = 0.05
_OUTPUT_KEPT = 16_000
_MOST_RECORDS = 512 * 1024 * 1024
_MOST_OUTPUT = 64 * 1024 * 1024


@dataclass
class _Channel:
    """The reading end of a pipe; whole lines are handed on, or only the last bytes are kept."""

    fd: int
    on_line: Callable[[bytes], None] | None
    most: int
    tail: bytes = b""
    total: int = 0

    def read(self) -> bool:
        """Read what is there; return whether the pipe is still open."""
        data = os.read(self.fd, 1 << 18)
        self.total += len(data)
        if self.on_line is None:
            self.tail = (self.tail + data)[-_OUTPUT_KEPT:]
        else:
            *lines, self.tail = (self.tail + data).split(b"\n")
            for line in lines:
                self.on_line(line)
        return bool(data)


@dataclass
class JailedProcess:
    """Starts the guest with a job and pumps its pipes until it ends or must end.

    `python` is the project's Python followed by the entries of sys.path that pytest is found on.
    """

    python: Sequence[str]
    job: bytes
    on_record: Callable[[bytes], None]
    on_control: Callable[[bytes], None]
    output: str = field(default="", init=False)

    def run(self, stop: Stop, overdue: Callable[[float], str | None]) -> str | None:
        """Run to the end; return None, or why it was killed: what `overdue` says, "cancelled" or "output".

        `overdue` is asked every 50 ms with the time of a steady clock. When this returns, no process is left.
        """
        report, report_end = os.pipe()
        output, output_end = os.pipe()
        executable, *path = self.python
        arguments = [executable, "-I", str(_BOOTSTRAP), str(report_end), str(output_end), *path]
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output_end,
            pass_fds=(report_end, output_end),
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )
        os.close(report_end)
        os.close(output_end)
        assert process.stdin is not None
        assert process.stdout is not None
        channels = [
            _Channel(report, self.on_record, _MOST_RECORDS),
            _Channel(output, None, _MOST_OUTPUT),
            _Channel(process.stdout.fileno(), self.on_control, _MOST_RECORDS),
        ]
        try:
            self._hand_over(process)
            return self._pump(channels, stop, overdue)
        finally:
            self._end(process)
            self.output = channels[1].tail.decode("utf-8", "replace")
            os.close(report)
            os.close(output)
            process.stdout.close()

    def _hand_over(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it died at once: its output says why
            process.stdin.write(self.job + b"\n")
            process.stdin.flush()

    def _pump(self, channels: list[_Channel], stop: Stop, overdue: Callable[[float], str | None]) -> str | None:
        with selectors.DefaultSelector() as selector:
            for channel in channels:
                selector.register(channel.fd, selectors.EVENT_READ, channel)
            while selector.get_map():
                for key, _ in selector.select(_TICK):
                    channel = key.data
                    if not channel.read():
                        selector.unregister(key.fd)
                    if channel.total > channel.most:
                        return "output"
                if stop.is_set():
                    return "cancelled"
                if reason := overdue(time.monotonic()):
                    return reason
        return None

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        """Closing standard input ends the jail from inside; the signal is for a supervisor that does not answer."""
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
