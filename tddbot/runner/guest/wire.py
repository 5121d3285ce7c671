"""Records on their way out of the jail: JSON lines, each written whole."""

from __future__ import annotations

import json
import os
from typing import Any


class Wire:
    """The writing end of a pipe of records; where it has an owner, no other process (a fork of it) writes."""

    def __init__(self, fd: int, owner: int | None = None) -> None:
        self.fd = fd
        self._owner = owner

    def send(self, kind: str, **fields: Any) -> None:
        """Write one record; `kind` says what it tells. Half a surrogate pair, which is no text, becomes `?`."""
        if self._owner not in (None, os.getpid()):
            return
        fields["kind"] = kind
        view = memoryview(json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        while view:
            view = view[os.write(self.fd, view) :]


def sayable(text: str) -> str:
    """Return `text` as it arrives at the other end."""
    return text.encode("utf-8", "replace").decode("utf-8")
