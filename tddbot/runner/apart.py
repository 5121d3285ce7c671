"""Split mode in a run: a second jail for the patched modules, and what the tests' side tells of it."""

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from tddbot.domain import Patch
from tddbot.runner import records
from tddbot.runner.split import HELD, surfaces
from tddbot.runner.zygote import Pipes, Zygote, is_ready

_PATIENCE = 2.0
_READ = 1 << 16


@dataclass
class Separation:
    """What is known of a split run. One that is `unfit` proves nothing and refutes nothing."""

    patch: Patch
    unfit: str = ""
    broken: str = ""
    is_used: bool = False

    def take(self, record: records.Split) -> None:
        """Take in what the tests' side says."""
        match record.what:
            case "unfit":
                self.unfit = self.unfit or f"unfit for split mode: {record.reason}"
            case "broken":
                self.broken = self.broken or f"in split mode, {record.reason}"
        self.is_used = True

    def held(self) -> tuple[str, ...]:
        """Name split mode where all that the tests had of the patched modules came from the other jail."""
        return (HELD,) if self.is_used and not self.unfit else ()

    @contextlib.contextmanager
    def divide(self, zygote: Zygote, job: bytes) -> Iterator[tuple[bytes, tuple[int, ...]]]:
        """Start the modules' jail; yield the job of the tests' jail, with the descriptor that it needs."""
        tests, modules = divided(job, self.patch)
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                pipes = zygote.launch(modules, (theirs.fileno(),))
            try:
                yield tests, (ours.fileno(),)
            finally:
                _end(zygote, pipes)


def divided(job: bytes, patch: Patch) -> tuple[bytes, bytes]:
    """Return the job of the tests, with nothing of the patch in its jail, and that of the patched modules."""
    modules = json.loads(job)
    tests = {**modules, "edits": [], "pytest": {**modules["pytest"], "split": {"modules": surfaces(patch)}}}
    order = modules["pytest"]  # of which the rest is the tests' own, the key of their records before all
    served = [os.path.join(modules["root"], path) for path in patch.paths]
    modules["pytest"] = {"path": order["path"], "env": order["env"], "serve": served}
    return json.dumps(tests).encode("ascii"), json.dumps(modules).encode("ascii")


def _end(zygote: Zygote, pipes: Pipes) -> None:
    """End the jail; when this returns, no process of it is left."""
    for fd in (pipes.life, pipes.report, pipes.output):
        os.close(fd)
    while True:
        if not is_ready(pipes.control, _PATIENCE):
            zygote.kill()
        elif not os.read(pipes.control, _READ):
            break
    os.close(pipes.control)
