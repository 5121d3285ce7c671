"""Messages between the laboratory's processes: a length in four bytes, then JSON."""

from __future__ import annotations

import json
import os
import struct
from typing import Any, List, Optional

_LARGEST = 32 * 1024 * 1024
_READ = 1 << 18


class Stream:
    """Two descriptors to read from and to write to; what cannot be written yet waits in a buffer."""

    def __init__(self, reading: int, writing: int) -> None:
        self.reading = reading
        self.writing = writing
        self._in = bytearray()
        self._out = bytearray()

    def receive(self) -> Optional[List[Any]]:
        """Read what is there and return the messages that are whole; None where the other end is gone."""
        try:
            data = os.read(self.reading, _READ)
        except BlockingIOError:
            return []
        except OSError:
            return None
        if not data:
            return None
        self._in += data
        found: List[Any] = []
        while len(self._in) >= 4:
            (length,) = struct.unpack_from(">I", self._in)
            if length > _LARGEST:
                return None
            if len(self._in) < 4 + length:
                break
            found.append(json.loads(bytes(self._in[4 : 4 + length])))
            del self._in[: 4 + length]
        return found

    def send(self, message: Any) -> None:
        """Write one message, as far as that goes now."""
        data = json.dumps(message).encode("ascii")
        self._out += struct.pack(">I", len(data)) + data
        self.flush()

    def flush(self) -> None:
        """Write what waits, as far as that goes now; nothing is kept for who is gone."""
        try:
            while self._out:
                del self._out[: os.write(self.writing, self._out)]
        except BlockingIOError:
            pass
        except OSError:
            self._out.clear()

    @property
    def is_waiting(self) -> bool:
        """Whether something waits to be written."""
        return bool(self._out)
