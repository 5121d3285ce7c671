"""Messages over a socket: a length in four bytes, then JSON. What the other end sends is bounded, whoever it is."""

from __future__ import annotations

import os
import struct
from typing import Any

from tddbot.runner.guest.split.plain import from_text, to_text
from tddbot.runner.guest.split.scalars import NonsenseError, NotPlainError

LARGEST = 8 * 1024 * 1024


class GoneError(Exception):
    """The other end is closed."""


class Channel:
    """One end of a pair of sockets; blocks for as long as the other end takes, which the parent's clock bounds."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def send(self, message: Any) -> None:
        """Send one message. Raise NotPlainError where it is too large, GoneError where nobody listens."""
        data = to_text(message)
        if len(data) > LARGEST:
            raise NotPlainError("%d bytes of data at once" % len(data))
        view = memoryview(struct.pack(">I", len(data)) + data)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
        except OSError:
            raise GoneError from None

    def receive(self) -> Any:
        """Return the next message. Raise GoneError where none comes any more, NonsenseError where it is none."""
        (length,) = struct.unpack(">I", self._read(4))
        if length > LARGEST:
            raise NonsenseError("a message of %d bytes" % length)
        return from_text(self._read(length))

    def _read(self, length: int) -> bytes:
        data = bytearray()
        while len(data) < length:
            try:
                part = os.read(self._fd, min(length - len(data), 1 << 18))
            except OSError:
                raise GoneError from None
            if not part:
                raise GoneError
            data += part
        return bytes(data)
