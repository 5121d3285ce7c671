"""Records on their way out of the jail: JSON lines in ASCII, each written whole."""

from __future__ import annotations

import json
import os
from typing import Any


class Wire:
    """The writing end of a pipe of records."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def send(self, kind: str, **fields: Any) -> None:
        """Write one record; `kind` says what it tells."""
        fields["kind"] = kind
        view = memoryview(json.dumps(fields).encode("ascii") + b"\n")
        while view:
            view = view[os.write(self.fd, view) :]
