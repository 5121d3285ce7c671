"""One jailed process from start to end: its pipes, its clocks and its death. Knows nothing of what the records mean."""

import contextlib
import os
import select
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tddbot.errors import UnfitError
from tddbot.stop import Stop

_BOOTSTRAP = Path(__file__).parent / "guest" / "bootstrap.py"
_TICK = 0.05
_READ = 1 << 18
_OUTPUT_KEPT = 16_000
_MOST_RECORDS = 512 * 1024 * 1024
_MOST_OUTPUT = 64 * 1024 * 1024
_LONGEST_RECORD = 16 * 1024 * 1024
_PATIENCE, _SHORT_PATIENCE = 2.0, 0.1


@dataclass
class _Channel:
    """The reading end of a pipe; whole lines are handed on, or only the last bytes are kept."""

    fd: int
    on_line: Callable[[bytes], None] | None
    most: int
    tail: bytearray = field(default_factory=bytearray)
    total: int = 0

    def read(self) -> bool:
        """Read what is there; return whether the pipe is still open."""
        data = os.read(self.fd, _READ)
        self.total += len(data)
        if self.on_line is None:
            self.tail += data
            del self.tail[:-_OUTPUT_KEPT]
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
        with contextlib.ExitStack() as stack:
            report, report_end = _pipe(stack)
            output, output_end = _pipe(stack)
            try:
                process = self._start(report_end, output_end)
            finally:
                os.close(report_end)
                os.close(output_end)
            assert process.stdout is not None
            stack.enter_context(process.stdout)
            channels = [
                _Channel(report, self.on_record, _MOST_RECORDS),
                _Channel(output, None, _MOST_OUTPUT),
                _Channel(process.stdout.fileno(), self.on_control, _MOST_RECORDS),
            ]
            try:
                return self._pump(channels, stop, overdue)
            finally:
                # Before the first word on the control pipe there is no jail yet that could end by itself.
                _end(process, _PATIENCE if channels[2].total else _SHORT_PATIENCE)
                self.output = channels[1].tail.decode("utf-8", "replace")

    def _start(self, report_end: int, output_end: int) -> "subprocess.Popen[bytes]":
        """The job goes over in memory, not through a pipe: nobody has to wait until the guest has read it."""
        executable, *path = self.python
        job = os.memfd_create("job")
        try:
            _write_all(job, self.job)
            fds = (report_end, output_end, job)
            return subprocess.Popen(
                [executable, "-I", str(_BOOTSTRAP), *map(str, fds), *path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output_end,
                pass_fds=fds,
                env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise UnfitError(
                f"{executable} does not start ({error.strerror})", "Is the project's Python whole?"
            ) from error
        finally:
            os.close(job)

    def _pump(self, channels: list[_Channel], stop: Stop, overdue: Callable[[float], str | None]) -> str | None:
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


def _pipe(stack: contextlib.ExitStack) -> tuple[int, int]:
    """Return a pipe whose reading end `stack` closes."""
    reading, writing = os.pipe()
    stack.callback(os.close, reading)
    return reading, writing


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
    os.lseek(fd, 0, os.SEEK_SET)


def _end(process: "subprocess.Popen[bytes]", patience: float) -> None:
    """Closing standard input ends the jail from inside; the signal is for a guest that does not answer.

    The jail's own processes are of the guest's process group and hold its standard output, whose end is thus theirs.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    ended = os.pidfd_open(process.pid)
    try:
        if not _is_ready(ended, patience):
            os.killpg(process.pid, signal.SIGKILL)
    finally:
        os.close(ended)
    process.wait()
    while _is_ready(process.stdout.fileno(), _PATIENCE) and os.read(process.stdout.fileno(), _READ):
        pass


def _is_ready(fd: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(seconds * 1000))
