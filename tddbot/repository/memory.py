"""What an undo must know and its patch cannot say: directories that applies made, modes of files they deleted."""

from pathlib import Path

import msgspec

from tddbot.repository import durable


class Memory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of one worktree, by repository path. A patch that deletes its last file takes such a directory along."""

    directories: frozenset[str] = frozenset()
    modes: dict[str, int] = {}


def load(desk: Path) -> Memory:
    """Return what is remembered; a file that is missing or of another version is an empty memory, which is no harm."""
    try:
        return msgspec.json.decode((desk / "memory.json").read_bytes(), type=Memory)
    except (FileNotFoundError, msgspec.DecodeError):
        return Memory()


def save(desk: Path, memory: Memory) -> None:
    """Bring the memory to disk where it differs from what is there; raise OSError where that fails."""
    if memory != load(desk):
        durable.write(desk / "memory.json", msgspec.json.encode(memory))
