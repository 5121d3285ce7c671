"""A laboratory's process in its jail, as seen from outside: its start, the messages to and from it, and its end."""

import json
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from tddbot.errors import TddbotError
from tddbot.ports import RunRequest
from tddbot.runner import cgroup, records
from tddbot.runner.backends import Backend, refused
from tddbot.runner.jail import Jail, Selection
from tddbot.runner.place import Place
from tddbot.runner.process import JailedProcess
from tddbot.runner.zygote import Zygote
from tddbot.stop import Stop

_TICK = 0.05
_MB = 1024 * 1024
_READ = 1 << 18
_LARGEST = 32 * _MB


@dataclass(frozen=True, slots=True)
class Site:
    """What a laboratory's process is made of; without a `zygote` it gets a fresh one."""

    jail: Jail
    backend: Backend
    layout: Mapping[str, tuple[str, ...]]
    session: records.Session | None
    zygote: Zygote | None = None


Opening = Callable[[], AbstractContextManager[Site]]


class GoneError(Exception):
    """The process has ended, or says what nobody honest would; `reason` is a clause."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LabProcess:
    """Runs in a thread from `start` to `close`; messages are sent and received by one other thread at a time."""

    def __init__(self, opening: Opening, request: RunRequest, order: Mapping[str, Any]) -> None:
        self._opening = opening
        self._request = request
        self._order = order
        self._stop = Stop()
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._data = bytearray()
        self._refusal: records.Refused | None = None
        self._error: TddbotError | None = None
        self._backend: Backend | None = None
        self._said = ""
        self._thread = threading.Thread(target=self._live, name="tddbot-lab", daemon=True)
        self._thread.start()

    @property
    def backend(self) -> Backend | None:
        """The backend that was tried."""
        return self._backend

    def send(self, message: Mapping[str, Any], stop: Stop, seconds: float = 10.0) -> None:
        """Write one message. Raise GoneError where nobody reads it in that time, or `stop` is set."""
        data = json.dumps(message).encode("ascii")
        view = memoryview(struct.pack(">I", len(data)) + data)
        end = time.monotonic() + seconds
        while view:
            try:
                view = view[self._ours.send(view) :]
            except BlockingIOError:
                select.select([], [self._ours], [], _TICK)
                if stop.is_set() or time.monotonic() > end:
                    raise GoneError("it does not listen") from None
            except OSError:
                raise self._gone() from None

    def receive(self, seconds: float = _TICK) -> list[bytes]:
        """Return the messages that come in that time, at once where there are any; raise GoneError at the end."""
        if not select.select([self._ours], [], [], seconds)[0]:
            return []
        try:
            data = self._ours.recv(_READ)
        except OSError:
            data = b""
        if not data:
            raise self._gone()
        self._data += data
        return list(self._messages())

    def _messages(self) -> Iterator[bytes]:
        while len(self._data) >= 4:
            (length,) = struct.unpack_from(">I", self._data)
            if length > _LARGEST:
                raise GoneError("it says too much at once")
            if len(self._data) < 4 + length:
                return
            content = bytes(self._data[4 : 4 + length])
            del self._data[: 4 + length]
            yield content

    def close(self) -> None:
        """End it; when this returns, no process of the jail is left."""
        self._ours.close()
        self._thread.join(2 * _TICK)
        self._stop.set()
        self._thread.join()

    def _gone(self) -> Exception:
        """Say why, once it is buried: an error for the user where there can be no jail."""
        self._thread.join(10.0)
        if self._error is not None:
            return self._error
        if self._refusal is not None:
            return refused(self._refusal)
        words = [line.strip() for line in self._said.splitlines() if line.strip()]
        return GoneError("its process ended" + (f" ({' '.join(words[-2:])[-300:]})" if words else ""))

    def _live(self) -> None:
        try:
            with self._opening() as site:
                self._backend = site.backend
                self._run(site)
        except TddbotError as error:
            self._error = error
        except GoneError as error:
            self._said = error.reason
        finally:
            self._theirs.close()

    def _run(self, site: Site) -> None:
        settings = site.jail.settings
        with cgroup.capped(settings.most_tree_memory_mb * _MB, settings.processes) as group:
            selection = Selection(self._request.node_ids)
            path = group.path if group else None
            job = json.loads(site.jail.job(self._request, selection, site.session, site.layout, path))
            job["pytest"]["lab"] = self._order
            with (
                site.backend.open(site.jail, json.dumps(job).encode("ascii")) as place,
                self._lent(site, place) as zygote,
            ):
                more = (self._theirs.fileno(),)
                most = settings.output_mb * _MB
                process = JailedProcess(zygote, place.job, _ignore, self._on_control, most, more)
                process.run(self._stop, _never)
                self._said += process.output

    @contextmanager
    def _lent(self, site: Site, place: Place) -> Iterator[Zygote]:
        if site.zygote is not None:
            yield site.zygote
            return
        environment = place.environment or site.jail.test_environment
        zygote = Zygote.start(site.jail.python, environment, place.launcher)
        try:
            yield zygote
        finally:
            self._said += zygote.close()

    def _on_control(self, line: bytes) -> None:
        match records.read_control(line):
            case records.Ready():
                self._theirs.close()  # so that its end shows at ours
            case records.Refused() as refusal:
                self._refusal = self._refusal or refusal


def _ignore(_: bytes) -> None:
    """What comes on the report pipe is nobody's concern."""


def _never(_: float) -> None:
    """A laboratory stays for as long as it is wanted."""
