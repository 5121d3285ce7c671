"""What a file holds, in 16 bytes: its content decides whether it changed, its metadata when to look again."""

import hashlib
import os
import stat
import time
from pathlib import Path
from typing import NamedTuple

LARGE = 16 * 1024 * 1024
"""Bytes above which a file's stamp stands for its content."""

_RACY = -1
_SETTLED_NS = 100_000_000


class Mark(NamedTuple):
    """A file at one moment. Without a digest the stamp alone speaks."""

    stamp: int
    digest: bytes | None


ABSENT = Mark(0, b"")


def digest_of(data: bytes) -> bytes:
    """Return the digest that `fingerprint` gives to a regular file with this content."""
    return hashlib.blake2b(data, digest_size=16).digest()


def differ(one: Mark, other: Mark) -> bool:
    """Whether the content differs, as far as the two marks can tell; in doubt it does."""
    if one.digest is not None and other.digest is not None:
        return one.digest != other.digest
    return one.stamp != other.stamp


def stamp(path: Path | str) -> int:
    """Return a number that changes when the file is written or replaced; 0 where there is no file or link."""
    status = _status(path)
    return ABSENT.stamp if status is None else _stamp(status)


def glance(path: Path | str) -> Mark:
    """Return a mark without a digest: cheap, and enough to see that a file was written since."""
    status = _status(path)
    return ABSENT if status is None else Mark(_stamp(status), None)


def fingerprint(path: Path | str) -> Mark:
    """Return a file's mark with the digest of its content, or of a symbolic link's target.

    The stamp is taken before the content, so that a write in between is found by the next look at stamps. A file
    written a moment ago gets a stamp that equals none, since its next write might fall on the same tick of the clock.
    """
    status = _status(path)
    if status is None:
        return ABSENT
    number = _stamp(status)
    if status.st_size > LARGE:
        return Mark(number, None)
    try:
        digest = _link_digest(path) if stat.S_ISLNK(status.st_mode) else _file_digest(path)
    except FileNotFoundError:
        return ABSENT
    except OSError:
        return Mark(number, None)
    fresh = time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) < _SETTLED_NS
    return Mark(_RACY if fresh else number, digest)


def _status(path: Path | str) -> os.stat_result | None:
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode) else None


def _stamp(status: os.stat_result) -> int:
    number = hash((status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_mode))
    return number if number not in (ABSENT.stamp, _RACY) else 1


def _file_digest(path: Path | str) -> bytes:
    with open(path, "rb", buffering=0, opener=_open_plainly) as file:
        return digest_of(file.read())


def _link_digest(path: Path | str) -> bytes:
    return digest_of(b"link to " + os.fsencode(os.readlink(path)))


def _open_plainly(path: str, flags: int) -> int:
    # The file may have become a pipe or a link since it was looked at: neither block nor follow.
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
