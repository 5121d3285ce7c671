"""Messages with descriptors, between processes that know each other; and files in memory that they hand over."""

from __future__ import annotations

import array
import json
import os
import socket
from typing import Any, List, Sequence, Tuple

_MOST_FDS = 16
_KEY_BYTES = 32


def send(channel: socket.socket, word: bytes, fds: Sequence[int]) -> None:
    """Send one message with its descriptors."""
    channel.sendmsg([word], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])


def receive(channel: socket.socket) -> Tuple[bytes, List[int]]:
    """Return one message with the descriptors that came with it; nothing where the other end was closed."""
    fds = array.array("i")
    room = socket.CMSG_LEN(_MOST_FDS * fds.itemsize)
    word, ancillary, _, _ = channel.recvmsg(64, room, socket.MSG_CMSG_CLOEXEC)
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    return word, list(fds)


def content(fd: int) -> Any:
    """Return what a file in memory holds as JSON, wherever its reader has got to."""
    size, data = os.fstat(fd).st_size, b""
    while len(data) < size:
        data += os.pread(fd, size - len(data), len(data))
    return json.loads(data)


def secret(fd: int) -> Tuple[bytearray, Any]:
    """Return the key that a file in memory begins with, which its user wipes, and what follows it as JSON.

    Nobody but the worker reads it: what the zygote and process 1 know, its frames and memory still show.
    """
    size, key = os.fstat(fd).st_size, bytearray(_KEY_BYTES)
    if size < _KEY_BYTES:
        return bytearray(), []
    os.preadv(fd, [key], 0)
    return key, json.loads(os.pread(fd, size - _KEY_BYTES, _KEY_BYTES))
