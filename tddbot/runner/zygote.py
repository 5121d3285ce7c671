"""The parent's end of a zygote: its start, what it is told and answers, and its death."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tddbot.errors import UnfitError
from tddbot.runner import records

_BOOTSTRAP = Path(__file__).parent / "guest" / "bootstrap.py"
_PATIENCE = 2.0
_ANSWER = 1 << 16

HASH_SEED = "PYTHONHASHSEED"
"""The variable that fixes the order of sets, from 0 to 2**32 - 1."""
_WORDS_KEPT = 16_000


@dataclass(frozen=True, slots=True)
class Pipes:
    """The parent's ends of what a jailed process has: reports, what it prints, the control records, and its life.

    The jail ends when `life` is closed; it has ended when `control` is at its end.
    """

    report: int
    output: int
    control: int
    life: int


@dataclass
class Zygote:
    """A process in the project's Python that starts jailed processes; its methods may be called from any thread."""

    process: "subprocess.Popen[bytes]"
    _channel: socket.socket
    _words: int
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def start(cls, python: Sequence[str], environment: Mapping[str, str], launcher: Sequence[str] = ()) -> "Zygote":
        """Start one; `python` is the project's Python followed by the entries of sys.path that pytest is found on.

        Raise UnfitError where it does not start. `environment` is all that it gets to see; of what is for Python in it,
        nothing counts but a seed of its hashes. `launcher` is a command to start it with.
        """
        executable, *path = python
        flags, seen = _isolated(environment)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        words = os.memfd_create("words")
        try:
            process = subprocess.Popen(
                [*launcher, executable, *flags, str(_BOOTSTRAP), str(theirs.fileno()), *path],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=words,
                pass_fds=(theirs.fileno(),),
                env=seen,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            os.close(words)
            raise UnfitError(
                f"{executable} does not start ({error.strerror})", "Is the project's Python whole?"
            ) from error
        finally:
            theirs.close()
        return cls(process, ours, words)

    def launch(self, job: bytes, more: Sequence[int] = (), secret: bytes = b"") -> Pipes:
        """Have a jail started that runs `job`; where the zygote is gone, all pipes are at their end already.

        `more` are descriptors for the worker, which stay the caller's, too. `secret` is read by the worker alone.
        """
        with contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours:
            report, report_end = _pipe(ours, theirs)
            output, output_end = _pipe(ours, theirs)
            control, control_end = _pipe(ours, theirs)
            life_end, life = _pipe(theirs, ours)
            workers = (_in_memory(theirs, secret), report_end, output_end, *more)
            self._send(b"job", (_in_memory(theirs, job), control_end, life_end, *workers))
            ours.pop_all()
            return Pipes(report, output, control, life)

    def warm(self, order: Mapping[str, object], seconds: float) -> records.Warm | None:
        """Have modules loaded; return what came of it, or None where nothing did in that time."""
        with contextlib.ExitStack() as stack:
            self._send(b"warm", (_in_memory(stack, json.dumps(order).encode("ascii")),))
        answer = self._answer(seconds)
        return answer if isinstance(answer, records.Warm) else None

    def is_well(self, seconds: float = 1.0) -> bool:
        """Whether it answers in time, and may still be forked."""
        self._send(b"ping")
        answer = self._answer(seconds)
        return isinstance(answer, records.Alive) and answer.threads == 1

    def has_ended(self) -> bool:
        """Whether it is gone. Its end of the socket is closed before any jail of its ends for that."""
        return is_ready(self._channel.fileno(), 0)

    def kill(self) -> None:
        """End it and all its jails, now."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> str:
        """End it and its jails; return the last of what it printed."""
        self._channel.close()
        if self.process.poll() is None:
            with _ending(self.process.pid) as ended:
                if not is_ready(ended, _PATIENCE):
                    self.kill()
            self.process.wait()
        size = os.fstat(self._words).st_size
        said = os.pread(self._words, _WORDS_KEPT, max(0, size - _WORDS_KEPT))
        os.close(self._words)
        return said.decode("utf-8", "replace")

    def _send(self, word: bytes, fds: Sequence[int] = ()) -> None:
        with self._lock, contextlib.suppress(OSError):  # that it is gone shows in what it does not answer
            socket.send_fds(self._channel, [word], fds)

    def _answer(self, seconds: float) -> records.Answer | None:
        if not is_ready(self._channel.fileno(), seconds):
            return None
        try:
            answer: records.Answer = records.read_answer(self._channel.recv(_ANSWER))
            return answer
        except (OSError, *records.NO_RECORD):
            return None


def _isolated(environment: Mapping[str, str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return what keeps Python from loading anything that the environment names, and that environment.

    `-I` would have it pass over the seed of its hashes, too, which nothing but the environment can tell it.
    """
    seed = environment.get(HASH_SEED, "")
    if not seed.isdecimal():
        return ("-I",), dict(environment)
    others = {name: value for name, value in environment.items() if not name.startswith("PYTHON")}
    return ("-s",), {**others, HASH_SEED: seed, "PYTHONSAFEPATH": "1"}


def is_ready(fd: int, seconds: float) -> bool:
    """Whether `fd` can be read, or is at its end, within that time."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


@contextlib.contextmanager
def _ending(pid: int) -> Iterator[int]:
    """A descriptor that can be read when the process, our own child, has ended."""
    ended = os.pidfd_open(pid)
    try:
        yield ended
    finally:
        os.close(ended)


def _pipe(reader: contextlib.ExitStack, writer: contextlib.ExitStack) -> tuple[int, int]:
    """Return a pipe whose ends the two stacks close."""
    reading, writing = os.pipe()
    reader.callback(os.close, reading)
    writer.callback(os.close, writing)
    return reading, writing


def _in_memory(stack: contextlib.ExitStack, data: bytes) -> int:
    """Return a file that holds `data`: nobody has to wait until the other side has read it."""
    fd = os.memfd_create("job")
    stack.callback(os.close, fd)
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
    return fd
