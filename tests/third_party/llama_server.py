"""The server of llama-cpp-python on loopback, with a random model that is made for it."""

import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

KEY = "-".join(["only", "for", "loopback"])
"""What the server takes as its key."""

_START_SECONDS = 120.0
_REQUEST = re.compile(r'"(?P<line>[A-Z]+ /\S*) HTTP/1\.1" (?P<status>\d+)')


@dataclass(frozen=True)
class LlamaServer:
    """A running server. `log` is what it writes, its requests included."""

    base_url: str
    log: Path

    def served(self) -> Counter[str]:
        """How many requests came so far, by method, path and status; each is written when it has been answered."""
        found = _REQUEST.finditer(self.log.read_text(errors="replace"))
        return Counter(f"{request['line']} {request['status']}" for request in found)


def make_model(python: str, directory: Path) -> Path:
    """Write the random model, in the server's Python."""
    file = directory / "tiny.gguf"
    subprocess.run([python, str(Path(__file__).with_name("tiny_model.py")), str(file)], check=True, timeout=120)
    return file


@contextmanager
def serving(python: str, model: Path, log: Path, context: int) -> Iterator[LlamaServer]:
    """Run the server with a context of so many tokens; it is ended with its whole session."""
    port = _free_port()
    options = {
        "model": model,
        "model_alias": "tiny",
        "host": "127.0.0.1",
        "port": port,
        "api_key": KEY,
        "n_ctx": context,
        # Threads that wait for each other on a busy machine take a hundred times as long as one.
        "n_threads": 1,
        "n_threads_batch": 1,
        "chat_format": "chatml",
        "logits_all": "false",
    }
    command = [python, "-m", "llama_cpp.server"]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(log.parent), "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True
        )
        try:
            _wait_until_ready(process, port, log)
            yield LlamaServer(f"http://127.0.0.1:{port}/v1", log)
        finally:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/models", headers={"Authorization": f"Bearer {KEY}"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with opener.open(request, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")
