"""Records on their way out of the jail: JSON lines, each written whole and, on the report pipe, sealed.

A seal is the state of one keyed BLAKE2 that runs over all lines so far: what is forged, left out, repeated or moved
breaks it and every one after it. The key came past the zygote and process 1 unread, and is wiped when `hashlib` has
taken it; only what `send` closes over holds what became of it. That keeps out whoever
writes to the pipe, and no more. Code in this process that searches the collector's objects, the closure or the memory
will find a way to call `send`; canaries, split mode and the guard are for that.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any, Callable, Optional

SEAL_BYTES = 12


class Wire:
    """The writing end of a pipe of records; where it has an owner, no other process (a fork of it) writes.

    `send(kind, **fields)` writes one record; `kind` says what it tells. Half a surrogate pair, which is no text,
    becomes `?`.
    """

    __slots__ = ("send",)

    def __init__(self, fd: int, owner: Optional[int] = None, key: "bytes | bytearray" = b"") -> None:
        self.send = _sender(fd, owner, key)


def _sender(fd: int, owner: Optional[int], key: "bytes | bytearray") -> Callable[..., None]:
    """Return what writes; all that it uses is bound now, before anybody can put something else in its place."""
    chain = hashlib.blake2b(key=key, digest_size=SEAL_BYTES) if key else None
    encode, write, process = json.JSONEncoder(ensure_ascii=False).encode, os.write, os.getpid

    def send(kind: str, **fields: Any) -> None:
        if owner is not None and owner != process():
            return
        fields["kind"] = kind
        line = encode(fields).encode("utf-8", "replace") + b"\n"
        if chain is not None:
            chain.update(line)
            line = chain.hexdigest().encode("ascii") + b" " + line
        view = memoryview(line)
        while view:
            view = view[write(fd, view) :]

    return send


def sayable(text: str) -> str:
    """Return `text` as it arrives at the other end."""
    return text.encode("utf-8", "replace").decode("utf-8")
