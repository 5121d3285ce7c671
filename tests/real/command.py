"""Runs a command to its end or its limit, and leaves no process of it behind."""

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended; `code` None: it took longer than it may."""

    code: int | None
    output: str
    errors: str


def run(command: Sequence[str], directory: Path, environment: Mapping[str, str], seconds: float) -> Done:
    """Run a command in `directory` for at most `seconds`; its whole process group is killed afterwards."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        code: int | None = None
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(seconds)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.seek(0)
        errors.seek(0)
        return Done(code, output.read().decode("utf-8", "replace"), errors.read().decode("utf-8", "replace"))
