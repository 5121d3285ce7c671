"""Landlock: which files this process and its children may write (and, where asked, read), and whom they may signal."""

from __future__ import annotations

import errno
import os
import stat
import struct
from typing import Iterable, Optional

from tddbot.runner.guest import linux

NEWEST = 7

# These numbers are the same on every architecture but alpha.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_AND_MAKE = 0x1FF0
_MAKE_DEVICES = 1 << 6 | 1 << 11
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_SINCE = ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEVICE))
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_READ = _EXECUTE | _READ_FILE | _READ_DIR

_TCP = 0x3  # bind and connect, ABI 4
_SCOPES = 0x3  # abstract sockets and signals, ABI 6


def version() -> int:
    """Return the kernel's ABI, at most the newest that is known here; raise OSError where there is none."""
    return min(linux.syscall(_CREATE_RULESET, 0, 0, _ASK_VERSION, what="Landlock"), NEWEST)


def restrict(
    writable: Iterable[str], readable: Optional[Iterable[str]] = None, tcp: bool = True, least: int = 2
) -> int:
    """Lock this thread and what it starts; return the ABI in use, or raise OSError naming what is missing.

    Only what lies below `writable` can be changed; paths that do not exist are passed over. With `readable`, only what
    lies below one of the two can be read or executed. Without `tcp`, no port can be bound or connected to. Signals and
    abstract sockets stay among those that are locked together, from ABI 6 on. The first ABI forbids moving a file to
    another directory, which is why two is the `least` that is of use.
    """
    abi = version()
    if abi < least:
        raise OSError(errno.EOPNOTSUPP, "the kernel has ABI %d, and %d is needed" % (abi, least), "Landlock")
    write = _WRITE_FILE | _REMOVE_AND_MAKE | sum(right for since, right in _SINCE if abi >= since)
    read = 0 if readable is None else _READ
    ruleset = _ruleset(write | read, 0 if tcp or abi < 4 else _TCP, _SCOPES if abi >= 6 else 0)
    try:
        for path in writable:
            _allow(ruleset, path, (write & ~_MAKE_DEVICES) | read)
        for path in readable or ():
            _allow(ruleset, path, read)
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        linux.syscall(_RESTRICT_SELF, ruleset, 0, what="Landlock")
    finally:
        os.close(ruleset)
    return abi


def _ruleset(files: int, ports: int, scopes: int) -> int:
    """Return a descriptor. An older kernel takes fields that it does not know if they are zero, as they then are."""
    attributes = struct.pack("QQQ", files, ports, scopes)
    return linux.syscall(_CREATE_RULESET, attributes, len(attributes), 0, what="Landlock")


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return  # what cannot be reached need not be allowed
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _OF_A_FILE
        rule = struct.pack("=Qi", rights, place)
        linux.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0, what="Landlock rule for %s" % path)
    finally:
        os.close(place)
