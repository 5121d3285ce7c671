"""One SQLite connection shared by threads: opened, guarded, and its failures put in words. Knows no table."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tddbot.errors import UnfitError
from tddbot.store.codec import CorruptError
from tddbot.store.lock import exclusive
from tddbot.store.migrations import MIGRATIONS, migrate, version

_BUSY_SECONDS = 30.0

_FAULTS = {
    sqlite3.SQLITE_FULL: ("the disk is full", "Free some space and start again."),
    sqlite3.SQLITE_READONLY: ("it may not be written", "Make it writable for this user."),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "Make its directory readable and writable for this user."),
    sqlite3.SQLITE_PERM: ("access is denied", "Make it readable and writable for this user."),
    sqlite3.SQLITE_IOERR: ("the disk refuses to write or to read", "Look at the disk's free space, quota and health."),
    sqlite3.SQLITE_BUSY: ("another process keeps it locked", "Wait for the other tddbot to end, or stop it."),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "Move the file away (nothing in it is needed to work on)."),
    sqlite3.SQLITE_NOTADB: ("it is no database", "Move the file away (nothing in it is needed to work on)."),
}


class Database:
    """A connection, and the lock by which threads take turns. Faults of disk and file are raised as UnfitError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        # Two processes that both turn a new file into a WAL database get in each other's way.
        with self._in_words(), exclusive(path.with_suffix(".lock")):
            self._connection = _opened(path)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Hold the connection; no other thread uses it meanwhile."""
        with self._lock, self._in_words():
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Hold the connection within a transaction: on disk when the block ends, and undone if it fails."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled back already.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UnfitError(
                f"The store {self.path} cannot be used: {error.strerror}.", _FAULTS[sqlite3.SQLITE_CANTOPEN][1]
            ) from error
        except CorruptError as error:
            raise self._unfit(sqlite3.SQLITE_CORRUPT, str(error)) from error
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code not in _FAULTS:
                raise
            raise self._unfit(code, str(error)) from error

    def _unfit(self, code: int, detail: str) -> UnfitError:
        fault, hint = _FAULTS[code]
        return UnfitError(f"The store {self.path} cannot be used: {fault} ({detail}).", hint)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        if version(connection) > len(MIGRATIONS):
            raise UnfitError(
                f"The store {path} was written by a newer tddbot (schema {version(connection)}, "
                f"this one knows {len(MIGRATIONS)}).",
                "Upgrade tddbot, or move the file away.",
            )
        connection.execute("PRAGMA journal_mode = WAL")
        # FULL: what a commit has promised survives a power cut. A paid-for patch is never lost.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection
