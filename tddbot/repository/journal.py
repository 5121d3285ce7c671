"""What an apply is about to do, written before it does anything, so that a crash can be taken back."""

import secrets
from pathlib import Path

import msgspec

from tddbot.errors import UnfitError
from tddbot.repository import durable


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One edit as bytes (None: absent); `mode` and `owner` are those of the file before, None where there was none."""

    path: str
    before: bytes | None
    after: bytes | None
    mode: int | None = None
    owner: tuple[int, int] | None = None


class Journal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One apply: its changes, and the directories that it will have to make, the outermost first."""

    patch_id: str
    changes: tuple[Change, ...]
    directories: tuple[str, ...]
    token: str = msgspec.field(default_factory=lambda: secrets.token_hex(4))
    version: int = 1

    def temporary(self, root: Path, number: int) -> Path:
        """The temporary file of change `number`, in its target's own directory."""
        return (root / self.changes[number].path).with_name(f".tddbot-{self.token}-{number}.tmp")


def write(desk: Path, journal: Journal) -> None:
    """Bring the journal to disk; raise OSError where that fails."""
    durable.write(desk / "journal.json", msgspec.json.encode(journal))


def load(desk: Path) -> Journal | None:
    """Return the journal that an apply left behind, if any. Raise UnfitError where it cannot be read."""
    file = desk / "journal.json"
    (desk / "journal.json.tmp").unlink(missing_ok=True)
    try:
        return msgspec.json.decode(file.read_bytes(), type=Journal)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        hint = "It is of another version of tddbot, which can finish it; else look at it and move it away."
        raise UnfitError(f"The journal of an interrupted apply, {file}, cannot be read: {error}", hint) from error


def close(desk: Path) -> None:
    """Forget the journal: what it told is done or taken back."""
    (desk / "journal.json").unlink(missing_ok=True)
    durable.sync_directory(desk)


def keep(desk: Path, journal: Journal) -> Path:
    """Close the journal but keep its file, which holds text that may be nowhere else; return where."""
    kept = desk / f"interrupted-{journal.token}.json"
    (desk / "journal.json").replace(kept)
    durable.sync_directory(desk)
    return kept
