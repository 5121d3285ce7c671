"""Writing so that it is whole or not there, also after a crash: sync, then rename, then sync the directory."""

import os
from pathlib import Path


def write(file: Path, data: bytes) -> None:
    """Replace a private file of ours in one step, and return only when it is on disk."""
    temporary = file.with_name(f"{file.name}.tmp")
    stage(temporary, data, 0o600)
    os.replace(temporary, file)
    sync_directory(file.parent)


def stage(temporary: Path, data: bytes, mode: int | None = None, owner: tuple[int, int] | None = None) -> None:
    """Write a new file to disk, in place of a leftover; without a mode it gets the one that the umask gives."""
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        if owner is not None:
            _give(descriptor, owner)
        if mode is not None:
            os.fchmod(descriptor, mode)
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def sync_directory(directory: Path) -> None:
    """Bring a directory's entries to disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _give(descriptor: int, owner: tuple[int, int]) -> None:
    now = os.fstat(descriptor)
    if (now.st_uid, now.st_gid) != owner:
        try:
            os.fchown(descriptor, *owner)
        except PermissionError:
            return  # only root may; an editor that saves by renaming changes the owner as well
