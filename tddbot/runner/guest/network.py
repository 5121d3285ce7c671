"""The jail's own network and name: a loopback that is up, and nothing else."""

from __future__ import annotations

import fcntl
import socket
import struct

_SIOCSIFFLAGS = 0x8914
_IFF_UP_AND_RUNNING = 0x1 | 0x40


def raise_loopback() -> None:
    """Bring `lo` up in the network namespace that this process just got."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP_AND_RUNNING))


def set_host_name(name: str) -> None:
    """Name the host, which the real one's name would tell."""
    socket.sethostname(name)
